import { AgentChat } from 'agent-chat-kit';
import { createControlledTransport, createVirtualClock } from 'agent-chat-kit/testing';
import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

describe('a virtual clock', () => {
  it('stands still until it is told to go on', () => {
    const clock = createVirtualClock({ start: 1_000 });
    expect(clock.now()).toBe(1_000);
    clock.advance(250);
    expect(clock.now()).toBe(1_250);
  });

  it('lets everything happen that is due, in its order and at its time, and nothing that is not', () => {
    const clock = createVirtualClock();
    const happened: string[] = [];
    void clock.sleep(30).then(() => {});
    const note = (what: string) => () => void happened.push(`${what} at ${clock.now()}`);
    clock.schedule(note('first frame'));
    clock.advance(20);
    clock.schedule(note('second frame'));
    clock.schedule(note('the same frame'));
    expect(happened).toEqual(['first frame at 16']);
    expect(clock.pending).toBe(3);
    clock.advance(11);
    expect(clock.pending).toBe(2);
    clock.advance(1);
    expect(happened.slice(1)).toEqual(['second frame at 32', 'the same frame at 32']);
    expect(clock.now()).toBe(32);
    expect(clock.pending).toBe(0);
  });

  it('lets frames ask for frames', () => {
    const clock = createVirtualClock({ frame: 10 });
    const frames: number[] = [];
    const draw = (): void => {
      frames.push(clock.now());
      clock.schedule(draw);
    };
    clock.schedule(draw);
    clock.advance(35);
    expect(frames).toEqual([10, 20, 30]);
    clock.frame();
    expect(frames).toEqual([10, 20, 30, 40]);
    expect(clock.now()).toBe(40);
  });

  it('calls off what is not wanted any more, also after it happened', () => {
    const clock = createVirtualClock();
    const frame = vi.fn();
    const other = vi.fn();
    const callOff = clock.schedule(frame);
    clock.schedule(other);
    callOff();
    clock.frame();
    clock.schedule(other);
    callOff();
    expect(frame).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledTimes(1);
    clock.frame();
    expect(other).toHaveBeenCalledTimes(2);
  });

  it('wakes who waits', async () => {
    const clock = createVirtualClock();
    const woken: number[] = [];
    const waiting = [50, 20, 20].map((time) => clock.sleep(time).then(() => void woken.push(time)));
    clock.advance(49);
    await Promise.all(waiting.slice(1));
    expect(woken).toEqual([20, 20]);
    clock.advance(1);
    await waiting[0];
    expect(woken).toEqual([20, 20, 50]);
  });

  it('makes the times and the frames of a chat the test’s own', async () => {
    const clock = createVirtualClock({ start: Date.UTC(2030, 0, 1) });
    const transport = createControlledTransport();
    const chat = new AgentChat({ transport, now: clock.now, scheduler: clock.schedule });
    const heard = vi.fn();
    chat.subscribe(heard);
    const sent = chat.sendMessage('Go');
    expect(chat.messages[0]?.createdAt).toEqual(new Date(Date.UTC(2030, 0, 1)));
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    clock.advance(1_000);
    transport.legs[0]?.emit({ type: 'start' }, { type: 'reasoning-start', id: 'r' });
    await waitFor(() => expect(chat.messages).toHaveLength(2));
    heard.mockClear();
    transport.legs[0]?.emit({ type: 'reasoning-delta', id: 'r', delta: 'Hm' });
    await waitFor(() => expect(clock.pending).toBe(1));
    expect(heard).not.toHaveBeenCalled();
    clock.frame();
    expect(heard).toHaveBeenCalledTimes(1);
    transport.legs[0]?.emit({ type: 'reasoning-end', id: 'r' }, { type: 'finish', finishReason: 'stop' });
    transport.legs[0]?.end();
    await sent;
    const times = { startedAt: Date.UTC(2030, 0, 1) + 1_000, endedAt: clock.now() };
    expect(chat.messages[1]?.parts[0]).toMatchObject(times);
  });
});
