import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { visible } from '../markdown/visible.ts';
import { type FormDraft, OTHER } from './form-draft.ts';
import type {
  CheckField,
  ChoiceField,
  FormField,
  GroupField,
  JsonField,
  ListField,
  NumberField,
  TextField,
} from './form-field.ts';
import { icons } from './icons.ts';
import { toText } from './value.ts';
import { viewStrings } from './view-strings.ts';

/** Where a field stands: what names it, unless its own label does. */
interface Place {
  readonly key: string;
  readonly labelledBy?: string | undefined;
  /** What an item of a list is called. */
  readonly item?: string | undefined;
}

/** What a model wrote, with nothing hidden in it. */
export function words(text: string): string {
  return visible(toText(text));
}

/** A field with its label, what is said of it, and what is wrong with it. */
export function renderField(draft: FormDraft, field: FormField, place: Place): TemplateResult {
  switch (field.kind) {
    case 'check':
      return renderCheck(draft, field, place);
    case 'choice':
      return field.look === 'menu' ? renderMenu(draft, field, place) : renderChoice(draft, field, place);
    case 'list':
      return renderList(draft, field, place);
    case 'group':
      return place.item === undefined
        ? renderSet(field, place, renderFields(draft, field, place.key), nothing)
        : renderFields(draft, field, place.key);
    default:
      return renderText(draft, field, place);
  }
}

/** The fields of a group, the first ones of very many. */
export function renderFields(draft: FormDraft, { fields }: GroupField, key: string): TemplateResult {
  return html`<div class="fields">
    ${fields.slice(0, draft.shown(key)).map((field, index) => renderField(draft, field, { key: `${key}.${index}` }))}
    ${renderMore(draft, key, fields.length)}
  </div>`;
}

function renderText(
  draft: FormDraft,
  field: TextField | NumberField | JsonField,
  place: Place,
): TemplateResult {
  const { key } = place;
  const onInput = ({ target }: Event): void => draft.set(key, (target as HTMLInputElement).value);
  const problem = draft.problem(key);
  const named = nameOf(place);
  const described = describedBy(field, key, problem);
  const isLong = field.kind === 'json' || (field.kind === 'text' && field.input === 'long');
  const placeholder = field.kind === 'text' && field.placeholder ? words(field.placeholder) : nothing;
  const input = isLong
    ? html`<textarea
        id=${key}
        class=${field.kind === 'json' ? 'json' : ''}
        rows="3"
        dir=${field.kind === 'json' ? 'ltr' : 'auto'}
        aria-labelledby=${named}
        aria-describedby=${described}
        aria-invalid=${problem ? 'true' : nothing}
        aria-required=${field.isRequired ? 'true' : nothing}
        placeholder=${placeholder}
        .value=${draft.text(key)}
        @input=${onInput}
      ></textarea>`
    : html`<input
        id=${key}
        type=${field.kind === 'text' ? field.input : 'text'}
        inputmode=${field.kind === 'number' ? 'decimal' : nothing}
        dir="auto"
        autocomplete="off"
        aria-labelledby=${named}
        aria-describedby=${described}
        aria-invalid=${problem ? 'true' : nothing}
        aria-required=${field.isRequired ? 'true' : nothing}
        placeholder=${placeholder}
        .value=${draft.text(key)}
        @input=${onInput}
      />`;
  return html`<div class="field">
    ${renderLabel(field, place)}${renderDescription(field, key)}${input}${renderProblem(problem, key)}
  </div>`;
}

function renderCheck(draft: FormDraft, field: CheckField, { key }: Place): TemplateResult {
  const onChange = ({ target }: Event): void => draft.set(key, (target as HTMLInputElement).checked);
  return html`<div class="field">
    <label class="check">
      <input
        id=${key}
        type="checkbox"
        aria-describedby=${describedBy(field, key, undefined)}
        .checked=${draft.isChecked(key)}
        @change=${onChange}
      />
      <bdi>${words(field.label)}</bdi>
    </label>
    ${renderDescription(field, key)}
  </div>`;
}

