/** The tags that the application has imported. */
export type Tag = Extract<keyof HTMLElementTagNameMap, `agent-${string}`>;
export type Element<T extends Tag> = HTMLElementTagNameMap[T];

/** What can be set on an element: its fields, without what every element has and without methods. */
export type Fields<E> = {
  [Name in Exclude<keyof E, keyof Element<Tag>> as E[Name] extends (...parameters: never) => unknown
    ? never
    : Name]?: E[Name] | undefined;
};

/** Events pass through every element on their way up. */
export type Listeners = {
  [Name in Extract<keyof HTMLElementEventMap, `agent-${string}`> as `on${Name}`]?:
    | ((event: HTMLElementEventMap[Name]) => void)
    | undefined;
};
