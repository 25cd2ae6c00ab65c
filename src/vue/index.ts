/**
 * Vue bindings: composables over the store. Also what a Vue application needs of the main entry, so that it imports
 * from one place. May import `core` and the main entry; Vue is the application's.
 */

export type { PartSlot, SlotNames } from '../elements/part-slots.ts';
export type { Renderers } from '../elements/renderers.ts';
export {
  AgentChat,
  AgentChatError,
  type AgentChatOptions,
  type ApprovalDecision,
  type ChatRequest,
  type ChatSnapshot,
  type ChatStatus,
  type ClientToolContext,
  type ClientToolHandler,
  type ConnectionState,
  type ConnectionStateListener,
  createDirectTransport,
  createHttpTransport,
  createSocketTransport,
  type FileReference,
  generateId,
  type InteractiveTool,
  isAbortError,
  isAuthenticationError,
  isFileReference,
  isMainThread,
  isOtherThread,
  isProviderError,
  isQuotaExceededError,
  isRateLimitError,
  isRetryableError,
  isSocketTransport,
  isToolError,
  isValidationError,
  type PendingApproval,
  type SocketTransport,
  type StreamEvent,
  type ToolResult,
  type Transport,
  type UIDataPart,
  type UIFilePart,
  type UIMessage,
  type UIMessagePart,
  type UIObjectPart,
  type UIOperationPart,
  type UIReasoningPart,
  type UISourcePart,
  type UITextPart,
  type UITodoPart,
  type UIToolCallPart,
  type UIWorkerPart,
  type UserMessageInput,
  uploadFiles,
} from '../index.ts';
export type { AgentElements } from './elements.ts';
export { type UseAgentChatReturn, useAgentChat } from './use-agent-chat.ts';
export { useMessage } from './use-message.ts';
export { usePartSlots } from './use-part-slots.ts';
