import { css } from 'lit';

/** What views of steps have beyond the line that every step has. */
export const detailsStyles = css`
  .title:has(+ .about) {
    flex: none;
    max-inline-size: 60%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .about {
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .error {
    color: var(--_bad);
  }
  .waiting {
    color: var(--_warn);
  }
  .label {
    color: var(--_ink-quiet);
    font-size: 0.75rem;
    margin-block-end: 0.25rem;
  }
`;
