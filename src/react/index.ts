/**
 * React bindings: hooks over the store, and the elements as components. Also what a React application needs of
 * the main entry, so that it imports from one place. May import `core`, `elements` and the main entry; React is
 * the application's.
 */

export type { Renderers } from '../elements/renderers.ts';
export {
  AgentChatError,
  type AgentChatOptions,
  type ApprovalDecision,
  type ChatRequest,
  type ChatSnapshot,
  type ChatStatus,
  type ClientToolContext,
  type ClientToolHandler,
  type ConnectionState,
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
export {
  AgentApproval,
  AgentChat,
  AgentClientTool,
  AgentComposer,
  AgentError,
  AgentFile,
  AgentMarkdown,
  AgentMessage,
  AgentMessageList,
  AgentObject,
  AgentOperation,
  AgentProgress,
  AgentReasoning,
  AgentSource,
  AgentStep,
  AgentSteps,
  AgentText,
  AgentTodo,
  AgentToolCall,
  AgentValue,
  AgentWorker,
} from './components.ts';
export type { AgentElements } from './elements.ts';
export { type PartComponents, usePartComponents } from './part-components.ts';
export { type UseAgentChatReturn, useAgentChat } from './use-agent-chat.ts';
export { type UseAutoScrollOptions, type UseAutoScrollReturn, useAutoScroll } from './use-auto-scroll.ts';
export { useChatSelector, useMessage } from './use-chat-selector.ts';
