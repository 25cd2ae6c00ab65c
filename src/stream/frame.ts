/** One unit of the wire: an SSE event or a socket message. */
export interface Frame {
  readonly data: string;
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  /** The stream ended before the blank line that ends an event: this one may be cut off. */
  readonly truncated?: boolean | undefined;
}
