import { AgentChat } from 'agent-chat-kit';
import { vi } from 'vitest';
import { Looker } from './checks.ts';
import { deeds, pass } from './deeds.ts';
import type { Interleaving, Step, Wait } from './interleavings.ts';
import { type MakeChat, World } from './world.ts';

let current: World | null = null;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

/** Takes the clock, the network and the digests of this process into the hands of the model. */
export async function takeOver(): Promise<void> {
  // Comes with the first file: nothing here is to wait for it.
  await import('../../../src/core/upload.ts');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.stubGlobal('fetch', (_: unknown, init: RequestInit) => current?.fetch(init.signal));
  vi.stubGlobal('crypto', { subtle: { digest: () => current?.digest() } });
  // What listeners throw goes here.
  vi.stubGlobal('reportError', () => {});
  process.on('unhandledRejection', onRejection);
}

export function giveBack(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  process.off('unhandledRejection', onRejection);
}

/** Plays one interleaving to its end. Throws where the chat does not keep to what the model knows. */
export async function play({ setting, steps }: Interleaving, make: MakeChat = makeChat): Promise<void> {
  vi.clearAllTimers();
  rejections.length = 0;
  const world = new World(setting, make);
  current = world;
  const looker = new Looker(world);
  for (const step of steps) {
    if (step.do === 'settle a load') await settle(looker);
    take(world, step);
    await wait(looker, step.do === 'settle a load' ? 'all' : step.wait);
  }
  await end(world, looker);
}

function makeChat(...options: ConstructorParameters<typeof AgentChat>): AgentChat {
  return new AgentChat(...options);
}

function take(world: World, step: Step): void {
  if (step.do !== 'say') return deeds[step.do](world, step.n, step.how);
  const leg = world.legs.at(-1 - step.leg);
  if (leg) world.say(leg, step.says, step.together);
}

async function wait(looker: Looker, long: Wait): Promise<void> {
  if (long === 'all') return settle(looker);
  for (let tick = 0; tick < long; tick += 1) await null;
  looker.look(false);
}

async function settle(looker: Looker): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
  looker.look(true);
}

/** Ends all streams, answers all questions, and looks at what is left. */
async function end(world: World, looker: Looker): Promise<void> {
  world.reactions = [];
  await settle(looker);
  for (let round = 0; round < 100 && isGoingOn(world); round += 1) {
    const deed =
      world.loads.length > 0 ? 'settle a load' : round % 3 === 0 ? 'settle a resume' : 'settle a tool';
    deeds[deed](world, 0, 0);
    deeds['settle an upload'](world, 0, 0);
    deeds['settle a delivery'](world, 0, 0);
    if (world.digests.length > 0) deeds['settle a digest'](world, 0, 0);
    deeds.answer(world, 0, round % 3);
    await settle(looker);
    const leg = world.live?.legs.at(-1);
    if (leg && !leg.closed) world.say(leg, [{ say: 'finish', id: 0, by: 0 }], true);
    await settle(looker);
    if (round % 5 === 4) pass(world, 61_000);
    await settle(looker);
  }
}

function isGoingOn({ live, loads, resumes, tools, uploads, deliveries, digests }: World): boolean {
  return (
    [loads, resumes, tools, uploads, deliveries, digests].some(({ length }) => length > 0) || live !== null
  );
}
