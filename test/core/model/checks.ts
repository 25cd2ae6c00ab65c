import type { ChatSnapshot, UIMessage, UIMessagePart } from 'agent-chat-kit';
import { nameOf } from './events-of.ts';
import { textsOf } from './transcript.ts';
import { isInteractive, type World } from './world.ts';

/** What was seen at the last look. */
export class Looker {
  readonly #world: World;
  #snapshot: ChatSnapshot;
  /** Every message that was ever shown, as it was last shown. */
  readonly #seen = new Map<string, UIMessage>();
  #forgotten = 0;

  constructor(world: World) {
    this.#world = world;
    this.#snapshot = world.chat.getSnapshot();
  }

  /** The chat as it is at any time. With `settled`, nothing that was said is still on its way. */
  look(settled: boolean): void {
    const world = this.#world;
    const { chat, violations } = world;
    if (violations.length > 0) throw new Error(violations.join('\n'));
    if (settled) this.#arrived();
    const snapshot = chat.getSnapshot();
    must(chat.getSnapshot() === snapshot, 'two looks give two snapshots');
    world.saw(snapshot);
    must(
      snapshot.messages === chat.messages &&
        snapshot.status === chat.status &&
        snapshot.error === chat.error &&
        snapshot.canRetry === chat.canRetry &&
        snapshot.pendingApprovals === chat.pendingApprovals &&
        snapshot.connectionState === chat.connectionState,
      'the snapshot is not current',
    );
    this.#status(snapshot, settled);
    this.#queue(snapshot);
    this.#messages(snapshot);
    this.#legs();
    this.#approvals(snapshot, settled);
    if (!world.scheduler.pending) {
      for (const { alive, seen } of world.listenings) {
        must(!alive || seen === snapshot, 'a listener was not told of a change');
      }
    }
    if (settled) this.#settled(snapshot);
    this.#snapshot = snapshot;
    must(!('polluted' in {}) && Object.keys(Object.prototype).length === 0, 'all objects were changed');
  }

