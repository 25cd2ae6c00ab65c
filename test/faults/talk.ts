import type { UIMessage, UIMessagePart } from 'agent-chat-kit';
import { type Agent, createEventWriter } from 'agent-chat-kit/server';

const THOUGHTS = pieces('thought', 0, 12);
const WORDS = [pieces('w', 0, 50), pieces('w', 50, 30), pieces('w', 80, 40), pieces('w', 120, 40)];

function pieces(word: string, from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${word}${from + index} `);
}

/** Comes in many events, so that anything may happen between any two. */
async function* paced(words: readonly string[] = []): AsyncGenerator<string, void> {
  for (const [index, word] of words.entries()) {
    if (index % 4 === 0) await new Promise(setImmediate);
    yield word;
  }
}

/** An agent with a lot to say, and what it did: by turn, each name as often as it happened. */
export interface Talk {
  readonly agent: Agent;
  /** Such as `run 3` or `tool 3`. */
  readonly did: readonly string[];
}

/**
 * Thinks, talks, uses a tool, talks, asks the page for one, talks, asks for leave, uses that tool, talks: in answer to
 * the number of the turn.
 */
export function createTalk(): Talk {
  const did: string[] = [];
  const agent: Agent = async function* (run) {
    const write = createEventWriter(run);
    const { request } = run;
    if (request.type === 'trigger') {
      const turn = String(request.input?.['USER_MESSAGE']);
      did.push(`run ${turn}`);
      yield* write.reasoning(paced(THOUGHTS));
      yield* write.text(paced(WORDS[0]));
      yield* write.tool({ name: 'count', args: { turn } }, () => {
        did.push(`tool ${turn}`);
        return `counted ${turn}`;
      });
      yield* write.text(paced(WORDS[1]));
      return yield* write.clientTool({ name: 'where', args: { turn }, toolCallId: `where-${turn}` });
    }
    const [answer] = request.toolResults;
    const turn = answer?.toolCallId.replace('where-', '') ?? '';
    did.push(`run on ${turn}: ${String(answer?.result)}`);
    yield* write.text(paced(WORDS[2]));
    yield* write.approvedTool({ name: 'post', args: { turn } }, () => {
      did.push(`approved tool ${turn}`);
      return `posted ${turn}`;
    });
    yield* write.text(paced(WORDS[3]));
  };
  return { agent, did };
}

/** What the agent does in one turn, each once. */
export function deedsOf(turn: number): readonly string[] {
  return [`run ${turn}`, `tool ${turn}`, `run on ${turn}: page ${turn}`, `approved tool ${turn}`];
}

/** What the answer of one turn looks like where no event of it was lost and none came twice. */
export function answerOf(turn: number): readonly string[] {
  const [first, second, third, fourth] = WORDS.map((words) => `text done ${words.join('')}`);
  return [
    'user done',
    `text done ${turn}`,
    'assistant done',
    `reasoning done ${THOUGHTS.join('')}`,
    `${first}`,
    `tool-call done count counted ${turn}`,
    `${second}`,
    `tool-call done where page ${turn}`,
    'step-start',
    `${third}`,
    `tool-call done post posted ${turn} approved`,
    `${fourth}`,
  ];
}

/** Messages in the words of {@link answerOf}. */
export function wordsOf(messages: readonly UIMessage[]): readonly string[] {
  return messages.flatMap(({ role, status, parts }) => [`${role} ${status}`, ...parts.map(wordOf)]);
}

function wordOf(part: UIMessagePart): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return `${part.type} ${part.status} ${part.text}`;
    case 'tool-call': {
      const approval = part.approval ? ` ${part.approval.status}` : '';
      return `${part.type} ${part.status} ${part.toolName} ${String(part.result)}${approval}`;
    }
    default:
      return part.type;
  }
}
