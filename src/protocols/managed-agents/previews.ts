import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Fields } from '../anthropic/frame.ts';

interface Preview {
  readonly isThinking: boolean;
  /** The words so far, by their place in the message. */
  readonly words: Map<number, string>;
  /** Whether the connection was cut meanwhile, so that words may be missing: the whole message is waited for. */
  isInterrupted: boolean;
  isClosed: boolean;
}

/** Messages and thinking, which may be previewed word by word before the event itself says the whole. */
export class MessagePreviews {
  readonly #say: (...events: readonly StreamEvent[]) => void;
  readonly #previews = new Map<string, Preview>();

  constructor(say: (...events: readonly StreamEvent[]) => void) {
    this.#say = say;
  }

  start(event: unknown): void {
    const { id, type } = isRecord(event) ? event : {};
    if (typeof id !== 'string' || this.#previews.has(id)) return;
    const isThinking = type === 'agent.thinking';
    if (isThinking) this.#say({ type: 'reasoning-start', id });
    else if (type !== 'agent.message') return;
    this.#previews.set(id, { isThinking, words: new Map(), isInterrupted: false, isClosed: false });
  }

  grow({ event_id: id, delta }: Fields): void {
    const preview = typeof id === 'string' ? this.#previews.get(id) : undefined;
    const { content, index = 0 } = isRecord(delta) ? delta : {};
    const text = isRecord(content) && content['type'] === 'text' ? content['text'] : undefined;
    if (!preview || preview.isInterrupted || preview.isClosed || preview.isThinking) return;
    if (typeof text !== 'string' || !text || typeof index !== 'number') return;
    const before = preview.words.get(index);
    preview.words.set(index, (before ?? '') + text);
    const partId = `${id}-${index}`;
    if (before === undefined) this.#say({ type: 'text-start', id: partId });
    this.#say({ type: 'text-delta', id: partId, delta: text });
  }

  /** The event itself: what it says counts, whatever was previewed of it. */
  finish({ id, type, content }: Fields): void {
    if (typeof id !== 'string') return;
    const preview = this.#previews.get(id);
    this.#previews.delete(id);
    const blocks = Array.isArray(content) ? content : [];
    const texts = blocks.map((block) =>
      isRecord(block) && typeof block['text'] === 'string' ? block['text'] : '',
    );
    if (type === 'agent.thinking') {
      if (!preview) this.#say({ type: 'reasoning-start', id });
      const delta = texts.join('');
      if (delta && !preview?.isClosed) this.#say({ type: 'reasoning-delta', id, delta });
      if (!preview?.isClosed) this.#say({ type: 'reasoning-end', id });
      return;
    }
    for (const [index, text] of texts.entries()) this.#reconcile(`${id}-${index}`, text, preview, index);
  }

  #reconcile(id: string, text: string, preview: Preview | undefined, index: number): void {
    const said = preview?.words.get(index);
    const isOpen = said !== undefined && !preview?.isClosed;
    const fits = text.startsWith(said ?? '');
    const rest = fits ? text.slice(said?.length) : text;
    if (isOpen && fits && rest) this.#say({ type: 'text-delta', id, delta: rest });
    if (isOpen) this.#say({ type: 'text-end', id });
    if (!rest || (isOpen && fits)) return;
    // Words of the preview were lost on their way, or it was closed too early: the rest stands for itself.
    const partId = said === undefined ? id : `${id}-whole`;
    this.#say(
      { type: 'text-start', id: partId },
      { type: 'text-delta', id: partId, delta: rest },
      { type: 'text-end', id: partId },
    );
  }

  interrupt(): void {
    for (const preview of this.#previews.values()) preview.isInterrupted = true;
  }

  /** The request behind them is over: what was not said in full by now will hardly be. */
  close(): void {
    for (const [id, preview] of this.#previews) {
      if (preview.isClosed) continue;
      preview.isClosed = true;
      if (preview.isThinking) this.#say({ type: 'reasoning-end', id });
      for (const index of preview.words.keys()) this.#say({ type: 'text-end', id: `${id}-${index}` });
    }
  }
}