function renderMenu(draft: FormDraft, field: ChoiceField, place: Place): TemplateResult {
  const { key } = place;
  const [chosen] = draft.numbers(key);
  const problem = draft.problem(key);
  const onChange = ({ target }: Event): void => {
    const { value } = target as HTMLSelectElement;
    draft.set(key, value === '' ? [] : [Number(value)]);
  };
  return html`<div class="field">
    ${renderLabel(field, place)}${renderDescription(field, key)}
    <select
      id=${key}
      aria-labelledby=${nameOf(place)}
      aria-describedby=${describedBy(field, key, problem)}
      aria-invalid=${problem ? 'true' : nothing}
      aria-required=${field.isRequired ? 'true' : nothing}
      @change=${onChange}
    >
      <option value="" .selected=${chosen === undefined}>${viewStrings().choose}</option>
      ${Array.from(
        { length: field.options.length },
        (_, index) =>
          html`<option value=${index} dir="auto" .selected=${index === chosen}>${words(field.options.at(index).label)}</option>`,
      )}
    </select>
    ${renderProblem(problem, key)}
  </div>`;
}

/** All options with their descriptions, the first ones of very many. */
function renderChoice(draft: FormDraft, field: ChoiceField, place: Place): TemplateResult {
  const { key } = place;
  const { options, isMultiple, takesOther } = field;
  const chosen = draft.numbers(key);
  const problem = draft.problem(key);
  const onChange = (index: number, { target }: Event): void => {
    const others = isMultiple ? chosen.filter((other) => other !== index) : [];
    draft.set(key, (target as HTMLInputElement).checked ? [...others, index] : others);
  };
  const row = (index: number, label: unknown) => html`<label class="option">
    <input
      type=${isMultiple ? 'checkbox' : 'radio'}
      name=${key}
      aria-invalid=${isMultiple && problem ? 'true' : nothing}
      .checked=${chosen.includes(index)}
      @change=${(event: Event) => onChange(index, event)}
    />
    ${label}
  </label>`;
  const count = Math.min(options.length, draft.shown(key));
  const rows = Array.from({ length: count }, (_, index) => {
    const { label, description } = options.at(index);
    return row(
      index,
      html`<span>
        <bdi>${words(label)}</bdi>
        ${description ? html`<span class="hint"><bdi>${words(description)}</bdi></span>` : nothing}
      </span>`,
    );
  });
  const other = `${key}.other`;
  const missing = draft.problem(other);
  return renderSet(
    field,
    place,
    html`<div class="options">
        ${rows}${renderMore(draft, key, options.length)}${takesOther ? row(OTHER, viewStrings().otherAnswer) : nothing}
        ${
          takesOther && chosen.includes(OTHER)
            ? html`<input
                id=${other}
                type="text"
                dir="auto"
                autocomplete="off"
                aria-label=${viewStrings().otherAnswer}
                aria-invalid=${missing ? 'true' : nothing}
                aria-describedby=${missing ? `${other}-problem` : nothing}
                placeholder=${viewStrings().answerPlaceholder}
                .value=${draft.text(other)}
                @input=${({ target }: Event) => draft.set(other, (target as HTMLInputElement).value)}
              />${renderProblem(missing, other)}`
            : nothing
        }
      </div>
      ${renderProblem(problem, key)}`,
    problem,
  );
}

