/**
 * The elements: views of a store, and each part by itself. Importing this registers their tags. In: messages
 * as properties. Out: `agent-*` events. May import `core`, `markdown` and the package's main entry.
 */
import { defineElements } from './define.ts';

defineElements();

export { AgentApproval } from './agent-approval.ts';
export { AgentChatElement } from './agent-chat.ts';
export { AgentClientTool } from './agent-client-tool.ts';
export { AgentComposer } from './agent-composer.ts';
export { AgentError } from './agent-error.ts';
export { AgentFile } from './agent-file.ts';
export { AgentMarkdown } from './agent-markdown.ts';
export { AgentMessage } from './agent-message.ts';
export { AgentMessageList } from './agent-message-list.ts';
export { AgentObject } from './agent-object.ts';
export { AgentOperation } from './agent-operation.ts';
export { AgentReasoning } from './agent-reasoning.ts';
export { AgentSource } from './agent-source.ts';
export { AgentStep } from './agent-step.ts';
export { AgentText } from './agent-text.ts';
export { AgentTodo } from './agent-todo.ts';
export { AgentToolCall } from './agent-tool-call.ts';
export { AgentWorker } from './agent-worker.ts';
export { defineElements } from './define.ts';
export {
  AgentDecisionEvent,
  AgentEditEvent,
  AgentErrorEvent,
  AgentRetryEvent,
  AgentSelectVersionEvent,
  AgentStopEvent,
  AgentSubmitEvent,
  AgentSuggestionEvent,
  AgentToolAnswerEvent,
  type Suggestion,
} from './events.ts';
