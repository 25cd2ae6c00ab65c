import type { UIMessagePart, UIToolCallPart } from 'agent-chat-kit';

export default { title: 'Parts/Steps', component: 'agent-steps' };

const steps = (parts: readonly UIMessagePart[], live = false, open = false) => ({
  render: () => Object.assign(document.createElement('agent-steps'), { parts, live, open }),
});

const reasoning = (status: 'streaming' | 'done' = 'done'): UIMessagePart => ({
  type: 'reasoning',
  text: 'The forecast is needed first, then the calendar.',
  status,
  startedAt: 0,
  ...(status === 'done' && { endedAt: 6_000 }),
});
const tool = (fields: Partial<UIToolCallPart>): UIMessagePart => ({
  type: 'tool-call',
  toolCallId: fields.toolName ?? 'c',
  toolName: 'get-weather',
  args: { city: 'Basel' },
  status: 'done',
  startedAt: 0,
  endedAt: 1_400,
  ...fields,
});
const operation: UIMessagePart = {
  type: 'operation',
  operationId: 'o',
  name: 'Store the trip',
  operationType: 'set-resource',
  status: 'done',
};
const boundary: UIMessagePart = { type: 'step-start' };
const calendar = tool({ toolName: 'read-calendar', args: { week: '2026-W48' } });

export const Folded = steps([reasoning(), boundary, tool({}), calendar, operation]);
export const Open = steps([reasoning(), boundary, tool({}), calendar, operation], false, true);
export const OneFailed = steps([
  reasoning(),
  tool({ status: 'error', error: 'No such city.' }),
  tool({ toolName: 'search', args: { query: 'Basel weather' } }),
]);
export const AtWork = steps(
  [
    reasoning(),
    tool({}),
    tool({ toolName: 'search', args: { query: 'trains to Basel' }, status: 'running' }),
  ],
  true,
);
export const JustFinished = steps([reasoning(), tool({}), calendar], true);
export const Thinking = steps([tool({}), reasoning('streaming')], true);
export const Single = steps([tool({})]);
export const WaitsForPermission = steps([
  reasoning(),
  tool({ status: 'pending', approval: { approvalId: 'a', status: 'pending' } }),
]);