  /** Everything that was said has arrived. */
  #arrived(): void {
    const world = this.#world;
    if (world.live?.due === 'nothing') {
      const { status, error } = world.look();
      const { before } = world.live;
      must(
        world.nested > 0 || (before.status === status && before.error === error),
        'a run that is not there changes something',
      );
      world.ended(world.live, 'stopped');
    } else must(!world.live?.due, `a run goes on after its ${world.live?.due}`);
    world.arrived();
  }

  #status({ status, error, canRetry, messages, pendingClientTools }: ChatSnapshot, settled: boolean): void {
    const { live } = this.#world;
    const isBusy = status === 'streaming' || status === 'awaiting-input';
    must(!isBusy || live !== null, `the status is ${status}, and there is no run`);
    must(isBusy || !live?.heard, `the status is ${status}, and there is a run`);
    must((status === 'error') === (error !== null), `the status is ${status} with the error ${error}`);
    must(!isBusy || !canRetry, 'a retry is offered while a run goes on');
    const waits = Object.values(pendingClientTools).flat();
    must(status !== 'awaiting-input' || waits.length > 0, 'a person is waited for who is asked nothing');
    must(waits.length === 0 || live !== null, 'a person is asked for no run');
    for (const [index, message] of messages.entries()) {
      if (message.status === 'done') continue;
      must(index === messages.length - 1, 'an earlier message is still being written');
      must(isBusy, 'a message is still being written, and there is no run');
    }
    if (!settled) return;
    const leg = live?.legs.at(-1);
    const open = leg && live?.heard ? [...leg.calls.values()] : [];
    const asked = open.filter((call) => isInteractive(call) && call.answers.length === 0);
    if (!live?.loading && !leg?.lost) {
      must(
        String(waits.map(({ toolCallId }) => toolCallId).sort()) ===
          String(asked.map(({ toolCallId }) => toolCallId).sort()),
        `a person is asked ${waits.length} things instead of ${asked.length}`,
      );
      must(
        (status === 'awaiting-input') === (leg?.over === true && asked.length > 0),
        `the status is ${status} while ${asked.length} answers of a person are missing`,
      );
    }
  }

  #queue({ queue }: ChatSnapshot): void {
    const world = this.#world;
    const ids = queue.map(({ id }) => id);
    const gone = world.queue.filter((id) => !ids.includes(id));
    if (gone.length > 0) {
      // The run that it became was ended before it asked.
      must(world.nested > 0, 'something is gone from the queue');
      for (const due of world.due.filter(({ call }) => gone.includes(call.queued ?? ''))) {
        due.call.excused = true;
        due.call.queued = undefined;
        world.due = world.due.filter((other) => other !== due);
        world.certain = false;
      }
      world.queue = world.queue.filter((id) => !gone.includes(id));
    }
    world.adoptQueued();
    must(String(world.queue) === String(ids), `the queue is ${ids} instead of ${world.queue}`);
  }

  #messages({ messages }: ChatSnapshot): void {
    const world = this.#world;
    const before = this.#snapshot.messages;
    if (messages === before) return;
    if (this.#forgotten !== world.forgotten) this.#seen.clear();
    this.#forgotten = world.forgotten;
    const isShorter = before.some(({ id }, index) => messages[index]?.id !== id);
    must(!isShorter || world.cut, 'a message is gone');
    must(new Set(messages.map(({ id }) => id)).size === messages.length, 'two messages have one id');
    for (const message of messages) {
      const seen = this.#seen.get(message.id);
      if (seen === message) continue;
      if (seen) this.#changed(seen, message, before);
      this.#seen.set(message.id, message);
      must(message.status === 'streaming' || !message.parts.some(isOpen), 'a message is done but for a part');
      this.texts(message);
    }
  }

  /** What a message says is what one run said, from its beginning, in order, once. */
  texts(message: UIMessage): void {
    if (message.role === 'user') return;
    const { runs } = this.#world;
    const texts = textsOf(message.parts);
    const known = runs.find(({ messageId }) => messageId === message.id);
    for (const run of known ? [known] : runs.filter(({ messageId }) => messageId === undefined)) {
      const count = run.transcript.match(texts);
      if (count === undefined) continue;
      if (count === 0 && !known) return;
      run.messageId = message.id;
      must(!run.ended || run.seen === 0 || count >= run.seen, 'a message says less than before');
      run.seen = count;
      return;
    }
    const isStored = this.#world.stored.has(message.id);
    must(isStored || texts.size === 0, `no run said ${JSON.stringify([...texts])}`);
  }

  #changed(before: UIMessage, after: UIMessage, shown: readonly UIMessage[]): void {
    const { touched, usage } = this.#world;
    // What happened to a version nobody looked at is not known.
    const isKnown = shown.some(({ id }) => id === after.id);
    must(
      before.createdAt === after.createdAt && before.role === after.role,
      'a message is another under the same id',
    );
    if (before.status === 'done') {
      must(
        (usage || !isKnown) && before.parts === after.parts && after.status === 'done',
        'a message changed that was done',
      );
      return;
    }
    for (const [index, part] of before.parts.entries()) {
      const now = after.parts[index];
      must(now?.type === part.type, 'a part is gone');
      if (now === part) continue;
      const name = nameOf(part);
      const isTouched = !isKnown || touched.has(name) || (!name.startsWith('stream') && touched.has(''));
      must(isTouched || (after.status === 'done' && isOpen(part)), `the part “${name}” changed untouched`);
    }
  }

  #legs(): void {
    const { legs, live } = this.#world;
    const open = legs.filter(({ stream, run }) => !stream.signal.aborted && !stream.over && !run.due);
    must(open.length <= 1, `${open.length} legs are live`);
    const leg = live?.legs.at(-1);
    must(!leg?.stream.signal.aborted || live?.due, 'a run goes on without its leg');
  }

  #approvals({ pendingApprovals, messages }: ChatSnapshot, settled: boolean): void {
    const shown = new Set<string>();
    const open = new Set<string>();
    const collect = (parts: readonly UIMessagePart[]): void => {
      for (const part of parts) {
        if (part.type === 'worker') collect(part.parts);
        if (part.type !== 'tool-call' || part.approval?.status !== 'pending') continue;
        const id = `${part.approval.approvalId} ${part.toolCallId}`;
        shown.add(id);
        if (part.status === 'pending' || part.status === 'running') open.add(id);
      }
    };
    const last = messages.at(-1);
    if (last?.status === 'streaming') collect(last.parts);
    const asked = pendingApprovals.map(({ approvalId, toolCallId }) => `${approvalId} ${toolCallId}`);
    must(
      asked.every((id) => shown.has(id)) && [...open].every((id) => asked.includes(id)),
      `permission is asked for ${asked} and shown for ${[...shown]}`,
    );
    if (!settled) return;
    const { moot } = this.#world;
    must(
      !pendingApprovals.some(({ args }) => moot.has(args)),
      'permission is asked for a worker that is done',
    );
  }

  #settled({ messages, queue, uploads, error }: ChatSnapshot): void {
    const world = this.#world;
    const { live } = world;
    const leg = live?.legs.at(-1);
    if (live && leg?.over && !leg.lost) {
      must(
        [...leg.calls.values()].some(({ answers }) => answers.length === 0),
        'everything is answered, and nothing is asked on',
      );
    }
    for (const run of world.runs) {
      const isShown = run.messageId !== undefined && messages.some(({ id }) => id === run.messageId);
      if (run === live && !run.loading) {
        must(run.seen === run.arrived, `${run.seen} of ${run.arrived} pieces are shown`);
      } else if (isShown) must(run.seen >= run.arrived, `${run.seen} of ${run.arrived} pieces are kept`);
    }
    const isUploading = world.uploads.length > 0;
    must(isUploading || uploads.length === 0, 'a file is shown as on its way');
    for (const call of world.calls) {
      const { what, state, run, refusal, excused, queued, withFiles } = call;
      if (state === 'rejected') {
        must(refusal !== 'never', `a ${what} is refused: ${call.error}`);
        if (call.run) must(false, `a ${what} that was asked rejects`);
        world.due = world.due.filter((due) => due.call !== call);
      } else if (state === 'resolved') {
        must(refusal !== 'certain' || excused, `a ${what} is not refused`);
        must(!run || run.ended, `a ${what} is over before its run`);
        const isDue = world.due.some((due) => due.call === call);
        must(!isDue || excused || world.nested > 0, `a ${what} is over and asked nothing`);
        if (isDue) world.certain = false;
        world.due = world.due.filter((due) => due.call !== call);
      } else if (run) must(!run.ended, `a ${what} is not over with its run`);
      else if (what === 'send' || what === 'retry' || what === 'edit') {
        must(
          queue.some(({ id }) => id === queued),
          `a ${what} is neither asked nor over`,
        );
      } else if (what === 'resume') must(live !== null, 'a resume is not over, and there is no run');
      else if (withFiles)
        must(isUploading || queued !== undefined, 'a send with files is neither asked nor over');
    }
    world.touched.clear();
    world.usage = false;
    world.nested = 0;
    world.cut = false;
    // What is over needs no second look.
    world.calls.splice(0, world.calls.length, ...world.calls.filter(({ state }) => state === 'pending'));
    must(error === null || !live?.heard, 'an error is shown while a run goes on');
  }
}

function must(holds: unknown, what: string): void {
  if (!holds) throw new Error(what);
}

function isOpen(part: UIMessagePart): boolean {
  if (part.type === 'worker' && part.parts.some(isOpen)) return true;
  return 'status' in part && ['streaming', 'pending', 'running'].includes(part.status);
}
