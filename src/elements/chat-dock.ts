import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AgentChatError, ChatSnapshot } from '../index.ts';
import { strings } from './strings.ts';

/**
 * What waits for the user, between the conversation and the composer. `failure` is what failed before it reached the
 * conversation; `renderRows` draws what is needed seldom, and only then.
 */
export function renderDock(
  snapshot: ChatSnapshot,
  failure: AgentChatError | null,
  renderRows: () => unknown,
) {
  const { pendingApprovals, pendingClientTools, queue, uploads, canRetry } = snapshot;
  const rows = [Object.keys(pendingClientTools), pendingApprovals.slice(1), queue, uploads];
  const hasRows = !snapshot.canContinue || rows.some(({ length }) => length > 0);
  const error = failure ?? snapshot.error;
  return html`<div part="dock">${renderNotice(snapshot)}${repeat(
    pendingApprovals,
    (approval) => approval.approvalId,
    (approval) => html`<agent-approval .approval=${approval}></agent-approval>`,
  )}${
    error ? html`<agent-error .error=${error} ?can-retry=${canRetry && !failure}></agent-error>` : nothing
  }${hasRows ? renderRows() : nothing}</div>`;
}

function renderNotice(snapshot: ChatSnapshot) {
  if (isReconnecting(snapshot)) return html`<div part="notice">${strings.reconnecting}</div>`;
  return snapshot.connectionState === 'connecting'
    ? html`<div part="notice">${strings.connecting}</div>`
    : nothing;
}

/** Whether an answer was cut off and is being asked for again. */
export function isReconnecting(snapshot: ChatSnapshot | undefined): boolean {
  const { status, connectionState = 'connected', messages } = snapshot ?? {};
  const isCutOff = status === 'streaming' && connectionState !== 'connected';
  return isCutOff && messages?.at(-1)?.status === 'streaming';
}
