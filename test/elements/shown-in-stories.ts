import '../../.storybook/preview.css';
import { setProjectAnnotations } from '@storybook/web-components-vite';
import { defineElements } from 'agent-chat-kit/elements';
import type { LitElement } from 'lit';
import { composeStory } from 'storybook/preview-api';
import preview from '../../.storybook/preview.ts';

export type Tag = keyof ReturnType<typeof defineElements>;

interface StoryModule {
  readonly default: { readonly title: string; readonly component: Tag };
  readonly [story: string]: object;
}

const modules = import.meta.glob<StoryModule>('../../stories/*.stories.ts', { eager: true });
const project = setProjectAnnotations(preview);
const stories = Object.values(modules)
  // Other colours show no other parts.
  .filter(({ default: { title } }) => title !== 'Theming')
  .flatMap(({ default: meta, ...named }) =>
    Object.entries(named).map(([name, story]) => ({
      name,
      tag: meta.component,
      run: composeStory(story, meta, project, {}, name).run,
    })),
  );

/** How long one story is watched. Milliseconds. */
const WATCHED = 3_000;
/** A story in which nothing new has shown for so long is over. Milliseconds. */
const QUIET = 250;

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every element below a root, also inside of others. */
export const elementsIn = (root: ParentNode): Element[] =>
  [...root.querySelectorAll('*')].flatMap((element) => [
    element,
    ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
  ]);

/** What the elements were seen to render, by their tags. */
export class Seen {
  readonly #parts = new Map<string, Set<string>>();
  readonly #slots = new Map<string, Set<string>>();

  parts(tag: Tag): string[] {
    return [...(this.#parts.get(tag) ?? [])].sort();
  }

  slots(tag: Tag): string[] {
    return [...(this.#slots.get(tag) ?? [])].sort();
  }

  /** Looks at every element of the page. Says whether it saw anything new. */
  look(): boolean {
    let isNew = false;
    const note = (where: Map<string, Set<string>>, tag: string, name: string) => {
      const names = where.get(tag) ?? new Set();
      if (!names.has(name)) isNew = true;
      where.set(tag, names.add(name));
    };
    for (const { localName, shadowRoot } of elementsIn(document)) {
      for (const element of shadowRoot?.querySelectorAll('[part]') ?? [])
        for (const part of element.part) note(this.#parts, localName, part);
      for (const slot of shadowRoot?.querySelectorAll('slot') ?? []) note(this.#slots, localName, slot.name);
    }
    return isNew;
  }

  /** Until what is in the page has come to rest, with everything open that can be opened. */
  async watch(): Promise<void> {
    const end = performance.now() + WATCHED;
    for (let quiet = 0; quiet < QUIET && performance.now() < end; quiet += 20) {
      const chats = [...document.querySelectorAll('agent-chat')];
      const goesOn = chats.some(({ chat }) => chat?.status === 'streaming' && !chat.pendingApprovals.length);
      if (this.look() || goesOn) quiet = 0;
      for (const element of elementsIn(document))
        if (element instanceof HTMLDetailsElement) element.open = true;
      // What comes on demand may take its time.
      await Promise.allSettled(
        elementsIn(document).map((element) => 'updateComplete' in element && element.updateComplete),
      );
      await pause(20);
    }
  }
}

/** Shows all stories, one after the other. */
export async function seenInStories(): Promise<Seen> {
  const seen = new Seen();
  for (const { run } of stories) {
    await run();
    await seen.watch();
    document.body.replaceChildren();
  }
  return seen;
}

/** What a story gives to its element. */
export async function propertiesIn(tag: Tag, name?: string): Promise<Readonly<Record<string, unknown>>> {
  const story = stories.find((other) => other.tag === tag && (name === undefined || other.name === name));
  if (!story) throw new Error(`There is no story ${name ?? ''} of ${tag}.`);
  await story.run();
  const element = document.body.querySelector<LitElement>(tag);
  const { elementProperties } = defineElements()[tag] as typeof LitElement;
  const names = [...elementProperties]
    .filter(([, { state }]) => !state)
    .map(([property]) => String(property));
  const properties = Object.fromEntries(
    names.map((property) => [property, Reflect.get(element ?? {}, property)]),
  );
  document.body.replaceChildren();
  return properties;
}
