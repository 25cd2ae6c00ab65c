import { css } from 'lit';

/** How values look; comes with their view. */
export const valueStyles = css`
  :host {
    --_value-string: light-dark(#1c6e3a, #8fd3a4);
    --_value-number: light-dark(#a04a00, #f0ad6d);
    --_value-word: light-dark(#8b2fb0, #d69bf0);
    --_value-key: light-dark(#1c57b8, #8fb8ff);
    --_value-mark: light-dark(#ffe58a, #5c4a00);
    font-size: var(--_small);
  }
  .whole,
  .content {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .data {
    background: var(--_surface);
    border-radius: calc(var(--_radius) * 0.5);
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    position: relative;
  }
  .box {
    border-radius: inherit;
    font: 0.8125rem / 1.55 var(--_mono);
    max-block-size: 24rem;
    overflow: auto;
    overscroll-behavior: contain;
    padding: 0.375rem 0.75rem;
  }
  .whole > .box {
    background: var(--_surface);
    border-radius: calc(var(--_radius) * 0.5);
  }
  .whole > .box.quiet {
    font-family: var(--_font);
  }
  .error > .data {
    background: var(--_bad-surface);
  }
  .label {
    color: var(--_ink-quiet);
    font-size: 0.75rem;
  }
  .bar {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.5rem;
    justify-content: flex-end;
    padding-block-start: 0.25rem;
    padding-inline: 0.75rem 0.25rem;
  }
  /* A button alone needs no line of its own. */
  .bar:not(:has(.choice, .search, .trail)) {
    inset-block-start: 0;
    inset-inline-end: 0;
    padding: 0.25rem;
    position: absolute;
    z-index: 1;
  }
  .bar:not(:has(.choice, .search, .trail)) + .box {
    padding-inline-end: 2.25rem;
  }
  .tools,
  .trail,
  .search {
    align-items: center;
    display: flex;
    gap: 0.125rem;
  }
  .trail {
    flex: 1 1 auto;
    min-inline-size: 0;
  }
  .search {
    flex: 1 1 12rem;
    gap: 0.25rem;
    min-inline-size: 0;
  }
  .search > [role='status'] {
    font-size: 0.75rem;
    white-space: nowrap;
  }
  input {
    background: var(--_canvas);
    border: 1px solid var(--_line);
    border-radius: 0.4em;
    flex: 0 1 14rem;
    font-size: 0.8125rem;
    min-block-size: 1.75rem;
    min-inline-size: 5rem;
    padding: 0 0.5rem;
  }
  .copy,
  .choice,
  .rest {
    border-radius: 0.4em;
    color: var(--_ink-quiet);
    font: 0.75rem / 1.4 var(--_font);
    min-block-size: 1.5rem;
    min-inline-size: 1.5rem;
    padding: 0 0.375rem;
  }
  .copy {
    padding: 0;
  }
  :is(.copy, .choice, .rest):hover:enabled,
  .choice[aria-pressed='true'] {
    background: light-dark(rgb(0 0 0 / 0.06), rgb(255 255 255 / 0.09));
    color: var(--_ink);
  }
  .rest {
    border-color: var(--_line);
    margin-inline-start: 0.375rem;
    vertical-align: baseline;
  }
  pre {
    overflow: visible;
  }
  .string {
    color: var(--_value-string);
    white-space: pre-wrap;
  }
  .number {
    color: var(--_value-number);
  }
  :is(.boolean, .null) {
    color: var(--_value-word);
  }
  .count,
  .other,
  .index {
    color: var(--_ink-quiet);
  }
  .unreadable {
    color: var(--_bad);
  }
  mark {
    background: var(--_value-mark);
    border-radius: 0.2em;
    color: var(--_ink);
  }
  .current {
    background: light-dark(rgb(52 81 209 / 0.1), rgb(147 168 255 / 0.16));
    box-shadow: inset 2px 0 var(--_accent);
  }
  .current:dir(rtl) {
    box-shadow: inset -2px 0 var(--_accent);
  }
  [role='treeitem'] {
    --_level: 0;
    border-radius: 0.25rem;
    min-block-size: 1.5rem;
    padding-block: 0.125rem;
    padding-inline: calc(1.125rem + var(--_level) * 1.125rem) 1.75rem;
    position: relative;
  }
  [role='treeitem']:focus-visible {
    outline-offset: -2px;
  }
  :is([aria-expanded], .more) {
    cursor: pointer;
  }
  :is([aria-expanded], .more):hover {
    background: light-dark(rgb(0 0 0 / 0.04), rgb(255 255 255 / 0.05));
  }
  .more {
    color: var(--_accent);
    font: 0.8125rem / 1.55 var(--_font);
  }
  [aria-expanded]::before {
    border: solid currentColor;
    border-width: 0 1.5px 1.5px 0;
    block-size: 0.375rem;
    color: var(--_ink-quiet);
    content: '';
    inline-size: 0.375rem;
    inset-block-start: 0.5625rem;
    inset-inline-start: calc(0.25rem + var(--_level) * 1.125rem);
    position: absolute;
    rotate: -45deg;
    transition: rotate var(--_fast);
  }
  [aria-expanded='true']::before {
    rotate: 45deg;
  }
  [data-level='2'] {
    --_level: 1;
  }
  [data-level='3'] {
    --_level: 2;
  }
  [data-level='4'] {
    --_level: 3;
  }
  [data-level='5'] {
    --_level: 4;
  }
  [data-level='6'] {
    --_level: 5;
  }
  [data-level='7'] {
    --_level: 6;
  }
  [data-level='8'] {
    --_level: 7;
  }
  .key {
    color: var(--_value-key);
  }
  .key.index {
    color: var(--_ink-quiet);
  }
  .key::after {
    color: var(--_ink-quiet);
    content: ': ';
    white-space: pre;
  }
  [role='treeitem'] > .string::before,
  [role='treeitem'] > .string::after {
    content: '"';
  }
  [role='treeitem'] > .copy {
    background: var(--_surface);
    inset-block-start: 0;
    inset-inline-end: 0;
    position: absolute;
  }
  [role='treeitem']:not(:hover, :focus, :focus-within) > .copy {
    opacity: 0;
  }
  .box:has([part='table']) {
    overflow: hidden;
    padding: 0;
  }
  [part='table'] {
    font: 0.8125rem / 1.5 var(--_font);
    max-block-size: 24rem;
    overflow: auto;
    overscroll-behavior: contain;
  }
  [part='table']:focus-visible {
    outline-offset: -2px;
  }
  table {
    border-collapse: separate;
    border-spacing: 0;
    inline-size: max-content;
    min-inline-size: 100%;
  }
  th,
  td {
    border-block-end: 1px solid var(--_line);
    max-inline-size: 22rem;
    overflow-wrap: break-word;
    padding: 0.25rem 0.75rem;
    text-align: start;
    vertical-align: baseline;
  }
  tbody tr:last-child > * {
    border-block-end: 0;
  }
  thead > tr > * {
    background: var(--_surface);
    inset-block-start: 0;
    position: sticky;
    white-space: nowrap;
    z-index: 1;
  }
  th {
    font-weight: 600;
  }
  th.index {
    font-weight: 400;
  }
  td .rest {
    margin: 0;
  }
  td.number {
    font-variant-numeric: tabular-nums;
  }
  img {
    background: light-dark(transparent, #fff);
    block-size: 14rem;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 0.5);
    display: block;
    justify-self: start;
    max-inline-size: 100%;
    object-fit: scale-down;
    object-position: left;
  }
  img:dir(rtl) {
    object-position: right;
  }
  .chip {
    align-items: center;
    background: var(--_canvas);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 0.5);
    display: inline-flex;
    gap: 0.5rem;
    justify-self: start;
    max-inline-size: 100%;
    min-block-size: 2.25rem;
    padding: 0.25rem 0.75rem;
    text-align: start;
  }
  button.chip:hover {
    background: var(--_surface);
  }
  @media (forced-colors: active) {
    .current {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
    .choice[aria-pressed='true'] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
  @media (pointer: coarse) {
    [role='treeitem'] {
      padding-block: 0.3125rem;
    }
    [aria-expanded]::before {
      inset-block-start: 0.75rem;
    }
  }
`;
