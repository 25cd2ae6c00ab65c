import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AgentChatError, ChatSnapshot, FileUpload, InteractiveTool, QueuedMessage } from '../index.ts';
import { isReconnecting } from './announcements.ts';
import { AgentStopEvent } from './events.ts';
import { icons } from './icons.ts';
import { own, type Renderers } from './renderers.ts';
import { strings } from './strings.ts';

/** What can be done in the dock. */
export interface DockActions {
  readonly decideAll: (event: Event, approved: boolean) => void;
  readonly toNewestVersion: () => void;
  /** Whether all that waits for permission was read. */
  readonly isRead: boolean;
  /** Does something that takes its own button away. */
  readonly act: (command: () => void) => void;
}

export interface DockOptions extends DockActions {
  /** What failed before it reached the conversation. */
  readonly failure: AgentChatError | null;
  readonly renderers: Renderers | undefined;
}

/** What waits for the user, between the conversation and the composer. */
export function renderDock(snapshot: ChatSnapshot, options: DockOptions) {
  const { pendingApprovals, pendingClientTools, queue, uploads, canRetry } = snapshot;
  const { failure, renderers, act } = options;
  const error = failure ?? snapshot.error;
  return html`<div part="dock">${renderNotice(snapshot, options)}${
    pendingApprovals.length > 1 ? renderApprovals(pendingApprovals.length, options) : nothing
  }${repeat(
    pendingApprovals,
    (approval) => approval.approvalId,
    (approval) => html`<agent-approval .approval=${approval}></agent-approval>`,
  )}${repeat(
    Object.values(pendingClientTools).flat(),
    (tool) => tool.toolCallId,
    (tool) => renderQuestion(tool, renderers),
  )}${
    error ? html`<agent-error .error=${error} ?can-retry=${canRetry && !failure}></agent-error>` : nothing
  }${repeat(
    queue,
    (message) => message.id,
    (message) => renderQueued(message, act),
  )}${uploads.length > 0 ? renderUploads(uploads) : nothing}</div>`;
}

function renderNotice(snapshot: ChatSnapshot, { toNewestVersion }: DockActions) {
  if (!snapshot.canContinue) {
    return html`<div part="notice">
      <span>${strings.earlierVersion}</span>
      <button class="plain" type="button" @click=${toNewestVersion}>${strings.toNewestVersion}</button>
    </div>`;
  }
  if (isReconnecting(snapshot)) return html`<div part="notice">${strings.reconnecting}</div>`;
  return snapshot.connectionState === 'connecting'
    ? html`<div part="notice">${strings.connecting}</div>`
    : nothing;
}

function renderApprovals(count: number, { decideAll, isRead }: DockActions) {
  const words = strings.approvals(count);
  return html`<div part="approvals" role="group" aria-label=${words}>
    <span class="words">${words}</span>
    <button
      class="plain"
      type="button"
      aria-disabled=${!isRead}
      @click=${(event: Event) => decideAll(event, true)}
    >
      ${strings.allowAll}
    </button>
    <button class="plain" type="button" @click=${(event: Event) => decideAll(event, false)}>${strings.denyAll}</button>
  </div>`;
}

function renderQuestion(tool: InteractiveTool, renderers: Renderers | undefined) {
  let drawn: unknown;
  try {
    drawn = own(renderers?.clientTools, tool.toolName)?.(tool);
  } catch (error) {
    // The user can still answer, or decline.
    reportError(error);
  }
  return drawn ?? html`<agent-client-tool .tool=${tool}></agent-client-tool>`;
}

function renderQueued(message: QueuedMessage, act: DockActions['act']) {
  const words = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
  const remove = () => act(message.remove);
  return html`<div part="queued" role="group" aria-label=${strings.queued}>
    <span class="words" dir="auto">${words || strings.queued}</span>
    <button type="button" class="plain" @click=${() => act(message.sendNow)}>${strings.sendNow}</button>
    <button type="button" aria-label=${strings.remove(words)} @click=${remove}>${icons.close}</button>
  </div>`;
}

function renderUploads(uploads: readonly FileUpload[]) {
  const cancel = ({ currentTarget }: Event) => currentTarget?.dispatchEvent(new AgentStopEvent());
  return html`<div part="uploads">
    <ul>
      ${uploads.map(
        ({ file, progress }) => html`<li>
          <bdi class="words">${file.name}</bdi>
          <progress max="100" .value=${progress} aria-label=${strings.uploading(file.name)}></progress>
        </li>`,
      )}
    </ul>
    <button type="button" aria-label=${strings.cancelUpload} title=${strings.cancelUpload} @click=${cancel}>
      ${icons.close}
    </button>
  </div>`;
}
