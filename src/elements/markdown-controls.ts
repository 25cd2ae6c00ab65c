import type { DecoratedBlock } from '../markdown/options.ts';
import { Copying } from './copying.ts';
import { controlStyles } from './markdown-controls.styles.ts';
import { strings } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** Code with more lines than this can be folded. */
const LONG = 20;
/** As many numbers stand in one box as lines of code do. */
const CHUNK = 64;

/** Puts controls into a block of code or a table. Returns what tells them that more of the block is known. */
export function addControls(element: Element, block: DecoratedBlock): () => void {
  addStyles(element);
  return block.type === 'code' ? addCodeControls(element, block) : addTableControls(element, block);
}

function addStyles(element: Element): void {
  const root = element.getRootNode();
  const sheet = controlStyles.styleSheet;
  if (!sheet || !(root instanceof ShadowRoot) || root.adoptedStyleSheets.includes(sheet)) return;
  root.adoptedStyleSheets.push(sheet);
}

function addCodeControls(pre: Element, block: DecoratedBlock): () => void {
  const bar = chrome('div', 'bar');
  const name = document.createElement('span');
  const code = (): string =>
    block
      .rows()
      .map((row) => `${row}\n`)
      .join('');
  const numbers = new LineNumbers(pre);
  const wrap = toggle(viewStrings().wrapLines, (isOn) => {
    pre.classList.toggle('wrapped', isOn);
    // Lines that are wrapped stand beside no number.
    if (isOn && numbers.isOn) number.click();
  });
  const number = toggle(viewStrings().lineNumbers, (isOn) => {
    numbers.show(isOn, block.rows().length);
    if (isOn && pre.classList.contains('wrapped')) wrap.click();
  });
  const fold = toggle(viewStrings().fold, (isOn) => pre.classList.toggle('folded', isOn));
  fold.hidden = true;
  bar.append(
    name,
    fold,
    number,
    wrap,
    button(viewStrings().download, () => download(code(), languageOf(block))),
    copyButton(strings.copy, code),
  );
  pre.prepend(bar);
  return () => {
    const { length } = block.rows();
    const language = languageOf(block);
    if (name.textContent !== language) name.textContent = language;
    if (fold.hidden !== length <= LONG) fold.hidden = length <= LONG;
    numbers.count(length);
  };
}

/** The numbers of lines, beside the code and no part of what is copied. */
class LineNumbers {
  readonly #pre: Element;
  readonly #node = document.createElement('div');
  #count = 0;
  isOn = false;

  constructor(pre: Element) {
    this.#pre = pre;
    this.#node.className = 'numbers';
    this.#node.dataset['chrome'] = 'numbers';
    this.#node.ariaHidden = 'true';
  }

  show(isOn: boolean, count: number): void {
    this.isOn = isOn;
    this.#pre.classList.toggle('numbered', isOn);
    if (isOn && !this.#node.parentNode) this.#pre.querySelector('code')?.before(this.#node);
    this.count(count);
  }

  count(count: number): void {
    if (!this.isOn || count === this.#count) return;
    // The last line may be taken back while it is written.
    if (count < this.#count) {
      this.#node.replaceChildren();
      this.#count = 0;
    }
    while (this.#count < count) {
      const last = this.#node.lastElementChild;
      const box =
        last && this.#count % CHUNK > 0 ? last : this.#node.appendChild(document.createElement('span'));
      const first = this.#count - (this.#count % CHUNK);
      const end = Math.min(count, first + CHUNK);
      let text = '';
      for (let number = this.#count + 1; number <= end; number += 1) text += `${number}\n`;
      box.append(text);
      // One that is full need not be laid out while nobody sees it.
      if (end === first + CHUNK) box.className = 'lines';
      this.#count = end;
    }
  }
}

function addTableControls(table: Element, block: DecoratedBlock): () => void {
  return () => {
    if (!block.isFinal() || table.querySelector('caption')) return;
    const caption = chrome('caption', '');
    caption.append(
      copyButton(viewStrings().copyAsCsv, () => rowsOf(table).map(csv).join('')),
      copyButton(viewStrings().copyAsMarkdown, () => markdown(rowsOf(table))),
    );
    table.append(caption);
  };
}

function languageOf(block: DecoratedBlock): string {
  return /^\S{0,30}/.exec(block.info())?.[0] ?? '';
}

function rowsOf(table: Element): string[][] {
  return [...table.querySelectorAll('tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent?.trim() ?? ''),
  );
}

function csv(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

function chrome(name: 'div' | 'caption', className: string): HTMLElement {
  const element = document.createElement(name);
  element.className = className;
  element.dataset['chrome'] = 'controls';
  return element;
}

function button(label: string, onPress: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = label;
  element.addEventListener('click', onPress);
  return element;
}

function toggle(label: string, onChange: (isOn: boolean) => void): HTMLButtonElement {
  const element = button(label, () => {
    const isOn = element.getAttribute('aria-pressed') !== 'true';
    element.setAttribute('aria-pressed', `${isOn}`);
    onChange(isOn);
  });
  element.setAttribute('aria-pressed', 'false');
  return element;
}

function copyButton(label: string, text: () => string): HTMLButtonElement {
  const element = button(label, () => copying.copy(text()));
  const copying = new Copying(() => {
    element.textContent = copying.words || label;
  });
  return element;
}

function download(text: string, language: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `code.${/^[a-z\d]{1,12}$/i.test(language) ? language : 'txt'}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url));
}
