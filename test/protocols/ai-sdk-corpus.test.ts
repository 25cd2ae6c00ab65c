import { AgentChatError, type UIMessagePart } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { corpus } from '../corpora.ts';
import { compared, ended, play, type Sequence, theirs } from './ai-sdk-mapping.ts';

interface Case extends Sequence {
  readonly name: string;
  readonly finalMessage: Sequence['initialMessage'];
  readonly errors: readonly string[];
}

const cases = corpus('uimessage/ai-sdk-ui-message-stream-cases.json') as readonly Case[] | undefined;

const isOpen = (part: UIMessagePart): boolean =>
  'status' in part && ['streaming', 'pending', 'running'].includes(part.status);

describe.skipIf(!cases)('the sequences of the AI SDK', () => {
  const counts = { same: 0, refused: 0 };

  it.each(cases ?? [])('$name', (sequence) => {
    const { initialMessage, finalMessage, errors } = sequence;
    const played = play(sequence);
    const { state, error } = played;
    expect(theirs(state, initialMessage)).toStrictEqual(compared(finalMessage));
    if (errors.length === 0) {
      expect(error).toBeUndefined();
      counts.same += 1;
    } else {
      const told = { type: 'error', message: errors[0], source: 'provider' };
      expect(error).toMatchObject(AgentChatError.isInstance(error) ? { type: 'protocol_error' } : told);
      counts.refused += 1;
    }
    const waits = played.ending.some(
      (event) => event.type === 'finish' && event.finishReason === 'client-tool-calls',
    );
    if (played.ending.length === 0 || waits) return;
    expect(ended(played).messages.flatMap(({ parts }) => parts.filter(isOpen))).toEqual([]);
  });

  it('are all read', () => {
    const { same, refused } = counts;
    console.info(
      `AI SDK: of ${cases?.length} sequences ${same} end in the same message, ${refused} in a typed error.`,
    );
    expect(same + refused).toBe(cases?.length);
  });
});
