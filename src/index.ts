/**
 * The headless chat: the store, its types, and the transports that bring it events. In: bytes from an agent.
 * Out: messages with typed parts. Runs anywhere; imports no framework and no DOM.
 */
export { type Agent, type AgentRun, runAgent } from './core/agent.ts';
export { AgentChat } from './core/agent-chat.ts';
export { type ApprovalSubject, approvalDigest } from './core/approval-digest.ts';
export type { PendingApproval } from './core/approvals.ts';
export type { AgentChatOptions } from './core/chat-options.ts';
export type { ChatSnapshot, ChatStatus, FileUpload } from './core/chat-snapshot.ts';
export type {
  ClientToolContext,
  ClientToolHandler,
  InteractiveTool,
  PendingClientTools,
} from './core/client-tools.ts';
export {
  AgentChatError,
  type AgentChatErrorType,
  type ErrorDetails,
  type ErrorSource,
  isAbortError,
} from './core/error.ts';
export {
  isAuthenticationError,
  isProviderError,
  isQuotaExceededError,
  isRateLimitError,
  isRetryableError,
  isToolError,
  isValidationError,
} from './core/error-guards.ts';
export type { FinishReason, PendingToolCall, StreamEvent, ToolResult } from './core/event.ts';
export { generateId } from './core/generate-id.ts';
export type { ChatLimits } from './core/limits.ts';
export {
  type FileReference,
  isFileReference,
  isFileReferenceArray,
  isMainThread,
  isOtherThread,
  MAIN_THREAD,
  type MessageMetadata,
  resolveThread,
  type TodoItem,
  type ToolApproval,
  threadForPart,
  type UIDataPart,
  type UIFilePart,
  type UIMessage,
  type UIMessagePart,
  type UIObjectPart,
  type UIOperationPart,
  type UIReasoningPart,
  type UISourcePart,
  type UIStepStartPart,
  type UITextPart,
  type UITodoPart,
  type UIToolCallPart,
  type UIWorkerPart,
} from './core/message.ts';
export type { QueuedMessage } from './core/queue.ts';
export { endRun, reduce } from './core/reduce.ts';
export { restoreMessages } from './core/restore.ts';
export { frameScheduler, type Scheduler } from './core/scheduler.ts';
export { type ChatState, emptyState, type ReduceContext, type RunEnding } from './core/state.ts';
export {
  type ApprovalDecision,
  type ChatRequest,
  type ConnectionState,
  type ConnectionStateListener,
  type EventStream,
  isSocketTransport,
  type RunName,
  type SendContext,
  type SocketTransport,
  type Transport,
} from './core/transport.ts';
export type {
  RequestUploadUrls,
  UploadFilesOptions,
  UploadLimits,
  UploadOptions,
  UploadProgress,
  UploadUrlsResponse,
} from './core/upload.ts';
export { uploadFiles } from './core/uploads.ts';
export type { UserMessageInput } from './core/user-message.ts';
export { createDirectTransport, type DirectTransportOptions } from './transports/direct.ts';
export { createHttpTransport, type HttpRequestOptions, type HttpUrlOptions } from './transports/http.ts';
export { createPollingTransport, type PollingOptions, type PollResult } from './transports/polling.ts';
export {
  createSocketTransport,
  type SocketConnectOptions,
  type SocketUrlOptions,
} from './transports/socket.ts';
export type { SocketLike } from './transports/socket-connection.ts';
