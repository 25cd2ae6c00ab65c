import type { HTMLAttributes } from 'svelte/elements';
import type { Element, Fields, Listeners, Tag } from '../elements/tags.ts';

/** The elements as tags in templates: `<agent-chat endpoint="/chat" onagent-error={log} />`. */
export type AgentElements = {
  [T in Tag]: Fields<Element<T>> & Listeners & Omit<HTMLAttributes<Element<T>>, keyof Fields<Element<T>>>;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends AgentElements {}
}
