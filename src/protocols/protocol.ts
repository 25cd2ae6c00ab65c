import type { StreamEvent } from '../core/event.ts';
import type { UIMessage } from '../core/message.ts';
import type { ApprovalDecision, ChatRequest, RunName } from '../core/transport.ts';
import type { Frame } from '../stream/frame.ts';

/** The words of one kind of back end: what to ask it with, and what its frames mean. */
export interface Protocol {
  readonly name: string;
  /** Headers that every request has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the server keeps the conversation, so that requests do not carry it. */
  readonly keepsHistory?: boolean | undefined;
  /**
   * Whether a leg that asks for a permission ends, and the answer goes with the next request. Such a request is a
   * `continue` with `decisions`.
   */
  readonly decidesInRequest?: boolean | undefined;
  /** Whether an answer may also be one JSON document, which the decoder gets as one frame. */
  readonly readsDocuments?: boolean | undefined;
  /** The JSON body of a request. */
  encode(request: ChatRequest, messages: readonly UIMessage[]): Readonly<Record<string, unknown>>;
  /** The JSON body that delivers an approval; absent where the back end has none. */
  encodeDecision?(decision: ApprovalDecision): Readonly<Record<string, unknown>>;
  /**
   * The JSON body that ends a run. A protocol that has it can also go on after an event, with GET and
   * `Last-Event-ID`, and knows requests by their `runId`; one that has not ends with its connection.
   */
  encodeStop?(run: RunName): Readonly<Record<string, unknown>>;
  /** Where a run of that session can be read from its beginning, below the endpoint. */
  resumePath?(sessionId: string): string;
  /** Throws `AgentChatError` where such a request must not be made from a page. */
  assertAllowed?(url: URL, headers: Headers): void;
  /** A reader for one stream. It may remember what it has seen. */
  decode(): Decoder;
}

export interface Decoder {
  /** The events in one frame. Throws `AgentChatError` where the frame is not of this protocol. */
  read(frame: Frame): readonly StreamEvent[];
  /** True once a frame said that nothing follows. */
  readonly ended: boolean;
  /** What the end of the body says; without `finish` or `error` before or in it, the answer was cut off. */
  end?(): readonly StreamEvent[];
  /** How to go on with this run, once it is known: addresses below the endpoint, to GET and to POST. */
  readonly rest?: RunAddress | undefined;
}

export interface RunAddress {
  /** What follows the last frame that was read. */
  readonly resume: string;
  /** Ends the run. */
  readonly stop?: string | undefined;
}
