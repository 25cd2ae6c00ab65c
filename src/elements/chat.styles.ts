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
