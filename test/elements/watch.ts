import { vi } from 'vitest';

/** What is said in the console, or thrown where nobody catches it, from now on until its end. Each thing once. */
export class Complaints {
  readonly #heard = new WeakSet<object>();
  #words: string[] = [];
  readonly #hearEvent = (event: ErrorEvent | PromiseRejectionEvent) =>
    this.hear('reason' in event ? event.reason : (event.error ?? event.message));

  constructor() {
    vi.spyOn(console, 'error').mockImplementation(this.hear);
    vi.spyOn(console, 'warn').mockImplementation(this.hear);
    addEventListener('error', this.#hearEvent);
    addEventListener('unhandledrejection', this.#hearEvent);
  }

  hear = (...words: readonly unknown[]): void => {
    // The runner tells of the event that was heard already; Lit throws the error of one update again with the next.
    const isKnown = (word: unknown) =>
      word instanceof Event || (typeof word === 'object' && word !== null && this.#heard.has(word));
    if (words.some(isKnown)) return;
    for (const word of words) if (typeof word === 'object' && word !== null) this.#heard.add(word);
    this.#words.push(words.map(String).join(' '));
  };

  /** What was heard since it was last asked. */
  take(): readonly string[] {
    const taken = this.#words;
    this.#words = [];
    return taken;
  }

  end(): void {
    removeEventListener('error', this.#hearEvent);
    removeEventListener('unhandledrejection', this.#hearEvent);
    vi.restoreAllMocks();
  }
}

type Listener = EventListenerOrEventListenerObject;
type Options = boolean | AddEventListenerOptions;

const asObject = (options: Options = {}): AddEventListenerOptions =>
  typeof options === 'object' ? options : { capture: options };

const OBSERVERS = [ResizeObserver, IntersectionObserver, MutationObserver] as const;

/** Counts who listens to the page and who observes elements, from now on until its end. Holds on to none of them. */
export class Watch {
  readonly #counts = new Map<string, number>();
  readonly #ends: (() => void)[] = [];

  constructor() {
    this.#watchListeners();
    for (const observer of OBSERVERS) this.#watchObserver(observer.name, observer.prototype);
  }

  /** Who is still there. */
  left(): string[] {
    return [...this.#counts].filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`);
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  #count(name: string, change: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + change);
  }

  /** Elements, which go with their listeners, are not of the page; what outlives them is. */
  #watchListeners(): void {
    const watched = new WeakMap<object, Set<string>>();
    const nameOf = (target: EventTarget, type: string, capture: boolean) =>
      target instanceof Element && target !== document.documentElement && target !== document.body
        ? null
        : `${target.constructor.name} ${type}${capture ? ' captured' : ''}`;
    const added = (
      target: EventTarget,
      type: string,
      listener: Listener,
      options: AddEventListenerOptions,
    ) => {
      const { capture = false, once = false, signal } = options;
      const name = nameOf(target, type, capture);
      const names = watched.get(listener) ?? new Set();
      if (!name || once || signal?.aborted || target instanceof AbortSignal || names.has(name)) return;
      watched.set(listener, names.add(name));
      this.#count(name, 1);
      signal?.addEventListener('abort', () => removed(target, type, listener, capture), { once: true });
    };
    const removed = (target: EventTarget, type: string, listener: Listener, capture: boolean) => {
      const name = nameOf(target, type, capture);
      if (name && watched.get(listener)?.delete(name)) this.#count(name, -1);
    };
    // The runner has put functions of its own on the window.
    for (const owner of [
      EventTarget.prototype,
      ...(Object.hasOwn(window, 'addEventListener') ? [window] : []),
    ]) {
      const { addEventListener: add, removeEventListener: remove } = owner;
      owner.addEventListener = function (type: string, listener: Listener | null, options?: Options) {
        add.call(this, type, listener, options);
        if (listener) added(this ?? window, type, listener, asObject(options));
      };
      owner.removeEventListener = function (type: string, listener: Listener | null, options?: Options) {
        remove.call(this, type, listener, options);
        if (listener) removed(this ?? window, type, listener, asObject(options).capture ?? false);
      };
      this.#ends.push(() => Object.assign(owner, { addEventListener: add, removeEventListener: remove }));
    }
  }

  #watchObserver(name: string, prototype: (typeof OBSERVERS)[number]['prototype']): void {
    const { observe, disconnect } = prototype;
    const observed = new WeakMap<object, WeakSet<Node>>();
    const totals = new WeakMap<object, number>();
    const change = (observer: object, by: number) => {
      totals.set(observer, (totals.get(observer) ?? 0) + by);
      this.#count(name, by);
    };
    prototype.observe = function (
      this: MutationObserver & ResizeObserver,
      target: Node & Element,
      options?: object,
    ) {
      Reflect.apply(observe, this, [target, options]);
      const targets = observed.get(this) ?? new WeakSet();
      if (!targets.has(target)) change(this, 1);
      observed.set(this, targets.add(target));
    };
    prototype.disconnect = function () {
      disconnect.call(this);
      observed.delete(this);
      change(this, -(totals.get(this) ?? 0));
    };
    this.#ends.push(() => Object.assign(prototype, { observe, disconnect }));
    if (!('unobserve' in prototype)) return;
    const { unobserve } = prototype;
    prototype.unobserve = function (target) {
      unobserve.call(this, target);
      if (observed.get(this)?.delete(target)) change(this, -1);
    };
    this.#ends.push(() => Object.assign(prototype, { unobserve }));
  }
}
