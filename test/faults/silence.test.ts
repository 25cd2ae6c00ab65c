import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createProxy } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentChat } from 'agent-chat-kit';
import { type Agent, createEventWriter } from 'agent-chat-kit/server';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { createSpeaker, fault, lastText, setScene } from './scene.ts';
import { serveAgent, transportTo, type Way } from './serve.ts';

const WAYS: readonly Way[] = ['http', 'socket'];
const NEVER = Number.POSITIVE_INFINITY;

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(WAYS)('a connection that is gone without a word, over %s', (way) => {
  it('is missed by its heartbeat, and the run goes on over another', async () => {
    const { agent, goOn, all, runs } = createSpeaker(40, 20);
    const silence = { kind: 'half-open' as const, after: NEVER };
    const { chat, faults, methods } = await setScene({
      way,
      agent,
      plans: [fault(silence)],
      idleTimeout: 800,
    });
    const states: unknown[] = [];
    chat.subscribe(() => states.push(chat.connectionState));
    const sent = chat.sendMessage('Go');
    await waitFor(() => expect(lastText(chat)).toContain('w19'));
    silence.after = 0;
    await waitFor(() => expect(faults).toEqual(['half-open']));
    states.length = 0;
    goOn();
    await sent;
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe(all);
    expect(states).toContain('connecting');
    expect(methods).toHaveLength(2);
    expect(runs()).toBe(1);
  });

  it('is missed also where it was opened to go on, whether it is silent from the start or a little later', async () => {
    const { agent, goOn, all, runs } = createSpeaker(40, 20);
    const { chat, faults } = await setScene({
      way,
      agent,
      plans: [
        fault({ kind: 'cut', after: 1_400, reset: true }),
        fault({ kind: 'half-open', after: 0 }),
        // The head of the answer, and nothing more.
        fault({ kind: 'half-open', after: way === 'http' ? 248 : 129 }),
      ],
      idleTimeout: 800,
    });
    const sent = chat.sendMessage('Go');
    await expect.poll(() => faults.length).toBe(3);
    goOn();
    await sent;
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe(all);
    expect(runs()).toBe(1);
  });

  it('is not what an agent that thinks for long has', async () => {
    const { agent, goOn, all } = createSpeaker(4, 2);
    const { chat, methods } = await setScene({ way, agent, idleTimeout: 800 });
    const sent = chat.sendMessage('Go');
    await sleep(2_000);
    goOn();
    await sent;
    expect(lastText(chat)).toBe(all);
    expect(methods).toHaveLength(1);
  });

  it('takes no answer to an approval with it', async () => {
    const posted = vi.fn();
    const agent: Agent = (run) =>
      createEventWriter(run).approvedTool({ name: 'post', args: {} }, () => posted());
    const silence = { kind: 'half-open' as const, after: NEVER };
    // Over HTTP the answer goes its own way: there it is that which is lost.
    const plans = way === 'http' ? [{}, fault({ kind: 'half-open', after: 0 })] : [fault(silence)];
    const { chat, faults } = await setScene({ way, agent, plans, idleTimeout: 800 });
    const sent = chat.sendMessage('Go');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    if (way === 'socket') {
      silence.after = 0;
      await waitFor(() => expect(faults).toEqual(['half-open']));
    }
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(faults).toEqual(['half-open']);
    expect(chat.error).toBeNull();
    expect(posted).toHaveBeenCalledTimes(1);
  });
});

it('an answer to an approval whose own answer is lost counts once', async () => {
  const posted = vi.fn();
  const agent: Agent = (run) =>
    createEventWriter(run).approvedTool({ name: 'post', args: {} }, () => posted());
  const plans = [{}, fault({ kind: 'no-answer', isForwarded: true })];
  const { chat, faults } = await setScene({ way: 'http', agent, plans });
  const sent = chat.sendMessage('Go');
  await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
  await chat.pendingApprovals[0]?.approve();
  await sent;
  expect(faults).toEqual(['no answer, though it arrived']);
  expect(chat.error).toBeNull();
  expect(posted).toHaveBeenCalledTimes(1);
});

describe.each(WAYS)('a slow connection, over %s', (way) => {
  it('is not cut where it brings a byte at a time', { timeout: 40_000 }, async () => {
    const { agent, all } = createSpeaker(8);
    const server = await serveAgent(agent);
    let connections = 0;
    const slow = createProxy(async (client) => {
      connections += 1;
      const upstream = connect(server.port, '127.0.0.1');
      for (const socket of [client.setNoDelay(true), upstream]) socket.on('error', () => {});
      client.pipe(upstream);
      client.on('close', () => upstream.destroy());
      for await (const chunk of upstream as AsyncIterable<Buffer>) {
        for (const byte of chunk) {
          client.write(Buffer.of(byte));
          await sleep(1);
        }
      }
      client.end();
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as AddressInfo;
    const chat = new AgentChat({ transport: transportTo(port, way, { idleTimeout: 1_500 }) });
    onTestFinished(() => {
      chat.dispose();
      slow.close();
      server.close();
    });
    const begun = performance.now();
    await chat.sendMessage('Go');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe(all);
    expect(connections).toBe(1);
    // Slow it was: without signs of life on the way it would have been given up.
    expect(performance.now() - begun).toBeGreaterThan(1_500);
  });
});
