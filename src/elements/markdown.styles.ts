import { css } from 'lit';

/** How text reads: headings, lists, tables, code and what stands in a line. */
export const markdownStyles = css`
  .content > * {
    margin-block: 0.75em;
  }
  .content > :first-child {
    margin-block-start: 0;
  }
  .content > :last-child {
    margin-block-end: 0;
  }
  p:empty {
    display: none;
  }
  p {
    margin-block: 0.75em;
  }
  h1,
  h2,
  h3,
  h4,
  h5,
  h6 {
    font-weight: 650;
    line-height: 1.3;
    margin-block: 1.4em 0.5em;
    text-wrap: balance;
  }
  h1 {
    font-size: 1.4em;
  }
  h2 {
    font-size: 1.22em;
  }
  h3 {
    font-size: 1.08em;
  }
  h4,
  h5,
  h6 {
    font-size: 1em;
  }
  ul,
  ol {
    margin-block: 0.75em;
    padding-inline-start: 1.6em;
  }
  li {
    margin-block: 0.3em;
    padding-inline-start: 0.15em;
  }
  li::marker {
    color: var(--_ink-quiet);
    font-variant-numeric: tabular-nums;
  }
  li:has(> p:first-child > input[type='checkbox']:first-child) {
    list-style: none;
  }
  input[type='checkbox'] {
    accent-color: var(--_accent);
    block-size: 1em;
    inline-size: 1em;
    margin: 0;
    margin-inline: -1.4em 0.4em;
    vertical-align: -0.1em;
  }
  [data-tight] > li > p {
    margin-block: 0;
  }
  [data-tight] > li > :is(ul, ol) {
    margin-block: 0.2em;
  }
  blockquote {
    border-inline-start: 3px solid var(--_line);
    color: var(--_ink-quiet);
    margin-inline: 0;
    padding-inline-start: 1em;
  }
  hr {
    border: 0;
    border-block-start: 1px solid var(--_line);
    margin-block: 1.5em;
  }
  a {
    color: var(--_accent);
    text-decoration-thickness: 1px;
    text-underline-offset: 0.18em;
  }
  a:not([href]) {
    text-decoration: underline dotted;
  }
  [data-citation] {
    font-size: 0.7em;
    line-height: 0;
    margin-inline-start: 0.2em;
    vertical-align: 0.4em;
  }
  [data-citation] > * {
    background: var(--_bubble);
    border-radius: 1em;
    color: inherit;
    font-variant-numeric: tabular-nums;
    padding: 0.15em 0.5em;
    text-decoration: none;
  }
  [data-citation] > a:hover {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  strong {
    font-weight: 650;
  }
  mark {
    background: light-dark(#fff0b3, #57480f);
    border-radius: 0.2em;
    color: inherit;
    padding-inline: 0.1em;
  }
  code {
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: 0.35em;
    font: 0.875em / 1.4 var(--_mono);
    padding: 0.1em 0.3em;
  }
  pre {
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    margin-block: 1em;
    overflow: hidden;
    white-space: normal;
  }
  pre > code {
    background: none;
    border: 0;
    display: block;
    font: 0.8125rem / 1.6 var(--_mono);
    overflow-x: auto;
    overflow-wrap: normal;
    padding: 0.75rem 1rem;
    white-space: pre;
  }
  .lines {
    contain-intrinsic-size: auto 83.2rem;
    content-visibility: auto;
    display: block;
  }
  table {
    border-collapse: collapse;
    display: block;
    font-size: 0.9375em;
    margin-block: 1em;
    max-inline-size: 100%;
    overflow-x: auto;
    overflow-wrap: normal;
    inline-size: fit-content;
  }
  th,
  td {
    border-block-end: 1px solid var(--_line);
    max-inline-size: 28rem;
    min-inline-size: 4rem;
    padding: 0.45em 0.8em;
    text-align: start;
    vertical-align: top;
  }
  th {
    font-weight: 600;
  }
  :is(th, td)[align='left'] {
    text-align: left;
  }
  :is(th, td)[align='center'] {
    text-align: center;
  }
  :is(th, td)[align='right'] {
    font-variant-numeric: tabular-nums;
    text-align: right;
  }
  img {
    block-size: auto;
    border-radius: calc(var(--_radius) * 0.5);
    max-inline-size: 100%;
  }
  [data-host] {
    align-items: center;
    border: 1px dashed var(--_line);
    border-radius: calc(var(--_radius) * 0.5);
    color: var(--_ink-quiet);
    display: inline-flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.75rem;
    padding: 0.25rem 0.25rem 0.25rem 0.75rem;
  }
  [data-host]:has(> img) {
    border: 0;
    padding: 0;
  }
  [data-host] button {
    border-color: var(--_line);
    color: var(--_ink);
    font-size: 0.8125rem;
    min-block-size: 1.75rem;
  }
  [data-chrome='host'] {
    color: var(--_warn);
    font-size: 0.875em;
  }
  sup {
    line-height: 0;
  }
  [data-footnotes] {
    border-block-start: 1px solid var(--_line);
    color: var(--_ink-quiet);
    font-size: 0.875em;
    margin-block-start: 1.5em;
    padding-block-start: 0.25em;
  }
  [data-math='display'] {
    font-family: var(--_mono);
    overflow-x: auto;
    text-align: center;
    white-space: pre-wrap;
  }
  [data-math='inline'] {
    font-family: var(--_mono);
    font-size: 0.9em;
  }
  .streaming > :last-child:not(pre, ul, ol, table, blockquote, section)::after,
  .streaming:empty::after,
  .streaming > :is(ul, ol):last-child > li:last-child > p:last-child::after {
    animation: blink 1s steps(2) infinite;
    background: currentColor;
    border-radius: 1px;
    content: '';
    display: inline-block;
    block-size: 1em;
    inline-size: 0.14em;
    margin-inline-start: 0.15em;
    vertical-align: -0.12em;
  }
  @keyframes blink {
    50% {
      opacity: 0;
    }
  }
  @media (forced-colors: active) {
    pre,
    code {
      border-color: CanvasText;
    }
  }
`;
