import { AgentApproval } from './agent-approval.ts';
import { AgentChatElement } from './agent-chat.ts';
import { AgentClientTool } from './agent-client-tool.ts';
import { AgentComposer } from './agent-composer.ts';
import { AgentError } from './agent-error.ts';
import { AgentFile } from './agent-file.ts';
import { AgentMarkdown } from './agent-markdown.ts';
import { AgentMessage } from './agent-message.ts';
import { AgentMessageList } from './agent-message-list.ts';
import { AgentObject } from './agent-object.ts';
import { AgentOperation } from './agent-operation.ts';
import { AgentProgress } from './agent-progress.ts';
import { AgentReasoning } from './agent-reasoning.ts';
import { AgentSource } from './agent-source.ts';
import { AgentStep } from './agent-step.ts';
import { AgentSteps } from './agent-steps.ts';
import { AgentText } from './agent-text.ts';
import { AgentTodo } from './agent-todo.ts';
import { AgentToolCall } from './agent-tool-call.ts';
import { AgentValue } from './agent-value.ts';
import { AgentWorker } from './agent-worker.ts';
import { Localized } from './language.ts';

/** Every element by its tag. */
export const elements = {
  'agent-approval': AgentApproval,
  'agent-chat': AgentChatElement,
  'agent-client-tool': AgentClientTool,
  'agent-composer': AgentComposer,
  'agent-error': AgentError,
  'agent-file': AgentFile,
  'agent-markdown': AgentMarkdown,
  'agent-message': AgentMessage,
  'agent-message-list': AgentMessageList,
  'agent-object': AgentObject,
  'agent-operation': AgentOperation,
  'agent-progress': AgentProgress,
  'agent-reasoning': AgentReasoning,
  'agent-source': AgentSource,
  'agent-step': AgentStep,
  'agent-steps': AgentSteps,
  'agent-text': AgentText,
  'agent-todo': AgentTodo,
  'agent-tool-call': AgentToolCall,
  'agent-value': AgentValue,
  'agent-worker': AgentWorker,
} as const;

/**
 * Registers every tag and returns the classes. A tag that is taken stays as it is, so that two copies of this
 * library in one page do no harm; without a DOM nothing is registered.
 */
export function defineElements(): typeof elements {
  if (typeof customElements !== 'undefined') {
    for (const [tag, element] of Object.entries(elements)) {
      if (customElements.get(tag)) continue;
      element.addInitializer((host) => void new Localized(host));
      customElements.define(tag, element);
    }
  }
  return elements;
}
