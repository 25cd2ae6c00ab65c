import type { InteractiveTool, UIMessage } from 'agent-chat-kit';
import { vi } from 'vitest';
import type { Deed } from './interleavings.ts';
import type { Call, CallOfTool } from './records.ts';
import { type Reaction, response, STORED, type World } from './world.ts';

type Do = (world: World, n: number, how: number) => void;

/** A file that is read without waiting for anything but promises. */
class FileInMemory extends File {
  override slice(): Blob {
    return Object.assign(new Blob(), { arrayBuffer: async () => new ArrayBuffer(0) });
  }
}

/** What a person and the page can do, and what must come of it. */
export const deeds: Readonly<Record<Deed, Do>> = {
  send: (world, _, how) => world.send(how),
  'send files': (world) => {
    const key = `m${world.mint()}`;
    const files = [new FileInMemory([], 'f.txt', { type: 'text/plain' })];
    world.call(
      'send files',
      (call) => {
        world.due.push({
          kind: 'first',
          asking: { key, text: key, messageId: undefined, rollbacks: null },
          call,
        });
        return world.chat.sendMessage(key, { files });
      },
      { refusal: 'perhaps', withFiles: true },
    );
  },
  stop: (world) => world.stop(),
  'stop twice': (world) => {
    world.stop();
    const before = world.look();
    const { live, nested } = world;
    world.stop();
    if (!live && nested === world.nested && world.look() !== before) {
      world.violated('a second stop changes something');
    }
  },
  retry,
  edit,
  select,
  resume: (world) => void world.call('resume', () => world.chat.resume()),
  'the next resume': (world, _, how) => {
    world.nextResume = how;
  },
  'settle a resume': (world, n, how) => {
    const resume = take(world.resumes, n);
    if (!resume) return;
    const { run, signal, resolve, reject } = resume;
    try {
      resolve(world.live === run ? world.resumed(run, signal, how % 3) : null);
    } catch (error) {
      reject(error);
    }
  },
  answer: (world, n, how) => {
    const tool = pick(Object.values(world.look().pendingClientTools).flat(), n);
    if (!tool) return;
    const call = world.live?.legs.at(-1)?.calls.get(tool.toolCallId);
    if (call?.tool !== tool.toolName)
      return world.violated(`${tool.toolName} waits, and nobody asked for it`);
    world.handles.push({ tool, call });
    answer(world, tool, call, how);
    if (how === 5) answer(world, tool, call, 0);
  },
  'answer again': (world, n, how) => {
    const handle = pick(world.handles, n);
    if (handle) answer(world, handle.tool, handle.call, how);
  },
  'settle a tool': (world, n, how) => {
    const tool = take(world.tools, n);
    if (!tool) return;
    world.touched.add('');
    const result = world.mint();
    tool.call.answers.push(how === 1 ? { error: 'broken' } : how === 2 ? { error: '*' } : { result });
    if (how === 1) tool.reject(new Error('broken'));
    else tool.resolve(how === 2 ? 1n : result);
  },
  decide: (world, n, how) => {
    const permission = pick(world.look().pendingApprovals, n);
    if (!permission) return;
    world.permissions.push(permission);
    decide(world, permission, how);
    if (how === 5) decide(world, permission, 0);
  },
  'decide again': (world, n, how) => {
    const permission = pick(world.permissions, n);
    if (permission) decide(world, permission, how);
  },
  'decide all': (world, _, how) => {
    world.touched.add('');
    const all = () => (how > 2 ? world.chat.approveAll() : world.chat.denyAll({ reason: 'no' }));
    world.call('decide all', all, { refusal: 'perhaps' });
  },
  'the next delivery': (world, _, how) => {
    world.nextDelivery = how;
  },
  'settle a delivery': (world, n, how) => {
    const delivery = take(world.deliveries, n);
    if (!delivery) return;
    world.touched.add('');
    try {
      delivery.resolve(world.arrive(delivery.approvalId, how % 3));
    } catch (error) {
      delivery.reject(error);
    }
  },
  'settle a digest': (world, n) => {
    world.touched.add('');
    const digest = take(world.digests, n);
    if (digest) digest.resolve(new ArrayBuffer(2));
    else world.nextDigest += 1;
  },
  'the next upload': (world, _, how) => {
    world.nextUpload = how;
  },
  'settle an upload': (world, n, how) => {
    take(world.uploads, n)?.resolve(response(how === 1 ? 500 : 200));
  },
  // Takes all else to have settled: nothing else tells when the conversation is replaced.
  'settle a load': (world, n, how) => {
    const load = take(world.loads, n);
    if (!load) return;
    const { run } = load;
    if (how === 1) {
      if (world.live === run) world.mustEnd(run, 'error');
      return load.reject(new Error('not to be loaded'));
    }
    const messages = STORED.slice(0, how);
    if (world.live === run) {
      run.heard = false;
      run.started = false;
      run.events = [];
      run.word = undefined;
      run.asking = null;
      world.certain = false;
      world.forget(messages);
      if (world.setting.resumes === 'never') world.mustEnd(run, 'finish');
    }
    load.resolve(messages);
  },
  'fail the next send': (world) => {
    world.failNextSend = true;
  },
  queue,
  busy: (world, n) => {
    world.whenBusy = pick(['interrupt', 'queue', 'reject'] as const, n) ?? 'interrupt';
    world.chat.updateOptions({ whenBusy: world.whenBusy });
  },
  replace: (world, n, how) => {
    const own: readonly UIMessage[] = JSON.parse(JSON.stringify(world.look().messages));
    const { live, nested } = world;
    const calls = [...world.calls];
    // What is done while the old run ends belongs to the old conversation.
    const messages = how > 2 ? own : STORED.slice(0, n);
    world.chat.replaceMessages(messages);
    // A run that a tool began as it heard of that end was ended too.
    const isOver = world.live === live || (world.live?.heard && !isBusy(world));
    if (world.live && isOver) world.ended(world.live, 'stopped');
    // Who heard of it may have replaced it once more.
    world.forget(nested === world.nested ? messages : [...messages, ...STORED]);
    world.letGo(calls);
    if (world.live?.heard) return;
    world.current = null;
    world.certain = nested === world.nested;
  },
  subscribe: (world, _, how) => {
    if (world.listenings.length > 6) return;
    world.listen(pick(['stays', 'stays', 'throws', 'leaves', 'brings another'] as const, how) ?? 'stays');
  },
  unsubscribe: (world, n, how) => {
    const listening = pick(world.listenings, n);
    listening?.leave();
    if (how === 0) listening?.leave();
  },
  react: (world, n, how) => {
    const on =
      pick<Reaction['on']>(['start', 'finish', 'error', 'stop', 'resource', 'change'], how) ?? 'stop';
    const act = pick<Do>(
      [deeds.send, deeds.stop, retry, edit, deeds.replace, deeds.resume, deeds.subscribe],
      world.mint(),
    );
    if (act) world.reactions.push({ on, act: () => act(world, n, n) });
  },
  frame: (world) => world.scheduler.frame(),
  pass: (world, n) => pass(world, pick([400, 2_000, 61_000], n) ?? 0),
  connection: (world, n) => {
    if (n === 0) void world.chat.connect();
    else if (n === 1) world.chat.disconnect();
    else world.connect(pick(['connecting', 'connected', 'error', 'disconnected'] as const, n) ?? 'error');
  },
  end: (world, n, how) => {
    const leg = how < 4 ? world.newest : pick(world.legs, n);
    if (!leg) return;
    const errors = [undefined, new Error('cut'), new DOMException('Aborted.', 'AbortError')];
    world.endLeg(leg, pick(errors, n));
  },
  dispose: (world) => {
    for (const listening of world.listenings) listening.alive = false;
    const calls = [...world.calls];
    world.chat.dispose();
    if (world.live) world.ended(world.live, 'stopped');
    world.letGo(calls);
    if (world.watchers.size > 0) world.violated('the connection is watched after all is let go of');
  },
};

