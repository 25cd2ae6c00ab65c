import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';

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
type Events = {
  [Name in Extract<keyof HTMLElementEventMap, `agent-${string}`>]: (event: HTMLElementEventMap[Name]) => void;
};

/** The elements as Vue's templates check them: `<agent-chat endpoint="/chat" @agent-error="log" />`. */
export type AgentElements = {
  [T in Tag]: new () => Element<T> & {
    $props: Fields<Element<T>> & Omit<HTMLAttributes, keyof Fields<Element<T>>> & PublicProps;
    $emit: EmitFn<Events>;
  };
};

declare module 'vue' {
  interface GlobalComponents extends AgentElements {}
}
