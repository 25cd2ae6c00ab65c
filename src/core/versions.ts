import type { UIMessage } from './message.ts';

type Messages = readonly UIMessage[];

/**
 * What a conversation was at places where it was asked anew. A version is named by its first message; what came
 * after that belongs to it. Versions of versions are kept too.
 */
export class Versions {
  /** By the id of the message before that place (null at the beginning), in the order in which they were made. */
  readonly #kept = new Map<string | null, readonly Messages[]>();

  /** Keeps what stands there from that index on. */
  leave(messages: Messages, index: number): void {
    const tail = messages.slice(index);
    const [head] = tail;
    if (!head) return;
    const place = idBefore(messages, index);
    const others = this.#kept.get(place) ?? [];
    const at = others.findIndex(([first]) => first?.id === head.id);
    this.#kept.set(place, at < 0 ? [...others, tail] : others.with(at, tail));
  }

  /** The message in all its versions, itself among them, in the order in which they were made. */
  of(messages: Messages, messageId: string): Messages {
    const index = messages.findLastIndex(({ id }) => id === messageId);
    const shown = messages[index];
    if (!shown) return [];
    const heads = (this.#kept.get(idBefore(messages, index)) ?? []).flatMap(([head]) => head ?? []);
    const at = heads.findIndex(({ id }) => id === messageId);
    return at < 0 ? [...heads, shown] : heads.with(at, shown);
  }

  /** The conversation with that version in it; undefined where it has none that begins with this message. */
  select(messages: Messages, messageId: string): Messages | undefined {
    // What was kept of the one that is shown is older than what is shown.
    if (messages.some(({ id }) => id === messageId)) return messages;
    for (const [place, tails] of this.#kept) {
      const tail = tails.find(([head]) => head?.id === messageId);
      const index = place === null ? 0 : messages.findLastIndex(({ id }) => id === place) + 1;
      if (!tail || (place !== null && index === 0)) continue;
      this.leave(messages, index);
      return [...messages.slice(0, index), ...tail];
    }
    return undefined;
  }

  clear(): void {
    this.#kept.clear();
  }
}

function idBefore(messages: Messages, index: number): string | null {
  return messages[index - 1]?.id ?? null;
}
