import { css } from 'lit';

/**
 * What every element shares: the public tokens (`--agent-chat-*`) with their defaults as private ones, and
 * plain controls. Colours are roles and follow the page's `color-scheme`.
 */
export const baseStyles = css`
  :host {
    --_canvas: var(--agent-chat-canvas, light-dark(#ffffff, #16171a));
    --_ink: var(--agent-chat-ink, light-dark(#1d1f23, #ececf0));
    --_ink-quiet: var(--agent-chat-ink-quiet, light-dark(#5d626b, #a0a5b0));
    --_line: var(--agent-chat-line, light-dark(#e2e4e9, #32353c));
    --_surface: var(--agent-chat-surface, light-dark(#f5f6f8, #1f2125));
    --_bubble: var(--agent-chat-bubble, light-dark(#eef1f6, #2a2d34));
    --_accent: var(--agent-chat-accent, light-dark(#3451d1, #93a8ff));
    --_on-accent: var(--agent-chat-on-accent, light-dark(#ffffff, #10131f));
    --_good: var(--agent-chat-good, light-dark(#17703f, #6fd09a));
    --_bad: var(--agent-chat-bad, light-dark(#b3261e, #ff9b90));
    --_bad-surface: var(--agent-chat-bad-surface, light-dark(#fdf1f0, #33201f));
    --_warn: var(--agent-chat-warn, light-dark(#8a5300, #f0b95c));
    --_warn-surface: var(--agent-chat-warn-surface, light-dark(#fff8ea, #2c2518));
    --_shadow: var(
      --agent-chat-shadow,
      0 1px 2px light-dark(rgb(20 24 40 / 0.06), rgb(0 0 0 / 0.4)),
      0 6px 20px light-dark(rgb(20 24 40 / 0.06), rgb(0 0 0 / 0.3))
    );
    --_font: var(--agent-chat-font, system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif);
    --_mono: var(--agent-chat-mono, ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace);
    --_size: var(--agent-chat-font-size, 1rem);
    --_small: calc(var(--_size) * 0.875);
    --_leading: var(--agent-chat-leading, 1.6);
    --_radius: var(--agent-chat-radius, 0.75rem);
    --_measure: var(--agent-chat-measure, 44rem);
    --_space: var(--agent-chat-space, 1rem);
    --_fast: var(--agent-chat-fast, 160ms);

    box-sizing: border-box;
    color: var(--_ink);
    display: block;
    font: var(--_size) / var(--_leading) var(--_font);
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  input,
  textarea,
  summary {
    color: inherit;
    font: inherit;
  }
  button {
    align-items: center;
    background: none;
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) * 0.75);
    cursor: pointer;
    display: inline-flex;
    gap: 0.5em;
    justify-content: center;
    min-block-size: 2.25rem;
    padding: 0.25rem 0.75rem;
    transition:
      background-color var(--_fast),
      border-color var(--_fast);
  }
  button:disabled,
  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.45;
  }
  button.primary {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  button.plain {
    border-color: var(--_line);
  }
  button.plain:hover:enabled {
    background: var(--_surface);
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  svg {
    block-size: 1.125em;
    fill: none;
    flex: none;
    inline-size: 1.125em;
    stroke: currentColor;
    stroke-linecap: round;
    stroke-linejoin: round;
    stroke-width: 1.75;
  }
  svg.directed:dir(rtl) {
    scale: -1 1;
  }
  pre {
    font: 0.8125rem / 1.55 var(--_mono);
    margin: 0;
    overflow: auto;
    tab-size: 2;
    white-space: pre-wrap;
  }
  .quiet {
    color: var(--_ink-quiet);
  }
  .hidden-visually {
    block-size: 1px;
    clip-path: inset(50%);
    inline-size: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
  }
  .spin {
    animation: spin 900ms linear infinite;
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
  @media (forced-colors: active) {
    button {
      border-color: ButtonText;
    }
    .spin {
      animation-duration: 2s !important;
    }
  }
`;

/** One quiet line for a step of work that opens to its details. */
export const stepStyles = css`
  details,
  .line {
    font-size: var(--_small);
  }
  summary,
  .line {
    align-items: center;
    color: var(--_ink-quiet);
    display: flex;
    gap: 0.5rem;
    min-block-size: 2rem;
  }
  summary {
    border-radius: calc(var(--_radius) * 0.5);
    cursor: pointer;
    inline-size: fit-content;
    list-style: none;
    max-inline-size: 100%;
    padding-inline: 0.25rem;
    margin-inline: -0.25rem;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:hover {
    color: var(--_ink);
  }
  summary .chevron {
    transition: rotate var(--_fast);
  }
  details[open] > summary .chevron {
    rotate: 90deg;
  }
  summary .chevron:dir(rtl) {
    scale: -1 1;
  }
  details[open] > summary .chevron:dir(rtl) {
    rotate: -90deg;
  }
  /* Opens and closes by growing, where the browser can. */
  details {
    interpolate-size: allow-keywords;
  }
  details::details-content {
    block-size: 0;
    overflow: clip;
    transition:
      block-size var(--_fast),
      content-visibility var(--_fast) allow-discrete;
  }
  details[open]::details-content {
    block-size: auto;
  }
  .title {
    color: var(--_ink);
    font-weight: 500;
    min-inline-size: 0;
  }
  .title ~ span {
    flex: none;
    /* Words of another direction than the page's that begin with a number. */
    unicode-bidi: plaintext;
  }
  .done {
    color: var(--_good);
  }
  .body {
    border-inline-start: 2px solid var(--_line);
    display: grid;
    gap: 0.75rem;
    margin-block: 0.25rem 0.5rem;
    margin-inline-start: 0.5rem;
    padding-inline-start: 1rem;
  }
`;

/** What stands around parts: rows of sources, content of other threads set apart, and what an application failed to draw. */
export const partsStyles = css`
  .failure {
    background: var(--_bad-surface);
    border-radius: var(--_radius);
    color: var(--_bad);
    font-size: var(--_small);
    padding: 0.5rem 1rem;
  }
  agent-file {
    justify-self: start;
  }
  .sources {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }
  .thread {
    border-inline-start: 2px solid var(--_line);
    color: var(--_ink-quiet);
    padding-inline-start: 1rem;
  }
  .thread-name {
    font-size: var(--_small);
    font-weight: 500;
  }
`;
