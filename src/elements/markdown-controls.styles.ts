import { css } from 'lit';

/** How the controls of code and tables look, and code as they show it. Comes with them. */
export const controlStyles = css`
  pre.wrapped > code {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  pre.folded > code {
    mask-image: linear-gradient(#000 60%, transparent);
    max-block-size: 12rem;
    overflow: hidden;
  }
  .bar {
    align-items: center;
    border-block-end: 1px solid var(--_line);
    color: var(--_ink-quiet);
    display: flex;
    font: 0.8125rem / 1.4 var(--_font);
    gap: 0.125rem;
    min-block-size: 2.25rem;
    padding-inline: 1rem 0.375rem;
  }
  .bar > :first-child {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bar button,
  caption button {
    border-radius: 0.4em;
    color: var(--_ink-quiet);
    font-size: 0.8125rem;
    min-block-size: 1.75rem;
    padding: 0 0.5rem;
  }
  button[hidden] {
    display: none;
  }
  .bar button:hover,
  caption button:hover,
  .bar button[aria-pressed='true'] {
    background: light-dark(rgb(0 0 0 / 0.06), rgb(255 255 255 / 0.09));
    color: var(--_ink);
  }
  caption {
    display: block;
    inset-inline-start: 0;
    position: sticky;
    text-align: start;
  }
  pre.numbered {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
  }
  pre.numbered > .bar {
    grid-column: 1 / -1;
  }
  .numbers {
    color: var(--_ink-quiet);
    font: 0.8125rem / 1.6 var(--_mono);
    min-inline-size: 3ch;
    padding: 0.75rem 0 0.75rem 1rem;
    text-align: end;
    user-select: none;
    white-space: pre;
  }
  pre:not(.numbered) > .numbers {
    display: none;
  }
  pre.folded > .numbers {
    max-block-size: 12rem;
    overflow: hidden;
  }
  .numbers > .lines {
    min-inline-size: 4ch;
  }
`;
