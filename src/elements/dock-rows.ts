import { css, html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { AgentChat, FileUpload, InteractiveTool, QueuedMessage } from '../index.ts';
import type { AgentChatElement } from './agent-chat.ts';
import { ConsentGuard } from './consent-guard.ts';
import { AgentDecisionEvent, AgentSelectVersionEvent, AgentStopEvent } from './events.ts';
import { icons } from './icons.ts';
import { own } from './renderers.ts';
import { strings } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** The rows of the dock: what the agent asks, what answers several tool calls at once, what waits to be sent, and files on their way. */
export class DockRows {
  static readonly styles = css`
    [part='approvals'],
    [part='queued'],
    [part='uploads'] {
      align-items: center;
      background: var(--_surface);
      border-radius: var(--_radius);
      display: flex;
      font-size: var(--_small);
      gap: 0.5rem;
      padding: 0.25rem 0.25rem 0.25rem 1rem;
    }
    [part='approvals'] button,
    [part='queued'] button,
    [part='uploads'] button {
      flex: none;
    }
    [part='dock'] .words {
      flex: 1;
      min-inline-size: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    [part='approvals'] {
      background: var(--_canvas);
      flex-wrap: wrap;
      inset-block-start: 0;
      padding-inline-start: 0.25rem;
      position: sticky;
    }
    [part='approvals'] .words {
      flex-basis: 11rem;
      white-space: normal;
    }
    [part='uploads'] {
      align-items: flex-start;
    }
    [part='uploads'] ul {
      display: grid;
      flex: 1;
      gap: 0.375rem;
      grid-template-columns: minmax(0, 1fr);
      list-style: none;
      margin: 0;
      min-inline-size: 0;
      padding: 0.3125rem 0;
    }
    [part='uploads'] li {
      align-items: center;
      display: flex;
      gap: 0.75rem;
    }
    progress {
      appearance: none;
      background: var(--_line);
      block-size: 0.25rem;
      border: 0;
      border-radius: 1rem;
      flex: none;
      inline-size: min(10rem, 40%);
      overflow: hidden;
    }
    progress::-webkit-progress-bar {
      background: none;
    }
    progress::-webkit-progress-value {
      background: var(--_accent);
      border-radius: 1rem;
      transition: inline-size var(--_fast);
    }
    progress::-moz-progress-bar {
      background: var(--_accent);
      border-radius: 1rem;
    }
    @media (forced-colors: active) {
      progress {
        block-size: 0.5rem;
        border: 1px solid CanvasText;
      }
      progress::-webkit-progress-value {
        background: Highlight;
        forced-color-adjust: none;
      }
      progress::-moz-progress-bar {
        background: Highlight;
        forced-color-adjust: none;
      }
    }
    /* Not by transparency: what shines through counts as covered. */
    [part='approvals'] button[aria-disabled='true'] {
      color: var(--_ink-quiet);
      opacity: 1;
    }
  `;

  readonly #host: AgentChatElement;

  /** Watches the button that allows all. */
  readonly #guard: ConsentGuard;

  constructor(host: AgentChatElement) {
    this.#host = host;
    this.#guard = new ConsentGuard(() => host.requestUpdate());
    host.addController({
      hostUpdated: () => this.#watch(),
      hostDisconnected: () => this.#guard.stop(),
    });
  }

  #watch(): void {
    const row = this.#host.renderRoot.querySelector('[part="approvals"]');
    const words = row?.querySelector('.words');
    const button = row?.querySelector('button');
    this.#guard.watch(this.#host.isConnected && words && button ? { words, buttons: [button] } : undefined);
  }

  render() {
    const {
      pendingApprovals = [],
      pendingClientTools = {},
      queue = [],
      uploads = [],
      canContinue = true,
    } = this.#host.chat?.getSnapshot() ?? {};
    return html`${canContinue ? nothing : this.#renderOlder()}${repeat(
      Object.values(pendingClientTools).flat(),
      ({ toolCallId }) => toolCallId,
      (tool) => this.#renderQuestion(tool),
    )}${pendingApprovals.length > 1 ? this.#renderApprovals(pendingApprovals.length) : nothing}${repeat(
      queue,
      ({ id }) => id,
      (message) => this.#renderQueued(message),
    )}${uploads.length > 0 ? renderUploads(uploads) : nothing}`;
  }

  /** What is said of a version that the server cannot go on from. */
  #renderOlder() {
    return html`<div part="notice">
      <span>${strings.earlierVersion}</span>
      <button class="plain" type="button" @click=${this.#toNewest}>${viewStrings().toNewestVersion}</button>
    </div>`;
  }

  /** As if the user had gone on to the newest version at every place: that is what the server knows. */
  readonly #toNewest = async (): Promise<void> => {
    const host = this.#host;
    const dock = host.renderRoot.querySelector('[part="dock"]');
    const asked = new Set<string>();
    for (let id = newestOf(host.chat); id && !asked.has(id); id = newestOf(host.chat)) {
      asked.add(id);
      dock?.dispatchEvent(new AgentSelectVersionEvent(id));
      await host.updateComplete;
    }
    await host.updateComplete;
    host.focus();
  };

  /** Drawn once: what is being written into it stays, whatever else of the chat changes. */
  #renderQuestion(tool: InteractiveTool) {
    const by = own(this.#host.renderers?.clientTools, tool.toolName);
    return guard([tool, by], () => {
      try {
        const drawn = by?.(this.#keepingFocus(tool));
        if (drawn !== undefined && drawn !== null) return drawn;
      } catch (error) {
        // The user can still answer, or decline.
        reportError(error);
      }
      return html`<agent-client-tool .tool=${tool}></agent-client-tool>`;
    });
  }

  /** What is answered goes away; the focus must not go with it. */
  #keepingFocus(tool: InteractiveTool): InteractiveTool {
    const keep = (): void => {
      if (this.#host.matches(':focus-within')) this.#host.focus();
    };
    return {
      ...tool,
      submit: (result) => {
        keep();
        tool.submit(result);
      },
      cancel: (reason) => {
        keep();
        tool.cancel(reason);
      },
    };
  }

  #cards() {
    return [...this.#host.renderRoot.querySelectorAll('agent-approval')];
  }

  /** Those that can still be allowed. */
  #open() {
    return this.#cards().filter(({ approval }) => (approval?.expiresAt ?? Infinity) > Date.now());
  }

  #unread() {
    return this.#open().find((card) => !card.wasRead);
  }

  #renderApprovals(count: number) {
    const words = viewStrings().approvals(count);
    const isRead = this.#cards().length === count && !this.#unread();
    const mayAllow = isRead && this.#guard.isReady;
    return html`<div part="approvals" role="group" aria-label=${words}>
      <span class="words">${words}</span>
      <button
        class="plain"
        type="button"
        aria-disabled=${!mayAllow}
        @click=${(event: Event) => this.#decideAll(event, true)}
      >
        ${viewStrings().allowAll}
      </button>
      <button class="plain" type="button" @click=${(event: Event) => this.#decideAll(event, false)}>
        ${viewStrings().denyAll}
      </button>
    </div>`;
  }

  /**
   * As if the user had decided one after the other: whoever listens hears of each, and may prevent it. Nothing is
   * allowed before all was there to be read.
   */
  #decideAll(event: Event, approved: boolean): void {
    const unread = approved ? this.#unread() : undefined;
    if (unread) return unread.scrollIntoView({ block: 'nearest' });
    if (approved && !this.#guard.allows(event)) return;
    for (const { approval } of approved ? this.#open() : this.#cards()) {
      // Nobody allows more than this once without having read what it is.
      const choice = approved && approval?.choices?.includes('once') ? 'once' : undefined;
      const { approvalId = '' } = approval ?? {};
      event.currentTarget?.dispatchEvent(new AgentDecisionEvent(approvalId, approved, { choice }));
    }
  }

  #renderQueued({ parts, sendNow, remove }: QueuedMessage) {
    const words = parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
    // The row goes away; the focus must not go with it.
    const act = (command: () => void) => () => {
      this.#host.focus();
      command();
    };
    return html`<div part="queued" role="group" aria-label=${viewStrings().queued}>
      <span class="words" dir="auto">${words || viewStrings().queued}</span>
      <button type="button" class="plain" @click=${act(sendNow)}>${viewStrings().sendNow}</button>
      <button type="button" aria-label=${strings.remove(words)} @click=${act(remove)}>${icons.close}</button>
    </div>`;
  }
}

/** The newest version at the first place where an older one is shown. */
function newestOf(chat: AgentChat | undefined): string | undefined {
  if (!chat || chat.getSnapshot().canContinue) return undefined;
  for (const { id } of chat.messages) {
    const newest = chat.versions(id).at(-1);
    if (newest && newest.id !== id) return newest.id;
  }
  return undefined;
}

function renderUploads(uploads: readonly FileUpload[]) {
  const cancel = ({ currentTarget }: Event) => currentTarget?.dispatchEvent(new AgentStopEvent());
  return html`<div part="uploads">
    <ul>
      ${uploads.map(
        ({ file, progress }) => html`<li>
          <bdi class="words">${file.name}</bdi>
          <progress max="100" .value=${progress} aria-label=${viewStrings().uploading(file.name)}></progress>
        </li>`,
      )}
    </ul>
    <button type="button" aria-label=${viewStrings().cancelUpload} title=${viewStrings().cancelUpload} @click=${cancel}>
      ${icons.close}
    </button>
  </div>`;
}
