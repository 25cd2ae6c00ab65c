import type { InteractiveTool } from '../core/client-tools.ts';
import type { UIMessagePart } from '../core/message.ts';
import type { PartRenderer, Renderers } from './renderers.ts';

/** What a framework draws, by name: the same groups as in `Renderers`. */
export type SlotNames = { readonly [Group in keyof Renderers]?: readonly string[] };

/** A place in the conversation that waits for what the framework draws. */
export interface PartSlot {
  readonly key: string;
  /** For the `slot` attribute of the element that fills it, which is a child of the outermost `agent-` element. */
  readonly slot: string;
  readonly group: keyof Renderers;
  readonly name: string;
  /** What is to be drawn: a part, or in the group `clientTools` what waits for the user. */
  readonly part: UIMessagePart | InteractiveTool;
}

const NONE: readonly PartSlot[] = Object.freeze([]);
let made = 0;

/** Elements of this library that parts are drawn in. */
const HOSTS: ReadonlySet<string> = new Set([
  'agent-chat',
  'agent-message-list',
  'agent-message',
  'agent-worker',
]);

/**
 * Lets a framework draw parts with its own components: as children of `<agent-chat>`, in the page's own tree, where
 * its styles, events and state work as everywhere. Give `renderers` to one element, and draw one child of it for each
 * slot of the snapshot.
 */
export class PartSlots {
  readonly renderers: Renderers;
  readonly #prefix: string;
  /** Those in the page, and those that are about to come there. */
  readonly #places = new Map<string, AgentSlot>();
  readonly #slots = new Map<string, PartSlot>();
  readonly #listeners = new Set<() => void>();
  #snapshot = NONE;
  #isStale = false;

  constructor(names: SlotNames) {
    defineSlot();
    made += 1;
    this.#prefix = `agent-part-${made}-`;
    const group = (name: keyof Renderers) =>
      Object.fromEntries((names[name] ?? []).map((key) => [key, this.#renderer(name, key)])) as Record<
        string,
        PartRenderer
      >;
    this.renderers = {
      parts: group('parts'),
      tools: group('tools'),
      objects: group('objects'),
      data: group('data'),
      clientTools: Object.fromEntries(
        (names.clientTools ?? []).map((name) => [
          name,
          (tool: InteractiveTool) => this.#fill('clientTools', name, `tool:${tool.toolCallId}`, tool),
        ]),
      ),
    };
  }

  /** The slots that are in the page. The same array until one of them changes. */
  readonly getSnapshot = (): readonly PartSlot[] => {
    return this.#snapshot;
  };

  /** Calls back when the snapshot is another. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #renderer(group: keyof Renderers, name: string): PartRenderer {
    return (part, { key }) => this.#fill(group, name, key, part);
  }

  #fill(group: keyof Renderers, name: string, key: string, part: PartSlot['part']): Node {
    const place = this.#places.get(key) ?? this.#place(key);
    const { shown } = place;
    if (shown?.part !== part || shown.name !== name || shown.group !== group)
      place.shown = { key, slot: place.name, group, name, part };
    if (place.isConnected) this.#put(key, place.shown);
    return place;
  }

  /** What is drawn of a message is kept while another version is shown, and comes back as the same place. */
  #place(key: string): AgentSlot {
    const place = document.createElement('agent-slot') as AgentSlot;
    place.name = `${this.#prefix}${key}`;
    place.onCome = () => {
      this.#places.set(key, place);
      this.#put(key, place.shown);
    };
    place.onGone = () => {
      if (this.#places.get(key) !== place) return;
      this.#places.delete(key);
      this.#put(key, undefined);
    };
    this.#places.set(key, place);
    return place;
  }

  #put(key: string, slot: PartSlot | undefined): void {
    if (this.#slots.get(key) === slot) return;
    if (slot) this.#slots.set(key, slot);
    else this.#slots.delete(key);
    if (this.#isStale) return;
    this.#isStale = true;
    // Many parts are drawn in one go, and frameworks want no news while something else is being drawn.
    queueMicrotask(() => {
      this.#isStale = false;
      this.#snapshot = [...this.#slots.values()];
      for (const listener of this.#listeners) listener();
    });
  }
}

/** The place of a part: a slot, handed through every shadow tree up to the outermost element of this library. */
interface AgentSlot extends HTMLElement {
  name: string;
  shown: PartSlot | undefined;
  onCome: (() => void) | undefined;
  onGone: (() => void) | undefined;
}

function defineSlot(): void {
  if (typeof customElements === 'undefined' || customElements.get('agent-slot')) return;
  customElements.define(
    'agent-slot',
    class extends HTMLElement implements AgentSlot {
      name = '';
      shown: PartSlot | undefined;
      onCome: (() => void) | undefined;
      onGone: (() => void) | undefined;
      #chain: Element[] = [];

      connectedCallback(): void {
        this.style.display = 'contents';
        this.#cut();
        this.#chain = [this.#slot(this, false)];
        for (let host = hostOf(this); host && isInside(host); host = hostOf(host))
          this.#chain.push(this.#slot(host, true));
        this.onCome?.();
      }

      disconnectedCallback(): void {
        // Moving disconnects and connects at once.
        queueMicrotask(() => {
          if (this.isConnected) return;
          this.#cut();
          this.onGone?.();
        });
      }

      #slot(parent: Element, isHandedOn: boolean): Element {
        const slot = document.createElement('slot');
        slot.name = this.name;
        if (isHandedOn) slot.slot = this.name;
        // Styles of the shadow tree that it stands in are meant for slots of its own.
        slot.style.display = 'contents';
        parent.append(slot);
        return slot;
      }

      #cut(): void {
        for (const slot of this.#chain) slot.remove();
        this.#chain = [];
      }
    },
  );
}

/** Whether there is an element further out that takes the children. A chat is the outermost, wherever it stands. */
function isInside(host: Element): boolean {
  return host.localName !== 'agent-chat' && HOSTS.has(hostOf(host)?.localName ?? '');
}

function hostOf(element: Element): Element | undefined {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}
