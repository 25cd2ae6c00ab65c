import { css } from 'lit';

/** How a question of the agent looks; comes with its form. */
export const clientToolStyles = css`
  [part='question'] {
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    display: grid;
    gap: 0.75rem;
    grid-template-columns: minmax(0, 1fr);
    padding: 0.875rem 1rem;
  }
  .words {
    font-weight: 500;
    white-space: pre-line;
  }
  .header,
  .hint,
  .problem,
  legend .quiet,
  label .quiet {
    font-size: var(--_small);
    line-height: 1.45;
  }
  .header,
  .hint {
    color: var(--_ink-quiet);
  }
  .header {
    display: block;
    font-weight: 400;
  }
  .hint {
    display: block;
    white-space: pre-line;
  }
  .asked {
    display: grid;
    gap: 0.125rem;
  }
  pre {
    max-block-size: 16rem;
  }
  form,
  .fields,
  .options {
    display: grid;
    gap: 0.75rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .fields {
    gap: 1rem;
  }
  .questions > .fields {
    gap: 1.25rem;
  }
  .options {
    gap: 0.375rem;
  }
  .field,
  fieldset {
    display: grid;
    gap: 0.375rem;
    grid-template-columns: minmax(0, 1fr);
  }
  fieldset {
    border: 0;
    margin: 0;
    min-inline-size: 0;
    padding: 0;
  }
  fieldset:has(> .fields) {
    border-inline-start: 2px solid var(--_line);
    padding-inline-start: 0.875rem;
  }
  legend {
    margin-block-end: 0.375rem;
    padding: 0;
  }
  legend,
  .field > label:not(.check) {
    font-size: var(--_small);
    font-weight: 500;
  }
  /* Questions are to be read; the names of fields, to be found. */
  .questions > .fields > fieldset > legend,
  .questions > .fields > .field > label:not(.check) {
    font-size: inherit;
  }
  legend .quiet,
  label .quiet {
    font-weight: 400;
    margin-inline-start: 0.25rem;
  }
  input:not([type='radio'], [type='checkbox']),
  textarea,
  select {
    background: var(--_canvas);
    border: 1px solid color-mix(in srgb, var(--_ink-quiet) 55%, transparent);
    border-radius: calc(var(--_radius) * 0.75);
    color: inherit;
    font: inherit;
    inline-size: 100%;
    min-block-size: 2.5rem;
    min-inline-size: 0;
    padding: 0.25rem 0.75rem;
  }
  select {
    --_side: calc(100% - 1rem);
    appearance: none;
    background-image: linear-gradient(45deg, transparent 50%, currentColor 50%),
      linear-gradient(-45deg, transparent 50%, currentColor 50%);
    background-position:
      calc(var(--_side) - 0.3125rem) 55%,
      var(--_side) 55%;
    background-repeat: no-repeat;
    background-size: 0.3125rem 0.3125rem;
    padding-inline-end: 2rem;
    text-overflow: ellipsis;
  }
  select:dir(rtl) {
    --_side: 1.3125rem;
  }
  textarea {
    field-sizing: content;
    max-block-size: min(50vh, 20rem);
    min-block-size: 4.75rem;
    padding-block: 0.375rem;
    resize: vertical;
  }
  .json {
    font: 0.8125rem / 1.55 var(--_mono);
  }
  ::placeholder {
    color: var(--_ink-quiet);
    opacity: 1;
  }
  [aria-invalid='true']:is(input, textarea, select) {
    border-color: var(--_bad);
  }
  .problem {
    align-items: start;
    color: var(--_bad);
    display: flex;
    gap: 0.375rem;
  }
  .problem svg {
    margin-block-start: 0.125rem;
  }
  .option {
    align-items: start;
    background: var(--_canvas);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 0.75);
    cursor: pointer;
    display: flex;
    gap: 0.625rem;
    padding: 0.4375rem 0.75rem;
    transition: border-color var(--_fast);
  }
  .option:hover {
    border-color: var(--_ink-quiet);
  }
  .option:has(:checked) {
    border-color: var(--_accent);
  }
  .option:has(:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .option > :focus-visible {
    outline: none;
  }
  .option > span {
    min-inline-size: 0;
  }
  .check {
    align-items: start;
    cursor: pointer;
    display: flex;
    gap: 0.625rem;
    min-block-size: 1.5rem;
  }
  [type='radio'],
  [type='checkbox'] {
    accent-color: var(--_accent);
    block-size: 1.125rem;
    flex: none;
    inline-size: 1.125rem;
    margin: 0.25rem 0 0;
  }
  .item {
    align-items: start;
    display: grid;
    gap: 0.25rem;
    grid-template-columns: minmax(0, 1fr) auto;
  }
  .item:has(> .fields) {
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 0.75);
    padding: 0.75rem;
  }
  .remove {
    min-inline-size: 2.25rem;
    padding: 0;
  }
  .add {
    justify-self: start;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .buttons button {
    max-inline-size: 100%;
    text-align: start;
  }
  .buttons .primary {
    padding-inline: 1rem;
  }
  button.plain {
    background: var(--_canvas);
  }
  /* One line of words stands beside what sends it, as far as there is room. */
  form.line {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  form.line .field {
    align-content: start;
    flex: 1 1 14rem;
  }
  form.line input:not([type='radio']) {
    min-block-size: 2.25rem;
  }
  @media (forced-colors: active) {
    select {
      appearance: auto;
    }
    .option:has(:checked) {
      border-color: Highlight;
    }
    [aria-invalid='true']:is(input, textarea, select) {
      border-width: 3px;
    }
  }
`;
