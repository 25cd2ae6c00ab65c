import {
  type MaybeRefOrGetter,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
  toRaw,
  toValue,
  watch,
} from 'vue';
import type { AgentChat } from '../core/agent-chat.ts';
import type { UIMessage } from '../core/message.ts';
import { follow } from './follow.ts';

/**
 * One message of a chat, or undefined while there is none with this id. Triggers when that message changes and at
 * no other time, so a component that reads nothing else renders for its own message alone.
 */
export function useMessage(
  chat: AgentChat,
  id: MaybeRefOrGetter<string>,
): Readonly<ShallowRef<UIMessage | undefined>> {
  const store = toRaw(chat);
  let place = -1;
  const find = (): UIMessage | undefined => {
    const { messages } = store.getSnapshot();
    const wanted = toValue(id);
    // Messages rarely move, so that one of a thousand is found without looking at the others.
    if (messages[place]?.id !== wanted) place = messages.findIndex((message) => message.id === wanted);
    return messages[place];
  };
  const message = shallowRef(find());
  const update = (): void => {
    message.value = find();
  };
  follow(store, update);
  watch(() => toValue(id), update, { flush: 'sync' });
  return shallowReadonly(message);
}
