import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentChat, createHttpTransport, type UIMessage } from 'agent-chat-kit';
import { type Agent, createEventWriter, createMemoryLog } from 'agent-chat-kit/server';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import type { Fault } from './plan.ts';
import { createSpeaker, fault, lastText, setScene } from './scene.ts';
import { transportTo, type Way } from './serve.ts';

const WAYS: readonly Way[] = ['http', 'socket'];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(WAYS)('events that come again, over %s', (way) => {
  it.each([1, 25, 50])('do not count, if they are the last %i', async (count) => {
    const { agent, all } = createSpeaker(70);
    const plans = [{ repeat: { every: 60, count } }];
    const { chat, faults } = await setScene({ way, agent, plans, inHttp: way === 'http' });
    await chat.sendMessage('Go');
    expect(faults).toEqual([`repeat of ${count}`]);
    expect(lastText(chat)).toBe(all);
    expect(chat.messages).toHaveLength(2);
  });
});

describe.each(WAYS)('what a server has lost, over %s', (way) => {
  const said = 'The whole answer, as the server keeps it.';
  const kept: readonly UIMessage[] = ['user' as const, 'assistant' as const].map((role) => ({
    id: role,
    role,
    status: 'done',
    createdAt: new Date(0),
    parts: [{ type: 'text', id: role, text: role === 'user' ? 'Go' : said, status: 'done' }],
  }));
  const asked = way === 'http' ? ['POST', 'GET', 'GET'] : ['trigger', 'resume', 'resume'];

  it('because it was too much to keep is read where it is kept, and asked for once', async () => {
    const { agent, goOn } = createSpeaker(60, 10);
    const loadMessages = vi.fn(async () => kept);
    const { chat, server } = await setScene({
      way,
      agent,
      plans: [fault({ kind: 'cut', after: 1_200, reset: true })],
      // All else is said while the page is away.
      onFault: goOn,
      newLog: () => createMemoryLog({ maxEvents: 8 }),
      chat: { loadMessages },
    });
    await chat.sendMessage('Go');
    expect(chat.error).toBeNull();
    expect(chat.status).toBe('idle');
    expect(lastText(chat)).toBe(said);
    expect(chat.messages).toHaveLength(2);
    expect(loadMessages).toHaveBeenCalledTimes(1);
    expect(server.requests).toEqual(asked);
  });

  it('because it was started anew is read where it is kept, and asked for once', async () => {
    const { agent } = createSpeaker(60, 10);
    const loadMessages = vi.fn(async () => kept);
    const scene = await setScene({
      way,
      agent,
      plans: [fault({ kind: 'cut', after: 1_200, reset: true })],
      onFault: () => scene.server.restart(),
      chat: { loadMessages },
    });
    const { chat, server } = scene;
    await chat.sendMessage('Go');
    expect(chat.error).toBeNull();
    expect(chat.status).toBe('idle');
    expect(lastText(chat)).toBe(said);
    expect(loadMessages).toHaveBeenCalledTimes(1);
    expect(server.requests).toEqual(asked);
  });

  it('is an error where nobody keeps it: what came stays', async () => {
    const { agent, goOn, all } = createSpeaker(60, 10);
    const { chat, server } = await setScene({
      way,
      agent,
      plans: [fault({ kind: 'cut', after: 1_200, reset: true })],
      onFault: goOn,
      newLog: () => createMemoryLog({ maxEvents: 8 }),
    });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'discontinuity', retryable: true });
    expect(all.startsWith(lastText(chat))).toBe(true);
    expect(server.requests).toEqual(asked.slice(0, 2));
  });

  it('while the run goes on is an error once it is lost again: nothing is asked for over and over', async () => {
    // More than is kept, again and again, and no end.
    const agent: Agent = async function* (run) {
      yield* createEventWriter(run).text(
        (async function* () {
          for (let index = 0; !run.signal.aborted; index += 1) {
            if (index % 20 === 10) await sleep(5);
            yield `w${index} `;
          }
        })(),
      );
    };
    const loadMessages = vi.fn(async () => kept);
    const { chat, server } = await setScene({
      way,
      agent,
      plans: [fault({ kind: 'cut', after: 1_200, reset: true })],
      newLog: () => createMemoryLog({ maxEvents: 8 }),
      chat: { loadMessages },
    });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'discontinuity', retryable: true });
    expect(loadMessages).toHaveBeenCalledTimes(1);
    expect(server.requests.length).toBeLessThanOrEqual(5);
  });
});

