import { createComponent, type EventName } from '@lit/react';
import * as React from 'react';
import { defineElements } from '../elements/define.ts';
import type {
  AgentDecisionEvent,
  AgentEditEvent,
  AgentErrorEvent,
  AgentRetryEvent,
  AgentSelectVersionEvent,
  AgentStopEvent,
  AgentSubmitEvent,
  AgentSuggestionEvent,
  AgentToolAnswerEvent,
} from '../elements/events.ts';

import { type PartComponents, usePartComponents } from './part-components.ts';

type Tag = keyof ReturnType<typeof defineElements>;
type ElementClass<T extends Tag> = ReturnType<typeof defineElements>[T];

const onSubmit = 'agent-submit' as EventName<AgentSubmitEvent>;
const onEdit = 'agent-edit' as EventName<AgentEditEvent>;
const onSelectVersion = 'agent-select-version' as EventName<AgentSelectVersionEvent>;
const onStop = 'agent-stop' as EventName<AgentStopEvent>;
const onRetry = 'agent-retry' as EventName<AgentRetryEvent>;
const onDecision = 'agent-decision' as EventName<AgentDecisionEvent>;
const onToolAnswer = 'agent-tool-answer' as EventName<AgentToolAnswerEvent>;
const onSuggestion = 'agent-suggestion' as EventName<AgentSuggestionEvent>;
const onError = 'agent-error' as EventName<AgentErrorEvent>;

const chatEvents = {
  onSubmit,
  onStop,
  onRetry,
  onEdit,
  onSelectVersion,
  onDecision,
  onToolAnswer,
  onSuggestion,
  onError,
};

/** Registers the tags when the first component is made, so that a bundle without components has no elements. */
function component<T extends Tag, E extends Record<string, EventName | string> = Record<never, never>>(
  tagName: T,
  events?: E,
) {
  const elementClass = defineElements()[tagName] as ElementClass<T> & {
    new (): InstanceType<ElementClass<T>>;
  };
  return createComponent({ react: React, tagName, elementClass, ...(events ? { events } : {}) });
}

const ChatElement = /* @__PURE__ */ component('agent-chat', chatEvents);

export type AgentChatProps = React.ComponentProps<typeof ChatElement> & {
  /** Components of the application that draw parts; see `usePartComponents`. */
  readonly components?: PartComponents | undefined;
};

/** `<agent-chat>`; with `components`, parts are drawn by the application's own. */
export const AgentChat = /* @__PURE__ */ React.forwardRef<
  InstanceType<ElementClass<'agent-chat'>>,
  AgentChatProps
>(function AgentChat({ components, children, ...props }, ref) {
  const drawn = usePartComponents(components);
  const renderers = components ? { renderers: drawn.renderers } : {};
  return React.createElement(ChatElement, { ...renderers, ...props, ref }, children, drawn.children);
});
export const AgentMessageList = /* @__PURE__ */ component('agent-message-list');
export const AgentMessage = /* @__PURE__ */ component('agent-message');
export const AgentComposer = /* @__PURE__ */ component('agent-composer', { onSubmit, onStop });
export const AgentMarkdown = /* @__PURE__ */ component('agent-markdown');
export const AgentText = /* @__PURE__ */ component('agent-text');
export const AgentReasoning = /* @__PURE__ */ component('agent-reasoning');
export const AgentToolCall = /* @__PURE__ */ component('agent-tool-call');
export const AgentOperation = /* @__PURE__ */ component('agent-operation');
export const AgentSource = /* @__PURE__ */ component('agent-source');
export const AgentFile = /* @__PURE__ */ component('agent-file');
export const AgentObject = /* @__PURE__ */ component('agent-object');
export const AgentSteps = /* @__PURE__ */ component('agent-steps');
export const AgentValue = /* @__PURE__ */ component('agent-value');
export const AgentProgress = /* @__PURE__ */ component('agent-progress');
export const AgentTodo = /* @__PURE__ */ component('agent-todo');
export const AgentWorker = /* @__PURE__ */ component('agent-worker');
export const AgentStep = /* @__PURE__ */ component('agent-step');
export const AgentError = /* @__PURE__ */ component('agent-error', { onRetry });
export const AgentApproval = /* @__PURE__ */ component('agent-approval', { onDecision });
export const AgentClientTool = /* @__PURE__ */ component('agent-client-tool', { onToolAnswer });
