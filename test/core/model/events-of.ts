import type { StreamEvent, UIMessagePart } from 'agent-chat-kit';

/** One thing that the server of the model says. */
export interface Say {
  readonly say: keyof typeof SAYINGS;
  /** Which of the few ids; ids are used again and again on purpose. */
  readonly id: number;
  /** Which worker; 0 is the agent itself, 3 one that nobody announced. */
  readonly by: number;
}

/** How often each is said, in parts of the whole. */
export const SAYINGS = {
  delta: 12,
  'text-start': 2,
  'text-end': 2,
  'object-start': 1,
  'object-delta': 2,
  thought: 4,
  'thought-start': 1,
  'thought-end': 1,
  start: 4,
  'tool-start': 1,
  'tool-delta': 1,
  'tool-input-end': 1,
  'tool-ready': 1,
  'tool-output': 1,
  'tool-error': 1,
  source: 1,
  file: 1,
  todo: 1,
  block: 2,
  'block-end': 2,
  resource: 1,
  'worker-input-start': 1,
  'worker-input': 1,
  'worker-input-ready': 1,
  'worker-start': 1,
  'worker-result': 1,
  approval: 3,
  resolved: 1,
  voided: 1,
  usage: 2,
  data: 1,
  progress: 1,
  polluting: 1,
  unknown: 1,
  tools: 4,
  'hand-over': 4,
  finish: 3,
  error: 1,
  lost: 1,
} as const;

/** Tools of the page, and some that it does not have. */
export const TOOLS = [
  'asks',
  'quick',
  'later',
  'confirms',
  'throws',
  'hangs',
  'stops',
  'resends',
  'odd',
  'nobody',
  'constructor',
  '__proto__',
] as const;

const WORKERS = [undefined, 'w1', 'w2', 'ghost'];
const POLLUTING = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');

