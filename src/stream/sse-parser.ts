import type { Frame } from './frame.ts';

/** Whom the parser tells. */
export interface SSEParserOptions {
  readonly onFrame: (frame: Frame) => void;
  /** How long the server wants clients to wait before they come back. Milliseconds. */
  readonly onRetry?: ((milliseconds: number) => void) | undefined;
  /** A line that is no field: often just a sign of life. */
  readonly onComment?: (() => void) | undefined;
}

export interface SSEParser {
  /** Takes the next piece of text, however it is cut. */
  feed(text: string): void;
  /** Nothing follows. An event that only lacks the end of it is given out as `truncated`. */
  end(): void;
  /** Characters held of an event that is not complete yet. */
  readonly held: number;
}

/**
 * Text into frames by the WHATWG rules for event streams. Each character is looked at once: what is held of an
 * unfinished line is kept in pieces until the end of the line comes.
 */
export function createSSEParser({ onFrame, onRetry, onComment }: SSEParserOptions): SSEParser {
  let pieces: string[] = [];
  let piecesLength = 0;
  /** A line feed that follows is the second half of a line end that was dealt with. */
  let afterReturn = false;
  let data: string | undefined;
  let event: string | undefined;
  let id: string | undefined;

  const dispatch = (truncated?: true): void => {
    if (data !== undefined) {
      const frame: { -readonly [K in keyof Frame]: Frame[K] } = { data };
      if (event) frame.event = event;
      if (id !== undefined) frame.id = id;
      if (truncated) frame.truncated = truncated;
      onFrame(frame);
    }
    data = event = id = undefined;
  };

  const readLine = (line: string): void => {
    if (line === '') return dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return onComment?.();
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value));
  };

  const takeHeld = (rest: string): string => {
    if (pieces.length === 0) return rest;
    pieces.push(rest);
    const line = pieces.join('');
    pieces = [];
    piecesLength = 0;
    return line;
  };

  return {
    get held() {
      return piecesLength + (data?.length ?? 0);
    },
    feed(text) {
      if (text === '') return;
      let start = afterReturn && text[0] === '\n' ? 1 : 0;
      afterReturn = false;
      let feed = text.indexOf('\n', start);
      let carriage = text.indexOf('\r', start);
      while (feed >= 0 || carriage >= 0) {
        const isReturn = carriage >= 0 && (feed < 0 || carriage < feed);
        const end = isReturn ? carriage : feed;
        readLine(takeHeld(text.slice(start, end)));
        start = end + 1;
        if (isReturn) {
          if (start === text.length) afterReturn = true;
          else if (feed === start) start += 1;
          carriage = text.indexOf('\r', start);
        }
        // Only the kind of line end that was passed is looked for again.
        if (feed >= 0 && feed < start) feed = text.indexOf('\n', start);
      }
      if (start === text.length) return;
      pieces.push(text.slice(start));
      piecesLength += text.length - start;
    },
    end() {
      if (pieces.length > 0) readLine(takeHeld(''));
      dispatch(true);
    },
  };
}
