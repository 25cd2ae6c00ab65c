import { generateId } from './generate-id.ts';
import { isRecord } from './is-record.ts';
import type { UIMessage, UIMessagePart } from './message.ts';
import { closeParts } from './open-part.ts';

/**
 * Messages as they come out of storage or another system: dates may be strings, parts may be of types that
 * this version does not know. What is unknown is kept; what no message can do without is filled in.
 * Throws nothing: an entry that is not a message at all is left out.
 */
export function restoreMessages(messages: readonly unknown[]): readonly UIMessage[] {
  return messages.filter(isRecord).map((message) => {
    const createdAt = new Date(message['createdAt'] as string | number | Date);
    return {
      ...message,
      id: typeof message['id'] === 'string' ? message['id'] : generateId(),
      role: message['role'] as UIMessage['role'],
      // Nothing is writing to it any more, whatever was stored.
      parts: Array.isArray(message['parts']) ? closeParts(message['parts'].filter(isPart), 'stopped') : [],
      status: 'done',
      createdAt: Number.isNaN(createdAt.getTime()) ? new Date(0) : createdAt,
    };
  });
}

function isPart(part: unknown): part is UIMessagePart {
  return isRecord(part) && typeof part['type'] === 'string';
}