/** What is said, as events. `mint` gives a number that was never given before. */
export function eventsOf({ say, id, by }: Say, mint: () => number): readonly StreamEvent[] {
  const workerId = WORKERS[by];
  const toolCallId = `c${id}`;
  // One id is one question: it may be asked again, and another may be asked about the same call.
  const approvalId = `a${id}${workerId ?? ''}`;
  const worker = workerId ?? 'w1';
  switch (say) {
    case 'delta':
      return [{ type: 'text-delta', id: `t${id}`, delta: `${mint()};`, workerId }];
    case 'text-start':
      return [{ type: 'text-start', id: `t${id}`, workerId }];
    case 'text-end':
      return [{ type: 'text-end', id: id === 0 ? 'o0' : `t${id}`, workerId }];
    case 'object-start':
      return [{ type: 'text-start', id: 'o0', responseType: 'list', workerId }];
    case 'object-delta': {
      const delta = id === 0 ? `["${mint()};"` : `,"${mint()};"${id === 1 ? '' : ']'}`;
      return [{ type: 'text-delta', id: 'o0', delta, workerId }];
    }
    case 'thought':
      return [{ type: 'reasoning-delta', id: `r${id}`, delta: `${mint()};`, workerId }];
    case 'thought-start':
      return [{ type: 'reasoning-start', id: `r${id}`, workerId }];
    case 'thought-end':
      return [{ type: 'reasoning-end', id: `r${id}`, workerId }];
    case 'start':
      return [
        id === 2
          ? { type: 'start', executionId: `x${mint()}`, lastMessageId: `server-${mint()}` }
          : { type: 'start', executionId: `x${mint()}` },
      ];
    case 'tool-start':
      return [{ type: 'tool-input-start', toolCallId, toolName: 'search', workerId }];
    case 'tool-delta':
      return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: `{"q":[${mint()}`, workerId }];
    case 'tool-input-end':
      return [{ type: 'tool-input-end', toolCallId, workerId }];
    case 'tool-ready':
      return [{ type: 'tool-input-available', toolCallId, toolName: 'search', input: { q: id }, workerId }];
    case 'tool-output':
      return [{ type: 'tool-output-available', toolCallId, output: mint(), workerId }];
    case 'tool-error':
      return [{ type: 'tool-output-error', toolCallId, error: 'no', workerId }];
    case 'source':
      return [{ type: 'source', sourceType: 'url', id: `s${id}`, url: 'https://example.test/', workerId }];
    case 'file':
      return [
        { type: 'file-available', id: `f${id}`, mediaType: 'text/plain', url: 'https://f.test/', workerId },
      ];
    case 'todo':
      return [
        { type: 'todo-update', todos: [{ id: 'do', content: `${mint()}`, status: 'pending' }], workerId },
      ];
    case 'block':
      return [
        {
          type: 'block-start',
          blockId: `b${id}`,
          blockName: 'Block',
          blockType: id === 1 ? 'set-resource' : 'next-message',
          display: 'name',
          workerId,
          ...(id === 0 ? { outputToChat: false } : {}),
          ...(id === 2 ? { outputToChat: false, thread: 'side' } : {}),
        },
      ];
    case 'block-end':
      return [{ type: 'block-end', blockId: `b${id}`, workerId }];
    case 'resource':
      return [{ type: 'resource-update', name: 'title', value: mint() }];
    case 'worker-input-start':
      return [{ type: 'worker-input-start', workerId: worker, workerSlug: 'helper' }];
    case 'worker-input':
      return [{ type: 'worker-input-delta', workerId: worker, delta: `{"q":${mint()},` }];
    case 'worker-input-ready':
      return [{ type: 'worker-input-ready', workerId: worker, input: { q: id } }];
    case 'worker-start':
      return [{ type: 'worker-start', workerId: worker, workerSlug: 'helper' }];
    case 'worker-result':
      return [
        {
          type: 'worker-result',
          workerId: worker,
          ...(id === 0 ? { output: mint() } : id === 1 ? { error: 'no' } : { cancelled: true }),
        },
      ];
    case 'approval':
      return [
        {
          type: 'approval-request',
          approvalId,
          toolName: 'remove',
          args: { n: mint() },
          // Another approval of the same call, or one that names no call.
          ...(id === 0 ? {} : { toolCallId: 'c1' }),
          workerId,
        },
      ];
    case 'resolved':
      return [{ type: 'approval-resolved', approvalId, approved: id === 0 }];
    case 'voided':
      return [{ type: 'approval-voided', approvalId }];
    case 'usage':
      return [{ type: 'usage', cost: mint() }];
    case 'data':
      return [{ type: 'data', name: 'app', data: mint(), workerId, ...(id === 0 ? {} : { id: `d${id}` }) }];
    case 'progress':
      return [{ type: 'progress', id: `p${id}`, value: 0.5, workerId }];
    case 'polluting':
      return [
        { type: 'tool-input-delta', toolCallId, inputTextDelta: JSON.stringify(POLLUTING), workerId },
        { type: 'tool-input-available', toolCallId, toolName: '__proto__', input: POLLUTING, workerId },
        { type: 'data', name: '__proto__', id: 'constructor', data: POLLUTING, workerId },
      ];
    case 'unknown':
      return [{ type: 'hologram', beam: mint() } as unknown as StreamEvent];
    case 'tools': {
      // `by` is the tool here, so that each is as likely as any other.
      const calls = [id, ...(id === 2 ? [0, 1] : [])].map((call) => ({
        toolCallId: `c${call}`,
        toolName: TOOLS[(by * 3 + call) % TOOLS.length] ?? 'nobody',
        args: { n: mint() },
        ...(id === 1 ? { workerId: 'w1' } : {}),
      }));
      const served = id === 1 ? [{ toolCallId: `s${mint()}`, toolName: 'search', result: 1 }] : undefined;
      return [
        {
          type: 'client-tool-request',
          executionId: `x${mint()}`,
          toolCalls: calls,
          ...(served ? { serverToolResults: served } : {}),
        },
      ];
    }
    case 'hand-over':
      return [{ type: 'finish', finishReason: 'client-tool-calls' }];
    case 'finish':
      return [{ type: 'finish', finishReason: 'stop' }];
    case 'error':
      return [
        { type: 'error', errorType: 'provider_error', message: 'no', source: 'provider', retryable: true },
      ];
    case 'lost':
      return [{ type: 'discontinuity' }];
  }
}

/** What an event may change: the stream of a part, a worker, or, without a name here, anything else. */
export function touchedBy(event: StreamEvent): string {
  if ('workerId' in event && event.workerId !== undefined) return `worker ${event.workerId}`;
  const isStream = event.type.startsWith('text-') || event.type.startsWith('reasoning-');
  return isStream && 'id' in event ? `stream ${event.id}` : '';
}

/** Under which of those a part goes. */
export function nameOf(part: UIMessagePart): string {
  if (part.type === 'worker') return `worker ${part.workerId}`;
  return part.type === 'text' || part.type === 'reasoning' || part.type === 'object'
    ? `stream ${part.id}`
    : '';
}