function renderList(draft: FormDraft, field: ListField, place: Place): TemplateResult {
  const { key } = place;
  const items = draft.numbers(key);
  const problem = draft.problem(key);
  const itemName = (index: number): string => `${words(field.label)} ${index + 1}`;
  const onAdd = (event: Event): void => {
    draft.addItem(field, key);
    focusLater(event, (set) => {
      const [newest] = [...set.querySelectorAll(':scope > .item')].slice(-1);
      return newest?.querySelector('input, textarea, select') ?? null;
    });
  };
  const onRemove = (event: Event, item: number): void => {
    draft.removeItem(key, item);
    focusLater(event, (set) => set.querySelector(':scope > .add'));
  };
  return renderSet(
    field,
    place,
    html`${repeat(
      items.slice(0, draft.shown(key)),
      (item) => item,
      (item, index) => html`<div class="item" role="group" aria-label=${itemName(index)}>
          ${renderField(draft, field.item, { key: `${key}.${item}`, item: itemName(index) })}
          <button
            class="quiet remove"
            type="button"
            aria-label=${viewStrings().removeItem(index + 1)}
            @click=${(event: Event) => onRemove(event, item)}
          >
            ${icons.close}
          </button>
        </div>`,
    )}
      ${renderMore(draft, key, items.length)}
      <button class="plain add" type="button" ?disabled=${items.length >= field.most} @click=${onAdd}>
        ${viewStrings().addItem}
      </button>
      ${renderProblem(problem, key)}`,
    problem,
  );
}

/** Several inputs that have one name. */
function renderSet(field: FormField, place: Place, content: unknown, problem: unknown): TemplateResult {
  const { key, labelledBy } = place;
  const isRadio = field.kind === 'choice' && !field.isMultiple;
  return html`<fieldset
    id=${key}
    role=${isRadio ? 'radiogroup' : 'group'}
    aria-labelledby=${labelledBy ?? nothing}
    aria-describedby=${describedBy(field, key, problem)}
    aria-invalid=${isRadio && problem ? 'true' : nothing}
    aria-required=${isRadio && field.isRequired ? 'true' : nothing}
  >
    ${labelledBy ? nothing : html`<legend>${renderName(field)}</legend>`}
    ${renderDescription(field, key)}${content}
  </fieldset>`;
}

function renderLabel(field: FormField, { key, labelledBy, item }: Place): unknown {
  if (labelledBy) return nothing;
  // Of one item among others the set has the name.
  if (item) return html`<label class="hidden-visually" id="${key}-label" for=${key}>${item}</label>`;
  return html`<label id="${key}-label" for=${key}>${renderName(field)}</label>`;
}

function renderName({ header, label, isRequired }: FormField): TemplateResult {
  return html`${header ? html`<span class="header"><bdi>${words(header)}</bdi></span>` : nothing}<bdi>${words(label)}</bdi>
    ${isRequired ? nothing : html`<span class="quiet">${viewStrings().optional}</span>`}`;
}

function renderDescription({ description }: FormField, key: string): unknown {
  return description
    ? html`<div class="hint" id="${key}-hint"><bdi>${words(description)}</bdi></div>`
    : nothing;
}

function renderProblem(problem: string | undefined, key: string): unknown {
  return problem ? html`<div class="problem" id="${key}-problem">${icons.warning}${problem}</div>` : nothing;
}

function renderMore(draft: FormDraft, key: string, count: number): unknown {
  const hidden = count - draft.shown(key);
  return hidden > 0
    ? html`<button class="quiet" type="button" @click=${() => draft.showMore(key)}>
        ${viewStrings().showMore(hidden)}
      </button>`
    : nothing;
}

const nameOf = ({ key, labelledBy }: Place): string => labelledBy ?? `${key}-label`;

function describedBy({ description }: FormField, key: string, problem: unknown): unknown {
  const ids = [
    ...(description ? [`${key}-hint`] : []),
    ...(problem && problem !== nothing ? [`${key}-problem`] : []),
  ];
  return ids.length > 0 ? ids.join(' ') : nothing;
}

/** The focus goes on with the list that was changed, once it is drawn. */
function focusLater({ currentTarget }: Event, find: (set: Element) => Element | null): void {
  const set = (currentTarget as Element).closest('fieldset');
  requestAnimationFrame(() => {
    const found = set && find(set);
    if (found instanceof HTMLElement) found.focus();
  });
}
