import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentChat, createHttpTransport } from 'agent-chat-kit';
import { type Agent, createAgentHandler, createMemoryLog, toNodeHandler } from 'agent-chat-kit/server';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { createSpeaker, fault, lastText, setScene } from './scene.ts';
import type { Way } from './serve.ts';

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each<Way>(['http', 'socket'])('a server that is not reached, over %s', (way) => {
  const unreached = fault({ kind: 'no-answer', isForwarded: false });

  it('is asked again', async () => {
    const { agent, all, runs } = createSpeaker(10);
    const refused = fault({ kind: 'status', status: 503, isForwarded: false });
    const { chat, methods } = await setScene({ way, agent, plans: [unreached, refused, unreached] });
    await chat.sendMessage('Go');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe(all);
    expect(methods).toHaveLength(4);
    expect(runs()).toBe(1);
  });

  it('is given up after some tries', async () => {
    const { agent, runs } = createSpeaker(10);
    const { chat, methods } = await setScene({ way, agent, plans: Array(30).fill(unreached) });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'connection-failed', retryable: true });
    expect(methods.length).toBeGreaterThan(3);
    expect(methods.length).toBeLessThan(12);
    expect(runs()).toBe(0);
  });
});

describe('a page where a stream should be', () => {
  it.each([
    ['from the start', [fault({ kind: 'page' })], ['POST']],
    [
      'after half the answer',
      [fault({ kind: 'clean-end', after: 10, inside: 0 }), fault({ kind: 'page' })],
      ['POST', 'GET'],
    ],
  ])('is told as what it is: %s', async (_, plans, expected) => {
    const { agent, all, runs } = createSpeaker(40);
    const { chat, methods } = await setScene({ way: 'http', agent, plans, inHttp: true });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({
      type: 'protocol_error',
      code: 'not-an-event-stream',
      source: 'client',
    });
    expect(JSON.stringify(chat.error)).not.toContain('Sign in');
    const answers = chat.messages.filter(({ role }) => role === 'assistant');
    expect(all.startsWith(lastText({ messages: answers }))).toBe(true);
    expect(chat.status).toBe('error');
    expect(methods).toEqual(expected);
    expect(runs()).toBe(expected.length - 1);
  });
});

describe('what proves who the user is', () => {
  async function listen(server: Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is renewed once for all who are refused at the same time, in the middle of their answers', async () => {
    const speakers = Array.from({ length: 5 }, () => createSpeaker(40, 20));
    const everybody = speakers.length;
    const agent: Agent = async function* (run) {
      if (run.request.type !== 'trigger') return;
      yield* speakers[Number(run.request.input?.['USER_MESSAGE'])]?.agent(run) ?? [];
    };
    const handle = toNodeHandler(createAgentHandler(agent, { log: createMemoryLog() }));
    let valid = 'one';
    const answering: Socket[] = [];
    const refusals: (() => void)[] = [];
    const server = createServer((request, response) => {
      response.setHeader('Connection', 'close');
      if (request.headers.authorization === valid) {
        answering.push(request.socket);
        return void handle(request, response);
      }
      // All at the same moment.
      refusals.push(() => response.writeHead(401).end());
      if (refusals.length === everybody) for (const refuse of refusals) refuse();
    });
    const url = await listen(server);
    let asked = 0;
    const headers = async () => {
      asked += 1;
      // The first time, and to go on, everybody has the token that was good once.
      const isRenewal = asked > 2 * everybody;
      if (isRenewal) await sleep(300);
      return { Authorization: isRenewal ? 'two' : 'one' };
    };
    const transport = createHttpTransport({ url, headers });
    const chats = speakers.map(() => new AgentChat({ transport }));
    const sent = chats.map((chat, index) => chat.sendMessage(`${index}`));
    await waitFor(() => {
      for (const chat of chats) expect(lastText(chat)).toContain('w19');
    });
    valid = 'two';
    for (const socket of answering.splice(0)) socket.destroy();
    for (const speaker of speakers) speaker.goOn();
    await Promise.all(sent);
    for (const [index, chat] of chats.entries()) {
      expect(chat.error).toBeNull();
      expect(lastText(chat)).toBe(speakers[index]?.all);
    }
    expect(refusals).toHaveLength(everybody);
    expect(asked).toBe(2 * everybody + 1);
  });

  it.each([
    ['headers', { headers: { Authorization: 'Bearer canary' } }],
    ['cookies', { credentials: 'include' as const }],
  ])('does not follow the server elsewhere: %s', async (_, options) => {
    let reached = 0;
    const elsewhere = await listen(
      createServer((_, response) => {
        reached += 1;
        response.end();
      }),
    );
    const url = await listen(
      createServer((_, response) => {
        response.writeHead(307, { Location: elsewhere }).end();
      }),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url, sessionId: 's1', ...options }) });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({
      code: 'redirect-refused',
      type: 'permission_error',
      retryable: false,
    });
    expect(JSON.stringify(chat.error)).not.toContain('canary');
    expect(reached).toBe(0);
    // Where there is nothing to protect it is followed: it is the proof that must not travel.
    await new AgentChat({ transport: createHttpTransport({ url }) }).sendMessage('Go');
    expect(reached).toBe(1);
  });
});
