/**
 * React bindings: a hook over the store, and the elements as components. May import `core` and `elements`;
 * React is the application's.
 */
export {
  AgentApproval,
  AgentChat,
  AgentClientTool,
  AgentComposer,
  AgentError,
  AgentFile,
  AgentMessage,
  AgentMessageList,
  AgentObject,
  AgentOperation,
  AgentReasoning,
  AgentSource,
  AgentStep,
  AgentText,
  AgentTodo,
  AgentToolCall,
  AgentWorker,
} from './components.ts';
export { type UseAgentChatReturn, useAgentChat } from './use-agent-chat.ts';
