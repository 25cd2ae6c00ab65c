// What TypeScript knows of the tags in Svelte's templates, which are checked against `SvelteHTMLElements`.
import type {} from 'agent-chat-kit/elements';
import type {} from 'agent-chat-kit/svelte';
import type { SvelteHTMLElements } from 'svelte/elements';

type Set<Tag extends keyof SvelteHTMLElements> = SvelteHTMLElements[Tag];

export const right: Set<'agent-chat'> = {
  class: 'tall',
  endpoint: '/chat',
  sessionId: 'morning',
  suggestions: [{ label: 'Begin' }],
  'onagent-error': (event) => event.error.retryable,
  onclick: () => {},
};

// @ts-expect-error: an address is a string
export const wrongType: Set<'agent-chat'> = { endpoint: 5 };

// @ts-expect-error: there is no such property
export const wrongName: Set<'agent-chat'> = { endpiont: '/chat' };

// @ts-expect-error: a text is no list of things to do
export const wrongPart: Set<'agent-todo'> = { data: { type: 'text', text: 'Hello', status: 'done' } };

// @ts-expect-error: what can be called cannot be set
export const noMethod: Set<'agent-composer'> = { submit: () => {} };

// @ts-expect-error: an event has no such field
export const wrongEvent: Set<'agent-composer'> = { 'onagent-submit': (event) => event.contents };
