/** A tool that the page runs, as a model is told of it. Further fields, such as `strict`, are sent as they are. */
export interface ClientTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A tool that the provider runs or knows, as its documents write it: `{type: 'web_search', …}`. */
export interface ProviderTool {
  readonly type: string;
  readonly [field: string]: unknown;
}
