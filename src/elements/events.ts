import type { AgentChatError } from '../core/error.ts';

const COMPOSED: EventInit = { bubbles: true, composed: true };
const CANCELABLE: EventInit = { ...COMPOSED, cancelable: true };

/** The user sends what they wrote. Prevent it to send it yourself; the composer then keeps the draft. */
export class AgentSubmitEvent extends Event {
  static readonly type = 'agent-submit';
  readonly content: string;
  readonly files: readonly File[];
  constructor(content: string, files: readonly File[]) {
    super(AgentSubmitEvent.type, CANCELABLE);
    this.content = content;
    this.files = files;
  }
}

/** The user stops the answer. */
export class AgentStopEvent extends Event {
  static readonly type = 'agent-stop';
  constructor() {
    super(AgentStopEvent.type, CANCELABLE);
  }
}

/** The user asks for the last request to be tried again. */
export class AgentRetryEvent extends Event {
  static readonly type = 'agent-retry';
  constructor() {
    super(AgentRetryEvent.type, CANCELABLE);
  }
}

/** The user says an earlier message in other words. Prevent it to send them yourself; the editor then stays open. */
export class AgentEditEvent extends Event {
  static readonly type = 'agent-edit';
  readonly messageId: string;
  readonly content: string;
  constructor(messageId: string, content: string) {
    super(AgentEditEvent.type, CANCELABLE);
    this.messageId = messageId;
    this.content = content;
  }
}

/** The user asks for the version of the conversation that begins with this message. */
export class AgentSelectVersionEvent extends Event {
  static readonly type = 'agent-select-version';
  readonly messageId: string;
  constructor(messageId: string) {
    super(AgentSelectVersionEvent.type, CANCELABLE);
    this.messageId = messageId;
  }
}

/** A way to begin, offered while the conversation is empty. */
export interface Suggestion {
  readonly label: string;
  /** What is said; the label unless told. */
  readonly message?: string | undefined;
  readonly description?: string | undefined;
}

/** The user takes a suggestion. Prevent it to do something else than to say it. */
export class AgentSuggestionEvent extends Event {
  static readonly type = 'agent-suggestion';
  readonly suggestion: Suggestion;
  constructor(suggestion: Suggestion) {
    super(AgentSuggestionEvent.type, CANCELABLE);
    this.suggestion = suggestion;
  }
}

/** What a user says of a tool call beside yes or no. */
export interface DecisionDetails {
  /** How far the permission goes, of the choices that were offered. */
  readonly choice?: string | undefined;
  /** Why it is denied. */
  readonly reason?: string | undefined;
  /** The arguments as the user changed them. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
}

/** The user allows or denies a tool call. */
export class AgentDecisionEvent extends Event {
  static readonly type = 'agent-decision';
  readonly approvalId: string;
  readonly approved: boolean;
  readonly choice: string | undefined;
  readonly reason: string | undefined;
  readonly args: Readonly<Record<string, unknown>> | undefined;
  constructor(approvalId: string, approved: boolean, { choice, reason, args }: DecisionDetails = {}) {
    super(AgentDecisionEvent.type, CANCELABLE);
    this.approvalId = approvalId;
    this.approved = approved;
    this.choice = choice;
    this.reason = reason;
    this.args = args;
  }
}

/** All that a tool call would run with was shown for long enough to be read. */
export class AgentReadEvent extends Event {
  static readonly type = 'agent-read';
  constructor() {
    super(AgentReadEvent.type, COMPOSED);
  }
}

/** The user answers a tool call of the page; without a result they declined. */
export class AgentToolAnswerEvent extends Event {
  static readonly type = 'agent-tool-answer';
  readonly toolCallId: string;
  readonly answer: { readonly result: unknown } | null;
  constructor(toolCallId: string, answer: { readonly result: unknown } | null) {
    super(AgentToolAnswerEvent.type, CANCELABLE);
    this.toolCallId = toolCallId;
    this.answer = answer;
  }
}

/** Something failed. The conversation shows it too. */
export class AgentErrorEvent extends Event {
  static readonly type = 'agent-error';
  readonly error: AgentChatError;
  constructor(error: AgentChatError) {
    super(AgentErrorEvent.type, COMPOSED);
    this.error = error;
  }
}

declare global {
  interface HTMLElementEventMap {
    'agent-submit': AgentSubmitEvent;
    'agent-stop': AgentStopEvent;
    'agent-retry': AgentRetryEvent;
    'agent-edit': AgentEditEvent;
    'agent-select-version': AgentSelectVersionEvent;
    'agent-suggestion': AgentSuggestionEvent;
    'agent-decision': AgentDecisionEvent;
    'agent-read': AgentReadEvent;
    'agent-tool-answer': AgentToolAnswerEvent;
    'agent-error': AgentErrorEvent;
  }
}
