import type { HTMLAttributes } from 'svelte/elements';

/** The tags that the application has imported. */
type Tag = Extract<keyof HTMLElementTagNameMap, `agent-${string}`>;
type Element<T extends Tag> = HTMLElementTagNameMap[T];

/** What can be set on an element: its fields, without what every element has and without methods. */
type Fields<E> = {
  [Name in Exclude<keyof E, keyof Element<Tag>> as E[Name] extends (...parameters: never) => unknown
    ? never
    : Name]?: E[Name] | undefined;
};

/** Events pass through every element on their way up. */
type Listeners = {
  [Name in Extract<keyof HTMLElementEventMap, `agent-${string}`> as `on${Name}`]?:
    | ((event: HTMLElementEventMap[Name]) => void)
    | undefined;
};

/** The elements as tags in templates: `<agent-chat endpoint="/chat" onagent-error={log} />`. */
export type AgentElements = {
  [T in Tag]: Fields<Element<T>> & Listeners & Omit<HTMLAttributes<Element<T>>, keyof Fields<Element<T>>>;
};

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends AgentElements {}
}
