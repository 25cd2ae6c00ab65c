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
export { AgentProgress } from './agent-progress.ts';
export { AgentReasoning } from './agent-reasoning.ts';
export { AgentSource } from './agent-source.ts';
export { AgentStep } from './agent-step.ts';
export { AgentSteps } from './agent-steps.ts';
export { AgentText } from './agent-text.ts';
export { AgentTodo } from './agent-todo.ts';
export { AgentToolCall } from './agent-tool-call.ts';
export { AgentValue } from './agent-value.ts';
export { AgentWorker } from './agent-worker.ts';
export { defineElements } from './define.ts';
export {
  AgentDecisionEvent,
  AgentEditEvent,
  AgentErrorEvent,
  AgentReadEvent,
  AgentRetryEvent,
  AgentSelectVersionEvent,
  AgentStopEvent,
  AgentSubmitEvent,
  AgentSuggestionEvent,
  AgentToolAnswerEvent,
  type Suggestion,
} from './events.ts';
export { setLocale } from './language.ts';
export type { PartRenderer, RenderContext, Rendered, Renderers, ToolDisplay } from './renderers.ts';
export type { Strings, ViewStrings } from './strings.ts';
