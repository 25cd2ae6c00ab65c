import { css } from 'lit';

/** How the controls of code and tables look, and code as they show it, its colours among them. Comes with them. */
export const controlStyles = css`
  :host {
    --_token-keyword: light-dark(#8b2fb0, #d69bf0);
    --_token-string: light-dark(#1c6e3a, #8fd3a4);
    --_token-number: light-dark(#a04a00, #f0ad6d);
    --_token-comment: light-dark(#646a74, #9298a3);
    --_token-name: light-dark(#1c57b8, #8fb8ff);
  }
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
  :is(.token-keyword, .token-operator, .token-tag, .token-meta, .token-builtin) {
    color: var(--_token-keyword);
  }
  :is(.token-string, .token-inserted, .token-link) {
    color: var(--_token-string);
  }
  :is(.token-number, .token-atom, .token-attribute, .token-property) {
    color: var(--_token-number);
  }
  .token-comment {
    color: var(--_token-comment);
    font-style: italic;
  }
  :is(.token-definition, .token-type, .token-variable, .token-heading) {
    color: var(--_token-name);
  }
  :is(.token-deleted, .token-invalid) {
    color: var(--_bad);
  }
`;