/** Time goes by, and may run out for what the page does. */
export function pass(world: World, time: number): void {
  world.touched.add('');
  for (const { calls, run } of world.legs) {
    if (run !== world.live || time < 60_000) continue;
    for (const call of calls.values()) if (call.ran > 0) call.answers.push({ error: '*' });
  }
  vi.advanceTimersByTime(time);
}

function retry(world: World): void {
  const { chat, current } = world;
  const certain = world.certain && !world.isNested;
  const { canContinue } = world.look();
  world.cut = true;
  const { nested } = world;
  const call = world.call(
    'retry',
    (call) => {
      if (!certain) world.due.push({ kind: 'retry', asking: undefined, call });
      else if (current && canContinue) world.due.push({ kind: 'retry', asking: current, call });
      return chat.retry();
    },
    { refusal: !certain ? 'perhaps' : current && !canContinue ? 'certain' : 'never' },
  );
  if (!call.run) world.due = world.due.filter((due) => due.call !== call);
  if (nested !== world.nested) return interfered(world, call);
  if (certain && current && canContinue && !call.run) world.violated('a retry asks nothing');
}

/** While it was done the page did something else, which may have made it impossible. */
function interfered(world: World, call: Call): void {
  call.refusal = 'perhaps';
  if (call.run) return;
  world.certain = false;
  if (world.live?.legs.at(-1)?.stream.signal.aborted) world.ended(world.live, 'stopped');
}

