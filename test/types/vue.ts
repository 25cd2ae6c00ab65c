// What TypeScript knows of the tags in Vue's templates, which are checked against `GlobalComponents`.
import type { AgentErrorEvent } from 'agent-chat-kit/elements';
import type {} from 'agent-chat-kit/vue';
import type { GlobalComponents } from 'vue';

type Bound<Tag extends keyof GlobalComponents> = InstanceType<GlobalComponents[Tag]>['$props'];
type Emitted<Tag extends keyof GlobalComponents> = InstanceType<GlobalComponents[Tag]>['$emit'];

export const right: Bound<'agent-chat'> = {
  key: 'chat',
  class: ['tall'],
  endpoint: '/chat',
  sessionId: 'morning',
  suggestions: [{ label: 'Begin' }],
  onClick: () => {},
};

export const emits = (emit: Emitted<'agent-chat'>, event: AgentErrorEvent) => emit('agent-error', event);

// @ts-expect-error: an address is a string
export const wrongType: Bound<'agent-chat'> = { endpoint: 5 };

// @ts-expect-error: there is no such property
export const wrongName: Bound<'agent-chat'> = { endpiont: '/chat' };

// @ts-expect-error: a text is no list of things to do
export const wrongPart: Bound<'agent-todo'> = { data: { type: 'text', text: 'Hello', status: 'done' } };

// @ts-expect-error: what can be called cannot be set
export const noMethod: Bound<'agent-composer'> = { submit: () => {} };

// @ts-expect-error: there is no such event
export const wrongEvent = (emit: Emitted<'agent-chat'>) => emit('agent-eror', new Event('agent-eror'));

// @ts-expect-error: there is no such element
export type WrongTag = Bound<'agent-chatt'>;