describe.each(WAYS)('a run that a reloaded page finds, over %s', (way) => {
  const cut = fault({ kind: 'cut', after: way === 'http' ? 248 : 180, reset: false });

  it('is read though nothing of it came the first time', async () => {
    const { agent, goOn, all } = createSpeaker(12, 6);
    const { chat, proxy, faults } = await setScene({ way, agent, plans: [{}, cut] });
    const sent = chat.sendMessage('Go');
    await waitFor(() => expect(lastText(chat)).toContain('w5'));
    const page = new AgentChat({ transport: transportTo(proxy.port, way) });
    const resumed = page.resume();
    await waitFor(() => expect(lastText(page)).toContain('w5'));
    goOn();
    await Promise.all([sent, resumed]);
    expect(faults).toHaveLength(1);
    expect(page.error).toBeNull();
    expect(lastText(page)).toBe(all);
    expect(page.messages).toHaveLength(1);
  });
});

describe('a run that a reloaded page finds and that ends before it can be read', () => {
  it('is read where it is kept', async () => {
    const speaker = createSpeaker(12, 6);
    const cut = fault({ kind: 'cut', after: 248, reset: false });
    const onFault = (): void => speaker.goOn();
    const { chat, proxy } = await setScene({ way: 'http', agent: speaker.agent, plans: [{}, cut], onFault });
    const sent = chat.sendMessage('Go');
    await waitFor(() => expect(lastText(chat)).toContain('w5'));
    const loadMessages = vi.fn(async () => chat.messages);
    const page = new AgentChat({ transport: transportTo(proxy.port, 'http'), loadMessages });
    await page.resume();
    await sent;
    expect(loadMessages).toHaveBeenCalledTimes(1);
    expect(page.error).toBeNull();
    expect(lastText(page)).toBe(speaker.all);
  });
});

describe('answers that have nothing in them', () => {
  const empty: readonly (readonly [string, Fault, boolean])[] = [
    ['end at once', { kind: 'clean-end', after: 0, inside: 0 }, true],
    ['say that they are done', { kind: 'done', after: 0 }, true],
    ['break off after their head', { kind: 'cut', after: 250, reset: false }, false],
  ];
  it.each(empty)('are given up after some tries, though they %s', async (_, what, inHttp) => {
    const { agent } = createSpeaker(20, 10);
    const plans = Array.from({ length: 30 }, () => fault(what));
    const { chat, methods } = await setScene({ way: 'http', agent, plans, inHttp });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(methods.length).toBeGreaterThan(3);
    expect(methods.length).toBeLessThan(12);
  });
});

it('an event that is cut off in its id comes again, and counts once', async () => {
  const words = Array.from({ length: 30 }, (_, index) => ({
    type: 'text-delta',
    id: 't',
    delta: `w${index} `,
  }));
  const events = [
    { type: 'start' },
    { type: 'text-start', id: 't' },
    ...words,
    { type: 'finish', finishReason: 'stop' },
  ];
  // Here the id comes last: cut short, it is another one.
  const blocks = events.map((event, index) => `data: ${JSON.stringify(event)}\nid: run.${index + 101}\n\n`);
  const places: number[] = [];
  const server = createServer((request, response) => {
    const place = Number(String(request.headers['last-event-id'] ?? 'run.100').slice('run.'.length));
    places.push(place);
    response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' });
    const rest = blocks.slice(Math.max(0, place - 100)).join('');
    response.end(
      places.length === 1 ? rest.slice(0, rest.indexOf('id: run.121') + 'id: run.12'.length) : rest,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const chat = new AgentChat({ transport: createHttpTransport({ url: `http://127.0.0.1:${port}` }) });
  await chat.sendMessage('Go');
  expect(chat.error).toBeNull();
  expect(lastText(chat)).toBe(words.map(({ delta }) => delta).join(''));
  expect(places).toEqual([100, 120]);
});
