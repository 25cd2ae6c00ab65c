import { css } from 'lit';

/** How the whole chat is laid out. */
export const chatStyles = css`
  :host {
    background: var(--_canvas);
    block-size: 100%;
    min-block-size: 20rem;
  }
  :host([density='compact']) {
    --agent-chat-font-size: 0.9375rem;
    --agent-chat-leading: 1.5;
    --agent-chat-space: 0.625rem;
  }
  :host([density='roomy']) {
    --agent-chat-font-size: 1.0625rem;
    --agent-chat-leading: 1.7;
    --agent-chat-space: 1.5rem;
  }
  [part='frame'] {
    block-size: 100%;
    display: flex;
    flex-direction: column;
    min-block-size: inherit;
  }
  [part='list'] {
    flex: 1;
  }
  .bottom {
    display: grid;
    gap: calc(var(--_space) * 0.75);
    inline-size: 100%;
    margin-inline: auto;
    max-inline-size: calc(var(--_measure) + 2rem);
    padding: 0.25rem 1rem 0.75rem;
  }
  [part='dock'] {
    display: grid;
    gap: 0.5rem;
    /* Long names are cut off, they do not widen the page. */
    grid-template-columns: minmax(0, 1fr);
    max-block-size: 45vh;
    overflow-y: auto;
  }
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
  [part='dock']:empty {
    display: none;
  }
  [part='notice'] {
    align-items: center;
    color: var(--_ink-quiet);
    display: flex;
    flex-wrap: wrap;
    font-size: var(--_small);
    gap: 0.25rem 0.75rem;
    justify-content: space-between;
    padding-inline: 0.25rem;
  }
  .suggestions {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
    list-style: none;
    margin: 1rem 0 0;
    padding: 0;
  }
  [part='suggestion'] {
    align-items: flex-start;
    block-size: 100%;
    border-radius: var(--_radius);
    flex-direction: column;
    gap: 0.125rem;
    inline-size: 100%;
    justify-content: flex-start;
    line-height: 1.4;
    padding: 0.75rem 0.875rem;
    text-align: start;
  }
  [part='suggestion'] .description {
    color: var(--_ink-quiet);
    font-size: 0.8125rem;
  }
`;
