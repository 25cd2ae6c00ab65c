const ERROR_TYPES = new Set(['internal_error', 'provider_error', 'rate_limit_error', 'unknown_error']);
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  start: ['messageId', 'executionId'],
  'text-delta': ['id', 'delta'],
  error: ['errorType', 'message', 'source', 'retryable'],
  'client-tool-request': ['executionId', 'toolCalls'],
  finish: ['finishReason'],
  worker: ['workerId', 'workerSlug', 'parts', 'output', 'status'],
  text: ['text', 'status'],
};
const CALL = ['toolCallId', 'toolName', 'args'];
const WORKER_STATUS = new Set(['running', 'done', 'error']);

type Fields = Readonly<Record<string, unknown>>;

function only(value: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}

/** An event as one validates it first: known types with known values and known fields, and nothing else. */
export function naiveEvents(data: string): readonly Fields[] {
  const event: Fields = JSON.parse(data);
  const type = String(event['type']);
  const names = FIELDS[type];
  if (!names || (type === 'error' && !ERROR_TYPES.has(String(event['errorType'])))) return [];
  const calls = event['toolCalls'];
  return [
    {
      ...only(event, ['type', ...names]),
      ...(Array.isArray(calls) ? { toolCalls: calls.map((call) => only(call, CALL)) } : {}),
    },
  ];
}

/** Stored messages as one validates them first: one part that is not known, and there are none. */
export function naiveMessages(stored: readonly Fields[]): readonly Fields[] {
  try {
    return stored.map((message) => ({ ...message, parts: (message['parts'] as Fields[]).map(toPart) }));
  } catch {
    return [];
  }
}

function toPart(part: Fields): Fields {
  const type = String(part['type']);
  const names = FIELDS[type];
  if (!names) throw new TypeError(`Not a part: ${type}`);
  if (type !== 'worker') return only(part, ['type', ...names]);
  if (!WORKER_STATUS.has(String(part['status']))) throw new TypeError('Not a status.');
  return { ...only(part, ['type', ...names]), parts: (part['parts'] as Fields[]).map(toPart) };
}
