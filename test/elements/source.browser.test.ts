import 'agent-chat-kit/elements';
import type { UISourcePart } from 'agent-chat-kit';
import type { AgentSource } from 'agent-chat-kit/elements';
import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';

const LINK: UISourcePart = {
  type: 'source',
  sourceType: 'url',
  id: 's',
  url: 'https://handbook.example.org/transport?section=2#events',
  title: 'Server-sent events',
};
const DOCUMENT: UISourcePart = {
  type: 'source',
  sourceType: 'document',
  id: 's',
  title: 'Minutes',
  filename: 'minutes.pdf',
  mediaType: 'application/pdf',
};

const root = (element: Element): ShadowRoot => element.shadowRoot as ShadowRoot;
const chip = (element: Element) => root(element).querySelector<HTMLElement>('[part="source"]') as HTMLElement;
const card = (element: Element) => root(element).querySelector<HTMLElement>('[part="preview"]');
const words = (node: Element | null) => (node?.textContent ?? '').replace(/\s+/g, ' ').trim();

async function show(data: unknown, number?: number): Promise<AgentSource> {
  const element = Object.assign(document.createElement('agent-source'), { data, number });
  document.body.append(element);
  await element.updateComplete;
  return element as AgentSource;
}

async function open(element: AgentSource): Promise<HTMLElement> {
  chip(element).focus();
  await expect.poll(() => card(element)).not.toBeNull();
  return card(element) as HTMLElement;
}

