import '../../.storybook/preview.css';
import { setProjectAnnotations } from '@storybook/web-components-vite';
import { defineElements } from 'agent-chat-kit/elements';
import axe, { type RunOptions } from 'axe-core';
import { composeStory } from 'storybook/preview-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import preview from '../../.storybook/preview.ts';

interface StoryModule {
  readonly default: { readonly title: string; readonly component: string };
  readonly [story: string]: object;
}

const modules = import.meta.glob<StoryModule>('../../stories/*.stories.ts', { eager: true });

const project = setProjectAnnotations(preview);

const stories = Object.values(modules).flatMap(({ default: meta, ...named }) =>
  Object.entries(named).map(([name, story]) => ({
    name: `${meta.title}/${name}`,
    run: composeStory(story, meta, project, {}, name).run,
  })),
);

const AXE: RunOptions = {
  resultTypes: ['violations'],
  rules: {
    // A story is a piece of a page: landmarks, a heading and a title are what the page around it has.
    region: { enabled: false },
    'landmark-one-main': { enabled: false },
    'page-has-heading-one': { enabled: false },
    'document-title': { enabled: false },
    'html-has-lang': { enabled: false },
  },
};

/** What axe does at the moment: a test that took too long leaves it at work. */
let looking: Promise<unknown> = Promise.resolve();

/** What axe finds wrong in the page, in short. */
async function violations(look = ''): Promise<string[]> {
  await looking.catch(() => {});
  // Forced colours are drawn, but what styles compute to are still the colours of the page; right to left has those
  // that were looked at before.
  const contrast = { enabled: look !== 'forced colours' && look !== 'right to left' };
  const result = axe.run(document.body, { ...AXE, rules: { ...AXE.rules, 'color-contrast': contrast } });
  looking = result;
  const { violations } = await result;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary}`),
  );
}

const elementsIn = (root: ParentNode): Element[] =>
  [...root.querySelectorAll('*')].flatMap((element) => [
    element,
    ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
  ]);

/** Until a conversation has come to its end or waits for a person; long ones are looked at while they stream. */
async function settled(): Promise<void> {
  const chats = document.querySelectorAll('agent-chat');
  const streaming = () =>
    [...chats].some(({ chat }) => chat?.status === 'streaming' && chat.pendingApprovals.length === 0);
  const end = performance.now() + 1_500;
  while (streaming() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const element of elementsIn(document)) if ('updateComplete' in element) await element.updateComplete;
}

/** Colours half way between two schemes are nobody's. */
function finishTransitions(): void {
  for (const element of elementsIn(document)) {
    for (const animation of element.getAnimations())
      if (animation instanceof CSSTransition || animation.effect?.getTiming().iterations === 1)
        animation.finish();
  }
}

const complaints: unknown[] = [];
const complain = (...words: unknown[]) => void complaints.push(words);
const complainOf = (event: ErrorEvent | PromiseRejectionEvent) =>
  complain('reason' in event ? event.reason : event.message);

beforeEach(() => {
  complaints.length = 0;
  vi.spyOn(console, 'error').mockImplementation(complain);
  vi.spyOn(console, 'warn').mockImplementation(complain);
  addEventListener('error', complainOf);
  addEventListener('unhandledrejection', complainOf);
});

afterEach(async () => {
  removeEventListener('error', complainOf);
  removeEventListener('unhandledrejection', complainOf);
  vi.restoreAllMocks();
  document.body.replaceChildren();
  document.documentElement.removeAttribute('style');
  document.documentElement.removeAttribute('dir');
  await forceColours(false);
});

/** With the few colours that the reader's system has. */
async function forceColours(isForced: boolean): Promise<void> {
  const features = isForced ? [{ name: 'forced-colors', value: 'active' }] : [];
  await cdp().send('Emulation.setEmulatedMedia', { features });
}

/** The ways in which a story is looked at. */
const LOOKS: Readonly<Record<string, () => Promise<void> | void>> = {
  light: () => void document.documentElement.style.setProperty('color-scheme', 'light'),
  dark: () => void document.documentElement.style.setProperty('color-scheme', 'dark'),
  'right to left': () => {
    document.documentElement.dir = 'rtl';
  },
  'forced colours': () => forceColours(true),
};

describe.each(stories)('$name', ({ run }) => {
  it('is shown without a complaint, and is accessible however it is looked at', async () => {
    await run();
    await settled();
    for (const element of elementsIn(document))
      if (element instanceof HTMLDetailsElement) element.open = true;
    await settled();
    for (const [name, look] of Object.entries(LOOKS)) {
      await look();
      finishTransitions();
      expect(await violations(name), name).toEqual([]);
    }
    expect(elementsIn(document.body).length).toBeGreaterThan(1);
    expect(complaints).toEqual([]);
  });
});

it('every element has a story', () => {
  const shown = new Set(Object.values(modules).map(({ default: { component } }) => component));
  expect([...shown].sort()).toEqual(Object.keys(defineElements()).sort());
});

it('what is hard to read or has no name would be found, also inside of elements and in the dark', async () => {
  document.documentElement.style.colorScheme = 'dark';
  const text = Object.assign(document.createElement('agent-text'), {
    data: { type: 'text', text: 'Hard to read', status: 'done' },
  });
  text.style.setProperty('--agent-chat-ink', '#444');
  document.body.append(text, Object.assign(document.createElement('agent-composer'), { placeholder: '' }));
  await settled();
  const found = await violations();
  expect(found.map((line) => line.split(':')[0]).sort()).toEqual(['color-contrast', 'label']);
});
