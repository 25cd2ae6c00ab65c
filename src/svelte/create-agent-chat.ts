import { onDestroy } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { Readable } from 'svelte/store';
import { AgentChat } from '../core/agent-chat.ts';
import type { AgentChatOptions } from '../core/chat-options.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import type { UIMessage } from '../core/message.ts';

const ACTIONS = [
  'send',
  'sendMessage',
  'retry',
  'edit',
  'selectVersion',
  'resume',
  'stop',
  'replaceMessages',
  'uploadFiles',
  'approveAll',
  'denyAll',
  'connect',
  'disconnect',
  'updateOptions',
] as const satisfies readonly (keyof AgentChat)[];

/**
 * A chat that Svelte can read in both of its ways: as a store, `$chat.messages`, and with runes, `chat.messages`.
 * With runes, each field is reactive by itself; taken out by destructuring it is a value like any other.
 */
export interface SvelteAgentChat
  extends ChatSnapshot,
    Readable<ChatSnapshot>,
    Readonly<Pick<AgentChat, (typeof ACTIONS)[number] | 'versions'>> {
  /** For `<agent-chat chat={chat.chat}>`, and for other views of the same conversation. */
  readonly chat: AgentChat;
  /** One message. A `$derived` of it, or a property given in markup, changes with that message alone. */
  message(id: string): UIMessage | undefined;
  /** Ends a chat that was made here. A given one is left alone. */
  dispose(): void;
}

/**
 * A chat made from `options`, or the view of a `chat` that others keep. Called while a component is initialised, a
 * chat made here ends with that component; called elsewhere, as in a module, it is for the caller to `dispose` of.
 * Listens only while something reads it, and never on a server.
 */
export function createAgentChat(options: AgentChatOptions | { readonly chat: AgentChat }): SvelteAgentChat {
  const given = 'chat' in options;
  const chat = given ? options.chat : new AgentChat(options);
  const dispose = (): void => {
    if (!given) chat.dispose();
  };
  if (!given) onDestroyOfComponent(dispose);

  const view = {
    ...Object.fromEntries(ACTIONS.map((action) => [action, chat[action].bind(chat)])),
    chat,
    dispose,
    subscribe: (run: (snapshot: ChatSnapshot) => void) => {
      // A server reads a store once, and who subscribes to a chat may make it look for its run.
      const onServer = typeof document === 'undefined';
      const unsubscribe = onServer ? () => {} : chat.subscribe(() => run(chat.getSnapshot()));
      run(chat.getSnapshot());
      return unsubscribe;
    },
  };
  for (const field of Object.keys(chat.getSnapshot()) as (keyof ChatSnapshot)[]) {
    const track = trackerOf(chat, field);
    Object.defineProperty(view, field, {
      enumerable: true,
      get: () => {
        track();
        return chat.getSnapshot()[field];
      },
    });
  }

  const shown = view as unknown as ChatSnapshot;
  const places = new Map<string, number>();
  const message = (id: string): UIMessage | undefined => {
    const { messages } = shown;
    // Messages rarely move, so that one of a thousand is found without looking at the others.
    const known = messages[places.get(id) ?? -1];
    if (known?.id === id) return known;
    const place = messages.findIndex((other) => other.id === id);
    places.set(id, place);
    return messages[place];
  };
  const versions = (messageId: string): readonly UIMessage[] => {
    void shown.messages; // A version comes and goes with a change of the conversation.
    return chat.versions(messageId);
  };
  return Object.assign(view, { message, versions }) as unknown as SvelteAgentChat;
}

/** Makes the effect that calls the result run again when the field changed. Others in the snapshot do not. */
function trackerOf(chat: AgentChat, field: keyof ChatSnapshot): () => void {
  return createSubscriber((update) => {
    let seen = chat.getSnapshot()[field];
    return chat.subscribe(() => {
      const value = chat.getSnapshot()[field];
      if (value === seen) return;
      seen = value;
      update();
    });
  });
}

function onDestroyOfComponent(callback: () => void): void {
  try {
    onDestroy(callback);
  } catch {
    // Svelte has no other way to say that no component is being initialised.
  }
}
