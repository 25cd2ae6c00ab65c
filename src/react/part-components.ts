import {
  type ComponentType,
  createElement,
  memo,
  type ReactNode,
  useMemo,
  useSyncExternalStore,
} from 'react';
import type { InteractiveTool } from '../core/client-tools.ts';
import type { UIDataPart, UIMessagePart, UIObjectPart, UIToolCallPart } from '../core/message.ts';
import { type PartSlot, PartSlots, type SlotNames } from '../elements/part-slots.ts';
import type { Renderers } from '../elements/renderers.ts';

type Drawing<Part> = ComponentType<{ readonly part: Part }>;

/** What the application's own components draw: the same groups as in `Renderers`. */
export interface PartComponents {
  readonly parts?:
    | {
        readonly [Type in UIMessagePart['type']]?:
          | Drawing<Extract<UIMessagePart, { type: Type }>>
          | undefined;
      }
    | undefined;
  /** Tool calls, by the name of the tool. */
  readonly tools?: Readonly<Record<string, Drawing<UIToolCallPart> | undefined>> | undefined;
  /** Objects, by their `typeName`. */
  readonly objects?: Readonly<Record<string, Drawing<UIObjectPart> | undefined>> | undefined;
  /** Data parts, by their name. */
  readonly data?: Readonly<Record<string, Drawing<UIDataPart> | undefined>> | undefined;
  /** What interactive client tools ask: the component calls `submit` or `cancel` of the tool. */
  readonly clientTools?:
    | Readonly<Record<string, ComponentType<{ readonly tool: InteractiveTool }>>>
    | undefined;
}

const NONE: readonly PartSlot[] = [];
const none = () => NONE;

/**
 * Draws parts with components of the application: `renderers` is for the outermost element, `children` go into it.
 * They stand in the page's own tree, so that its styles and contexts reach them, and keep their state while the part
 * streams. Which names there are is what matters: other components for the same names are simply drawn.
 */
export function usePartComponents(components: PartComponents = {}): {
  readonly renderers: Renderers;
  readonly children: ReactNode;
} {
  const names = JSON.stringify(namesOf(components));
  const slots = useMemo(() => new PartSlots(JSON.parse(names) as SlotNames), [names]);
  const shown = useSyncExternalStore(slots.subscribe, slots.getSnapshot, none);
  const children = shown.map(({ key, slot, group, name, part }) => {
    const drawings = components[group] as Readonly<Record<string, AnyComponent>> | undefined;
    const component = drawings?.[name];
    return (
      component && createElement(Slotted, { key, slot, component, part, isTool: group === 'clientTools' })
    );
  });
  return { renderers: slots.renderers, children };
}

type AnyComponent = ComponentType<{ readonly part?: PartSlot['part']; readonly tool?: PartSlot['part'] }>;

interface SlottedProps {
  readonly slot: string;
  readonly component: AnyComponent;
  readonly part: PartSlot['part'];
  readonly isTool: boolean;
}

/** Drawn anew when its own part changes, not when another does. */
const Slotted = memo(function Slotted({ slot, component, part, isTool }: SlottedProps) {
  return createElement('div', { slot }, createElement(component, isTool ? { tool: part } : { part }));
});

const GROUPS = [
  'parts',
  'tools',
  'objects',
  'data',
  'clientTools',
] as const satisfies (keyof PartComponents)[];

/** The same for the same names, in whichever order they are said. A name without a component says nothing. */
function namesOf(components: PartComponents): SlotNames {
  const names = GROUPS.map((group) => {
    const named = Object.entries(components[group] ?? {});
    return [group, named.flatMap(([name, component]) => (component ? [name] : [])).sort()];
  });
  return Object.fromEntries(names) as SlotNames;
}