/** Something else that can have the pointer or the focus. */
function elsewhere(): HTMLButtonElement {
  const button = document.createElement('button');
  button.textContent = 'Elsewhere';
  button.style.cssText = 'position: fixed; inset-block-end: 0; inset-inline-end: 0';
  document.body.append(button);
  return button;
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('the chip of a source', () => {
  it('has its number, its title and its host', async () => {
    const element = await show(LINK, 3);
    expect(words(chip(element))).toMatch(
      /^3 ?Server-sent events handbook\.example\.org \(opens in a new tab\)$/,
    );
    element.number = undefined;
    await element.updateComplete;
    expect(words(chip(element))).toMatch(/^Server-sent events/);
  });

  it('shows the end of a long host, which says whose it is', async () => {
    const element = await show({ ...LINK, url: `https://bank.example.${'a.'.repeat(60)}attacker.example/` });
    const host = root(element).querySelector('.host')?.textContent ?? '';
    expect(host.startsWith('…')).toBe(true);
    expect(host.endsWith('.attacker.example')).toBe(true);
    expect(host.length).toBe(33);
  });

  it('shows the real host of one that looks like another, and what hides in a title', async () => {
    const element = await show({ ...LINK, url: 'https://\u0430pple.com/', title: 'apple.com\u202E' });
    expect(words(chip(element))).toContain('apple.com⟨U+202E⟩ xn--pple-43d.com');
  });
});

describe('the card of a source', () => {
  it('tells the title, the host and the whole address while the focus is there', async () => {
    const element = await show(LINK);
    const shown = await open(element);
    expect(words(shown)).toBe(`Server-sent events handbook.example.org ${LINK.url}`);
    expect(chip(element).getAttribute('aria-describedby')).toBe(shown.id);
    expect(shown.role).toBe('tooltip');
    await userEvent.click(elsewhere());
    await expect.poll(() => card(element)).toBeNull();
  });

  it('goes where the pointer leaves and takes the focus with it', async () => {
    const element = await show(LINK);
    await userEvent.hover(chip(element));
    await open(element);
    const button = elsewhere();
    // Sooner than the card would go by itself.
    element.dispatchEvent(new PointerEvent('pointerleave'));
    button.focus();
    await expect.poll(() => card(element)).toBeNull();
    await userEvent.hover(button);
  });

  it('stands in view beside the source, above everything else', async () => {
    const element = await show(LINK);
    for (const place of [
      'inset-block-start: 0; inset-inline-start: 0',
      'inset-block-end: 0; inset-inline-end: 0',
    ]) {
      element.style.cssText = `position: fixed; ${place}`;
      const shown = await open(element);
      const box = shown.getBoundingClientRect();
      const source = chip(element).getBoundingClientRect();
      expect(shown.matches(':popover-open')).toBe(true);
      expect(
        box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
        place,
      ).toBe(true);
      expect(box.top >= source.bottom || box.bottom <= source.top, place).toBe(true);
      chip(element).blur();
      await expect.poll(() => card(element)).toBeNull();
    }
  });

  it('names the file and the type of a document, which can be reached by keyboard', async () => {
    const element = await show(DOCUMENT);
    await userEvent.tab();
    expect(root(element).activeElement).toBe(chip(element));
    await expect.poll(() => words(card(element))).toBe('Minutes minutes.pdf · application/pdf');
  });

  it('closes with Escape, which goes no further, and stays closed until the reader comes back', async () => {
    const element = await show(LINK);
    const heard: string[] = [];
    const hear = ({ key }: KeyboardEvent) => void heard.push(key);
    addEventListener('keydown', hear);
    await open(element);
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => card(element)).toBeNull();
    expect(root(element).activeElement).toBe(chip(element));
    await userEvent.keyboard('{Escape}');
    expect(heard).toEqual(['Escape']);
    removeEventListener('keydown', hear);
    elsewhere().focus();
    await open(element);
  });

  it('opens under the pointer and stays while the pointer is on it', async () => {
    const element = await show(LINK);
    await userEvent.hover(chip(element));
    await expect.poll(() => card(element)).not.toBeNull();
    const left = new Promise((resolve) => element.addEventListener('pointerleave', resolve, { once: true }));
    await userEvent.hover(card(element) as HTMLElement);
    expect((card(element) as HTMLElement).matches(':hover')).toBe(true);
    // Longer than it stays without the pointer.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(card(element)).not.toBeNull();
    await userEvent.hover(elsewhere());
    await left;
    await expect.poll(() => card(element)).toBeNull();
  });

  it('writes out what hides in an address, and says how much of a long one is left out', async () => {
    const hidden = await open(await show({ ...LINK, sourceType: 'document', url: 'script:\u202Ex' }));
    expect(words(hidden)).toContain('script:⟨U+202E⟩x');
    document.body.replaceChildren();
    const long = await open(await show({ ...LINK, url: `https://example.org/${'a'.repeat(5_000)}` }));
    expect(words(long)).toMatch(/a… \(\+4020\)$/);
  });

  it('marks a host that is not written as it is', async () => {
    const element = await show({ ...LINK, url: 'https://\u0430pple.com/' });
    const shown = await open(element);
    expect(shown.querySelector('svg.waiting')).not.toBeNull();
    expect(words(shown)).toContain('xn--pple-43d.com https://xn--pple-43d.com/');
  });

  it('goes with its element, and nothing of the source is ever asked for', async () => {
    const before = performance.getEntriesByType('resource').length;
    const element = await show(LINK);
    await open(element);
    element.remove();
    await element.updateComplete;
    document.body.append(element);
    await element.updateComplete;
    expect(card(element)).toBeNull();
    const asked = performance.getEntriesByType('resource').slice(before);
    expect(asked.filter(({ name }) => new URL(name).origin !== location.origin)).toEqual([]);
    expect(root(element).querySelectorAll('img, link, iframe').length).toBe(0);
  });

  it.each([
    ['title', 42],
    ['url', { of: 'another kind' }],
    ['filename', []],
    ['mediaType', null],
  ])('does not fail where the %s is %j', async (name, wrong) => {
    const element = await show({ ...LINK, [name]: wrong });
    const shown = await open(element);
    expect(words(shown)).not.toMatch(/\[object|42|null|undefined/);
  });
});
