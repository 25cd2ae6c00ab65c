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
  /** The JSON body of a request. */
  encode(request: ChatRequest, messages: readonly UIMessage[]): Readonly<Record<string, unknown>>;
  /** The JSON body that delivers an approval; absent where the back end has none. */
  encodeDecision?(decision: ApprovalDecision): Readonly<Record<string, unknown>>;
  /**
   * The JSON body that ends a run. A protocol that has it can also go on after an event, with GET and
   * `Last-Event-ID`, and knows requests by their `runId`; one that has not ends with its connection.
   */
  encodeStop?(run: RunName): Readonly<Record<string, unknown>>;
  /** A reader for one stream. It may remember what it has seen. */
  decode(): Decoder;
}

export interface Decoder {
  /** The events in one frame. Throws `AgentChatError` where the frame is not of this protocol. */
  read(frame: Frame): readonly StreamEvent[];
  /** True once a frame said that nothing follows. */
  readonly ended: boolean;
}