function edit(world: World, n: number, how: number): void {
  const { chat } = world;
  const { messages, canContinue } = world.look();
  const message = pick(
    messages.filter(({ role }) => role === (how === 4 ? 'assistant' : 'user')),
    n,
  );
  const isRefused =
    !canContinue || (isBusy(world) && world.whenBusy === 'reject') || message?.role !== 'user' || how === 5;
  const text = `m${world.mint()}`;
  const { nested } = world;
  world.cut = true;
  const call = world.call(
    'edit',
    (call) => {
      if (message && !isRefused) {
        const { key, text: was, rollbacks } = world.askingOf(message);
        // A trigger with an input of its own keeps it.
        const asking = { key: key === was ? text : key, text, messageId: undefined, rollbacks };
        world.due.push({ kind: 'edit', asking, call });
      }
      return chat.edit(how === 5 ? 'nobody' : (message?.id ?? 'nobody'), text);
    },
    { refusal: isRefused ? 'certain' : 'never' },
  );
  if (!call.run) world.due = world.due.filter((due) => due.call !== call);
  if (nested !== world.nested) interfered(world, call);
  else if (!isRefused && !call.run) world.violated('an edit asks nothing');
}

function select(world: World, n: number, how: number): void {
  const { chat } = world;
  const message = pick(world.look().messages, n);
  const versions = message ? chat.versions(message.id) : [];
  if (message && !versions.includes(message)) world.violated('a message is none of its own versions');
  const version = pick(versions, how);
  const wasBusy = isBusy(world);
  const { nested, live } = world;
  try {
    world.cut = true;
    chat.selectVersion(how === 5 ? 'nobody' : (version?.id ?? 'nobody'));
    if (wasBusy) world.violated('a version is selected while a run goes on');
    if (live && world.live === live) world.ended(live, 'stopped');
    world.certain = nested === world.nested;
    if (!world.certain) return;
    if (!version || !chat.messages.includes(version))
      world.violated('a version that is selected is not shown');
    world.current = world.lastAsking;
  } catch {
    const isThere = how !== 5 && version !== undefined && version !== message;
    if (!wasBusy && isThere) world.violated('a version cannot be selected');
  }
}

function queue(world: World, n: number, how: number): void {
  const { canContinue, queue } = world.look();
  world.adoptQueued();
  const entry = pick(queue, n);
  if (!entry) return;
  const due = world.due.find(({ call }) => call.queued === entry.id);
  if (!due?.asking) return world.violated('something is queued that nobody sent');
  const { asking, call } = due;
  switch (how) {
    case 0:
    case 1: {
      const text = `m${world.mint()}`;
      if (asking.key === asking.text) asking.key = text;
      asking.text = text;
      return entry.edit(text);
    }
    case 2: {
      const others = world.queue.filter((id) => id !== entry.id);
      const at = Math.max(0, n - 2);
      world.queue = [...others.slice(0, at), entry.id, ...others.slice(at)];
      return entry.moveTo(n - 2);
    }
    case 3:
      world.queue = world.queue.filter((id) => id !== entry.id);
      world.due = world.due.filter((other) => other !== due);
      call.excused = true;
      call.queued = undefined;
      return entry.remove();
    default:
      world.sendingNow = entry.id;
      if (canContinue) return entry.sendNow();
      try {
        entry.sendNow();
        world.violated('what is queued is asked where nothing can be gone on with');
      } catch {
        // It stays in the queue.
      }
  }
}

function answer(world: World, tool: InteractiveTool, call: CallOfTool | undefined, how: number): void {
  world.touched.add('');
  const result = world.mint();
  const answers = [
    { result },
    { error: 'no' },
    { error: 'User cancelled' },
    { error: '*' },
    { result },
    { result },
  ];
  const given = answers[how];
  const leg = world.live?.legs.at(-1);
  if (call && given && leg?.calls.get(tool.toolCallId) === call) call.answers.push(given);
  const before = world.look();
  const isLate = call !== undefined && call.answers.length > 1;
  if (how === 1) tool.cancel('no');
  else if (how === 2) tool.cancel('');
  else tool.submit(how === 3 ? 1n : result);
  if (isLate && world.look() !== before) world.violated('a second answer changes something');
}

function decide(world: World, permission: World['permissions'][number], how: number): void {
  world.touched.add('');
  const answers = [
    () => permission.approve(),
    () => permission.deny({ reason: 'no' }),
    () => permission.approve({ choice: 'once', args: { n: 0 } }),
  ];
  world.call('decide', pick(answers, how) ?? (() => Promise.resolve()), { refusal: 'perhaps' });
}

function isBusy({ chat }: World): boolean {
  return chat.status === 'streaming' || chat.status === 'awaiting-input';
}

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items.length > 0 ? items[n % items.length] : undefined;
}

function take<T>(items: T[], n: number): T | undefined {
  return items.splice(items.length > 0 ? n % items.length : 0, 1)[0];
}
