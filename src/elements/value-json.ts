import { type Container, leafOf, type ValueReader } from './value-reader.ts';

/** Deeper than this nothing is indented: spaces would be most of the text. */
const MAX_INDENT = 50;
/** Longest text that is made. Characters. */
const MAX_LENGTH = 100_000_000;

interface Frame {
  readonly value: unknown;
  readonly container: Container;
  index: number;
  isEmpty: boolean;
}

/**
 * A value as indented JSON. Unlike `JSON.stringify` it takes any depth, and what JSON has no words for: a value inside
 * of itself is `"[Circular]"`. Throws a RangeError where the text would be too long.
 */
export function toJson(reader: ValueReader, value: unknown): string {
  const texts: string[] = [];
  let length = 0;
  const frames: Frame[] = [];
  const above = new Set<unknown>();
  const write = (text: string): void => {
    length += text.length;
    if (length > MAX_LENGTH) throw new RangeError('Too long');
    texts.push(text);
  };
  const breakLine = (): void => {
    if (frames.length <= MAX_INDENT) write(`\n${'  '.repeat(frames.length)}`);
  };
  const enter = (item: unknown): void => {
    const container = above.has(item) ? undefined : reader.containerOf(item);
    if (!container) return write(above.has(item) ? '"[Circular]"' : leafJson(item));
    write(container.kind === 'list' ? '[' : '{');
    frames.push({ value: item, container, index: 0, isEmpty: true });
    above.add(item);
  };
  enter(value);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const { container, index } = frame;
    if (index === container.count) {
      frames.pop();
      above.delete(frame.value);
      if (!frame.isEmpty) breakLine();
      write(container.kind === 'list' ? ']' : '}');
      continue;
    }
    frame.index += 1;
    const item = container.at(index);
    const isField = container.kind === 'object';
    if (isField && (item === undefined || typeof item === 'function')) continue;
    if (!frame.isEmpty) write(',');
    frame.isEmpty = false;
    breakLine();
    if (isField) write(`${JSON.stringify(container.label(index))}: `);
    enter(item);
  }
  return texts.join('');
}

function leafJson(value: unknown): string {
  const { kind, text } = leafOf(value);
  if (kind === 'number') return Number.isFinite(Number(text)) ? text : 'null';
  if (kind === 'boolean') return text;
  return kind === 'string' || kind === 'other' ? JSON.stringify(text) : 'null';
}
