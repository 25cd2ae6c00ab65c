import type { ClientToolHandler } from './client-tools.ts';
import type { AgentChatError } from './error.ts';
import type { ChatLimits } from './limits.ts';
import type { UIMessage } from './message.ts';
import type { Scheduler } from './scheduler.ts';
import type { Transport } from './transport.ts';
import type { RequestUploadUrls, UploadOptions } from './upload.ts';

export interface AgentChatOptions {
  readonly transport: Transport;
  /** Where files that the user attaches may be put; without it there are no attachments. */
  readonly requestUploadUrls?: RequestUploadUrls | undefined;
  /** How many files of what size and kind are taken, and how hard it is tried. */
  readonly uploadOptions?: UploadOptions | undefined;
  /** By tool name. */
  readonly clientTools?: Readonly<Record<string, ClientToolHandler>> | undefined;
  /** How long an automatic client tool may take. Milliseconds; 60,000 unless told. */
  readonly clientToolTimeout?: number | undefined;
  /**
   * What a `send` does while a run is going on: ends that run (unless told otherwise), waits for its end, or is
   * refused with the code `busy`.
   */
  readonly whenBusy?: 'interrupt' | 'queue' | 'reject' | undefined;
  /** Messages of an earlier visit, as they were stored: dates may be strings. */
  readonly initialMessages?: readonly UIMessage[] | undefined;
  /** The conversation as the server keeps it: asked where events were lost on their way. */
  readonly loadMessages?: (() => Promise<readonly UIMessage[]>) | undefined;
  /** Whether to look for a run that still goes on at the server when the first listener comes: once. */
  readonly resume?: boolean | undefined;
  readonly limits?: ChatLimits | undefined;
  readonly onStart?: ((executionId: string | undefined) => void) | undefined;
  readonly onFinish?: (() => void) | undefined;
  readonly onStop?: (() => void) | undefined;
  readonly onError?: ((error: AgentChatError) => void) | undefined;
  readonly onResourceUpdate?: ((name: string, value: unknown) => void) | undefined;
  /** When listeners hear of streamed changes; once a frame unless told. */
  readonly scheduler?: Scheduler | undefined;
  readonly generateId?: (() => string) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}
