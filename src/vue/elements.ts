import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { Element, Fields, Tag } from '../elements/tags.ts';

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
