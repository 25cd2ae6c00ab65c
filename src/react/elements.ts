import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { Element, Fields, Listeners, Tag } from '../elements/tags.ts';

/** The elements as tags in JSX: `<agent-chat endpoint="/chat" onagent-error={log} />`. */
export type AgentElements = {
  [T in Tag]: Fields<Element<T>> &
    Listeners &
    Omit<DetailedHTMLProps<HTMLAttributes<Element<T>>, Element<T>>, keyof Fields<Element<T>>>;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends AgentElements {}
  }
}
