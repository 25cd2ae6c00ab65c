import type { FileReference, UIMessagePart } from './message.ts';

/** What a `send` shows as the user's message. */
export interface UserMessageInput {
  /** Text, or an object that becomes an `object` part named by its `type`. */
  readonly content?: string | Readonly<Record<string, unknown>> | undefined;
  /** Files to upload, or references to files that already are. */
  readonly files?: Iterable<File> | readonly FileReference[] | undefined;
}

/** Files come first, as a reader expects an attachment above the words about it. */
export function userParts(
  content: UserMessageInput['content'],
  files: readonly FileReference[],
  newId: () => string,
): readonly UIMessagePart[] {
  const parts: UIMessagePart[] = files.map((file) => ({ ...file, type: 'file' }));
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'text', text: content, status: 'done' });
  } else if (content) {
    const typeName = typeof content['type'] === 'string' ? content['type'] : 'object';
    parts.push({ type: 'object', id: newId(), typeName, object: content, status: 'done' });
  }
  return parts;
}
