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

/**
 * Lets a framework draw parts with its own components: as children of `<agent-chat>`, in the page's own tree, where
 * its styles, events and state work as everywhere. Give `renderers` to the element, and draw one child for each slot
 * of the snapshot.
 */
export class PartSlots {
  readonly renderers: Renderers;
  readonly #prefix: string;
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
    const slot = `${this.#prefix}${key}`;
    if (this.#slots.get(key)?.part !== part) this.#put(key, { key, slot, group, name, part });
    const place = (this.#places.get(key) ?? document.createElement('agent-slot')) as AgentSlot;
    this.#places.set(key, place);
    place.name = slot;
    place.onGone = () => {
      this.#places.delete(key);
      this.#put(key, undefined);
    };
    return place;
  }
  readonly #places = new Map<string, AgentSlot>();

  #put(key: string, slot: PartSlot | undefined): void {
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
  onGone: (() => void) | undefined;
}

function defineSlot(): void {
  if (typeof customElements === 'undefined' || customElements.get('agent-slot')) return;
  customElements.define(
    'agent-slot',
    class extends HTMLElement implements AgentSlot {
      name = '';
      onGone: (() => void) | undefined;
      #chain: Element[] = [];

      connectedCallback(): void {
        this.style.display = 'contents';
        this.#cut();
        this.#chain = [this.#slot(this, false)];
        let root = this.getRootNode();
        while (root instanceof ShadowRoot) {
          const { host } = root;
          root = host.getRootNode();
          const isOutermost = !(root instanceof ShadowRoot && root.host.localName.startsWith('agent-'));
          if (isOutermost) return;
          this.#chain.push(this.#slot(host, true));
        }
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
        parent.append(slot);
        return slot;
      }

      #cut(): void {
        for (const slot of this.#chain) slot.remove();
      }
    },
  );
}
