import { emptyState, endRun, reduce, restoreMessages } from 'agent-chat-kit';
import { recordedEvents } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { fixture, fixtures } from '../fixtures/index.ts';

const message = {
  id: 'm',
  role: 'assistant',
  parts: [],
  status: 'done',
  createdAt: '2026-01-02T03:04:05.678Z',
};

/** The one message that comes out. */
function restore(stored: unknown) {
  const [restored, ...others] = restoreMessages([stored]);
  if (!restored || others.length > 0) throw new Error('Expected exactly one message.');
  return restored;
}

describe('messages that were stored as JSON', () => {
  it.each([...fixtures.keys()])('come back as they were: %s', async (name) => {
    let id = 0;
    const context = { now: () => 1_000, generateId: () => `id-${++id}` };
    const written = reduce(emptyState, await recordedEvents(fixture(name)), context);
    expect(written.messages[0]?.parts.length).toBeGreaterThan(0);
    const stored: unknown[] = JSON.parse(JSON.stringify(written.messages));
    // Nothing goes on writing to a stored message: what was open is as if it had been stopped.
    const { messages } = endRun(written, 'stopped', { now: () => 1_000, generateId: () => 'unused' });
    const expected: unknown[] = JSON.parse(JSON.stringify(messages));
    const timeless = (text: string) => text.replace(/,"endedAt":1000/g, '');
    expect(timeless(JSON.stringify(restoreMessages(stored)))).toEqual(timeless(JSON.stringify(expected)));
  });

  it.each([
    ['an ISO string', '2026-01-02T03:04:05.678Z'],
    ['epoch milliseconds', 1_767_323_045_678],
    ['a Date', new Date(1_767_323_045_678)],
  ])('have a real date where it was stored as %s', (_, createdAt) => {
    const restored = restore({ ...message, createdAt });
    expect(restored.createdAt).toBeInstanceOf(Date);
    expect(restored.createdAt.getTime()).toBe(1_767_323_045_678);
  });

  it.each([
    ['no date', undefined],
    ['a date that is none', 'yesterday'],
    ['an object for a date', {}],
    ['null for a date', null],
  ])('are given a valid date where they have %s', (_, createdAt) => {
    expect(restore({ ...message, createdAt }).createdAt).toEqual(new Date(0));
  });

  it('keep part types, fields and metadata that this version does not know', () => {
    const parts = [
      { type: 'hologram', beam: { colour: 'red' } },
      { type: 'text', text: 'hi', status: 'done', citations: [1] },
      {
        type: 'worker',
        workerId: 'w',
        workerSlug: 's',
        parts: [{ type: 'step-start' }, { type: 'novel' }],
        status: 'cancelled',
      },
      { type: 'source', sourceType: 'scroll', id: 's' },
    ];
    const stored = {
      ...message,
      parts,
      sender: { name: 'Ada' },
      metadata: { usage: { cost: 1 }, mood: 'calm' },
    };
    expect(restore(stored)).toEqual({ ...stored, createdAt: new Date(message.createdAt) });
  });

  it('are written to by nobody, whatever their status was', () => {
    expect(restore({ ...message, status: 'streaming' }).status).toBe('done');
    expect(restore({ ...message, status: 'paused' }).status).toBe('done');
  });

  it('keep the user’s words the user’s', () => {
    expect(restore({ ...message, role: 'user' }).role).toBe('user');
    expect(restore(message).role).toBe('assistant');
  });

  it('keep their order', () => {
    const ids = ['c', 'a', 'b'];
    expect(restoreMessages(ids.map((id) => ({ ...message, id }))).map(({ id }) => id)).toEqual(ids);
  });

  it('are not changed by being restored', () => {
    const parts = [Object.freeze({ type: 'text', text: 'hi', status: 'done' })];
    const stored = Object.freeze({ ...message, parts: Object.freeze(parts) });
    const restored = restore(stored);
    expect(restored).not.toBe(stored);
    expect(stored.createdAt).toBe(message.createdAt);
  });
});

describe('what was stored badly', () => {
  it('is left out where it is no message at all', () => {
    expect(restoreMessages([null, undefined, 'text', 7, true, [], [message]])).toEqual([]);
    expect(restoreMessages([null, message, 'text'])).toHaveLength(1);
  });

  it('gets the id it lacks, each its own', () => {
    const ids = restoreMessages([{}, { id: 7 }, { id: null }]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-z]{21}$/);
  });

  it.each([undefined, null, 'text', {}, 7])('has no parts where its parts are %j', (parts) => {
    expect(restore({ ...message, parts }).parts).toEqual([]);
  });

  it('loses only the parts that have no type', () => {
    const text = { type: 'text', text: 'kept', status: 'done' };
    const parts = [null, 'text', 7, [], {}, { type: 7 }, text];
    expect(restore({ ...message, parts }).parts).toEqual([text]);
  });

  it('does not reach the prototype of anything', () => {
    const restored = restore(
      JSON.parse('{"__proto__":{"polluted":true},"parts":[{"type":"text","__proto__":{"polluted":true}}]}'),
    );
    expect(Object.getPrototypeOf(restored)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(restored.parts[0])).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});
