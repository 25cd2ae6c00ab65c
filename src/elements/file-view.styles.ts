import { css } from 'lit';

/** How files are previewed and played; comes with their view. */
export const fileViewStyles = css`
  :host {
    display: block;
  }
  .row > button {
    border-radius: var(--_radius);
    font-size: var(--_small);
    min-block-size: 2.75rem;
  }
  .row > [part='preview'],
  .row > .note {
    flex: 0 0 100%;
    min-inline-size: 0;
  }
  .row > audio {
    block-size: 2.75rem;
    flex: 0 1 28rem;
    min-inline-size: min(16rem, 100%);
  }
  .row:has(> video) {
    align-items: start;
    flex-direction: column;
  }
  .row > video {
    aspect-ratio: 16 / 9;
    background: #000;
    border-radius: var(--_radius);
    inline-size: min(32rem, 100%);
  }
  [part='preview'] {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    overflow: hidden;
  }
  .scroll {
    max-block-size: 24rem;
    overflow: auto;
    overscroll-behavior: contain;
  }
  .scroll:focus-visible {
    outline-offset: -2px;
  }
  pre.scroll {
    padding: 0.75rem 1rem;
  }
  iframe {
    background: var(--_surface);
    block-size: min(36rem, 75vh);
    border: 0;
    display: block;
    inline-size: 100%;
  }
  .note {
    font-size: 0.8125rem;
  }
  [part='preview'] .note {
    border-block-start: 1px solid var(--_line);
    padding: 0.375rem 1rem;
  }
  table {
    border-collapse: collapse;
    font-size: 0.8125rem;
    min-inline-size: 100%;
  }
  th,
  td {
    border-block-end: 1px solid var(--_line);
    max-inline-size: 24rem;
    min-inline-size: 3rem;
    overflow-wrap: break-word;
    padding: 0.375rem 1rem;
    text-align: start;
    vertical-align: top;
  }
  tbody tr:last-child > td {
    border-block-end: 0;
  }
  thead :is(th, td) {
    background: var(--_surface);
    font-weight: 500;
    inset-block-start: 0;
    position: sticky;
    white-space: nowrap;
  }
  .number {
    font-variant-numeric: tabular-nums;
    text-align: end;
    white-space: nowrap;
  }
`;
