import type { FileReference, UIFilePart, UIMessage, UIMessagePart } from './message.ts';

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

/** What an agent is asked, and what of it the user sees. */
export interface Asked {
  readonly triggerName: string;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** Null for a trigger without a message. */
  readonly parts: readonly UIMessagePart[] | null;
}

/** The same in other words: files stay. */
export function inOtherWords({ triggerName, input, parts }: Asked, content: string): Asked {
  const others = (parts ?? []).filter((part) => part.type !== 'text');
  return {
    triggerName,
    parts: content === '' ? others : [...others, { type: 'text', text: content, status: 'done' }],
    input: input && 'USER_MESSAGE' in input ? { ...input, USER_MESSAGE: content } : input,
  };
}

/** What a message of the user would have asked, where only the message is known. */
export function askedBy({ parts }: UIMessage): Asked {
  const files = parts.flatMap((part) => (part.type === 'file' ? [fileReference(part)] : []));
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  const input = { USER_MESSAGE: text, ...(files.length > 0 ? { FILES: files } : {}) };
  return { triggerName: 'user-message', input, parts };
}

function fileReference({ id, mediaType, url, filename, size }: UIFilePart): FileReference {
  return { id, mediaType, url, filename, size };
}
