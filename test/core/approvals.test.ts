import {
  AgentChat,
  type ApprovalDecision,
  approvalDigest,
  createDirectTransport,
  type StreamEvent,
} from 'agent-chat-kit';
import { type Agent, createEventWriter } from 'agent-chat-kit/server';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { describe, expect, it, vi } from 'vitest';
import { Decisions } from '../../src/core/decisions.ts';
import { waitFor } from '../wait-for.ts';

const start: StreamEvent = { type: 'start' };
const request = (
  approvalId: string,
  toolCallId = `call-${approvalId}`,
  args = { path: '/tmp' },
): StreamEvent => ({
  type: 'approval-request',
  approvalId,
  toolCallId,
  toolName: 'remove',
  args,
});

async function asking(...events: readonly StreamEvent[]) {
  const controlled = createControlledTransport();
  const decisions: ApprovalDecision[] = [];
  const respond = vi.fn(async (decision: ApprovalDecision) => void decisions.push(decision));
  const chat = new AgentChat({ transport: { ...controlled, respond } });
  void chat.sendMessage('Go');
  await waitFor(() => expect(controlled.legs).toHaveLength(1));
  const say = async (...more: readonly StreamEvent[]) => {
    controlled.legs[0]?.emit(...more);
    await new Promise((resolve) => setTimeout(resolve));
  };
  await say(start, ...events);
  return { chat, say, respond, decisions };
}

const waiting = (chat: AgentChat) => chat.pendingApprovals.map(({ approvalId }) => approvalId);
const call = (chat: AgentChat) => chat.messages.at(-1)?.parts.find((part) => part.type === 'tool-call');

describe('a question whether a tool may run', () => {
  it.each<[string, readonly StreamEvent[], readonly string[]]>([
    ['stays where the call runs as it was asked', [available({ path: '/tmp' })], ['a']],
    ['is void where the call has other arguments', [available({ path: '/' })], []],
    [
      'is void where its arguments go on',
      [{ type: 'tool-input-delta', toolCallId: 'call-a', inputTextDelta: '{' }],
      [],
    ],
    [
      'is void where the tool has run',
      [{ type: 'tool-output-available', toolCallId: 'call-a', output: 1 }],
      [],
    ],
    ['is void where the call failed', [{ type: 'tool-output-error', toolCallId: 'call-a', error: 'x' }], []],
    ['is void where the agent asks anew about the same call', [request('b', 'call-a')], ['b']],
    ['is void where the agent says so', [{ type: 'approval-voided', approvalId: 'a' }], []],
    ['is answered where another page answered', [resolved(true)], []],
    ['is not touched by what is said of another', [{ type: 'approval-voided', approvalId: 'z' }], ['a']],
  ])('%s', async (_, events, open) => {
    const { chat, say } = await asking(request('a'));
    expect(waiting(chat)).toEqual(['a']);
    await say(...events);
    expect(waiting(chat)).toEqual(open);
    chat.dispose();
  });

  it('that is void is not answered, also by a button that is still there', async () => {
    const { chat, say, respond } = await asking(request('a'));
    const [approval] = chat.pendingApprovals;
    await say(available({ path: '/' }));
    await approval?.approve();
    expect(respond).not.toHaveBeenCalled();
    expect(call(chat)).not.toHaveProperty('approval');
    chat.dispose();
  });

  it('shows who answered elsewhere what, with the arguments that they chose', async () => {
    const { chat, say } = await asking(request('a'));
    await say({ ...resolved(true), args: { path: '/tmp/x' } } as StreamEvent);
    expect(call(chat)).toMatchObject({ args: { path: '/tmp/x' }, approval: { status: 'approved' } });
    chat.dispose();
  });

  it('is answered with all the others at once', async () => {
    const { chat, decisions } = await asking(request('a'), request('b'), request('c'));
    await chat.denyAll({ reason: 'Not today.' });
    // Which digest is made first is not for anybody to say.
    expect(decisions.toSorted((one, other) => one.approvalId.localeCompare(other.approvalId))).toMatchObject(
      ['a', 'b', 'c'].map((approvalId) => ({ approvalId, approved: false, reason: 'Not today.' })),
    );
    expect(waiting(chat)).toEqual([]);
    chat.dispose();
  });

  it('is answered with what was shown and what is to run', async () => {
    const { chat, decisions } = await asking(request('a'));
    await chat.pendingApprovals[0]?.approve({ args: { path: '/tmp/y' } });
    const shown = { toolCallId: 'call-a', toolName: 'remove', args: { path: '/tmp' } };
    expect(decisions).toEqual([
      { approvalId: 'a', approved: true, args: { path: '/tmp/y' }, digest: await approvalDigest(shown) },
    ]);
    expect(call(chat)).toMatchObject({ args: { path: '/tmp/y' } });
    chat.dispose();
  });
});

function available(input: object): StreamEvent {
  return { type: 'tool-input-available', toolCallId: 'call-a', toolName: 'remove', input };
}

function resolved(approved: boolean): StreamEvent {
  return { type: 'approval-resolved', approvalId: 'a', approved };
}

describe('the digest of what was shown', () => {
  const subject = { toolCallId: 'c', toolName: 'remove', args: { b: [1, { y: 2, x: 1 }], a: 'ü' } };

  it('is the same in whatever order names come, and another where anything else differs', async () => {
    const digest = await approvalDigest(subject);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await approvalDigest({ ...subject, args: { a: 'ü', b: [1, { x: 1, y: 2 }] } })).toBe(digest);
    for (const other of [
      { ...subject, toolCallId: 'd' },
      { ...subject, toolName: 'Remove' },
      { ...subject, args: { ...subject.args, a: 'u' } },
      { ...subject, args: { ...subject.args, b: [{ y: 2, x: 1 }, 1] } },
    ]) {
      expect(await approvalDigest(other)).not.toBe(digest);
    }
  });

  it('of something else is no answer', async () => {
    const decisions = new Decisions();
    const { signal } = new AbortController();
    const answer = decisions.wait('a', signal, subject);
    const wrong = await approvalDigest({ ...subject, args: {} });
    const right = await approvalDigest(subject);
    const decide = (digest: string | undefined) =>
      decisions.settle({ approvalId: 'a', approved: true, ...(digest && { digest }) });
    expect(await decide(wrong)).toBe('changed');
    expect(await Promise.all([decide(right), decide(right)])).toEqual(
      expect.arrayContaining(['settled', 'not-pending']),
    );
    expect(await answer).toMatchObject({ approved: true });
    expect(await decide(right)).toBe('not-pending');
  });

  it('is what a real agent is answered with', async () => {
    const ran = vi.fn();
    const agent: Agent = async function* (run) {
      yield* createEventWriter(run).approvedTool({ name: 'remove', args: { path: '/tmp' } }, ran);
    };
    const chat = new AgentChat({ transport: createDirectTransport(agent) });
    const sent = chat.sendMessage('Go');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.approveAll();
    await sent;
    expect(ran).toHaveBeenCalledTimes(1);
    expect(call(chat)).toMatchObject({ status: 'done', approval: { status: 'approved' } });
  });
});
