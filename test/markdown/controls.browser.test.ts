import { afterEach, describe, expect, it } from 'vitest';
import 'agent-chat-kit/elements';
import type { AgentMarkdown } from 'agent-chat-kit/elements';

const LINES = 150;
const code = Array.from({ length: LINES }, (_, index) => `const line${index + 1} = ${index};`);

afterEach(() => document.body.replaceChildren());

async function shown(text: string, streaming = false) {
  const element = document.createElement('agent-markdown') as AgentMarkdown;
  element.text = text;
  element.streaming = streaming;
  document.body.append(element);
  const root = element.shadowRoot as ShadowRoot;
  const button = (label: string): HTMLButtonElement | undefined =>
    [...root.querySelectorAll('button')].find(({ textContent }) => textContent === label);
  await expect.poll(() => button('Lines')).toBeDefined();
  const numbers = (): number => root.querySelector('.numbers')?.textContent?.trim().split('\n').length ?? 0;
  return { element, root, numbers, press: (label: string) => button(label)?.click(), button };
}

describe('the numbers of lines', () => {
  it('stand beside their lines, also of long code that has colours', async () => {
    const { root, press, numbers } = await shown(`\`\`\`ts\n${code.join('\n')}\n\`\`\``);
    await expect.poll(() => root.querySelectorAll('.token-keyword').length).toBeGreaterThan(LINES / 2);
    expect(root.querySelector('.numbers')).toBe(null);
    press('Lines');
    expect(numbers()).toBe(LINES);
    const gutter = root.querySelector('.numbers') as HTMLElement;
    const pre = root.querySelector('pre code') as HTMLElement;
    const boxes = [gutter.getBoundingClientRect(), pre.getBoundingClientRect()] as const;
    expect(boxes[0].top).toBeCloseTo(boxes[1].top, 0);
    expect(boxes[0].right).toBeLessThanOrEqual(boxes[1].left + 1);
    expect(Math.abs(boxes[0].height - boxes[1].height)).toBeLessThan(20);
    const line = [...pre.querySelectorAll('.token-keyword')].at(20) as Element;
    const range = document.createRange();
    const text = gutter.firstElementChild?.firstChild as Text;
    const at = text.data.indexOf('21\n');
    range.setStart(text, at);
    range.setEnd(text, at + 2);
    expect(Math.abs(range.getBoundingClientRect().top - line.getBoundingClientRect().top)).toBeLessThan(3);
    press('Lines');
    expect(getComputedStyle(gutter).display).toBe('none');
  });

  it.each([12, 100])('take no more room than %i lines where nobody sees them', async (count) => {
    const above = document.createElement('div');
    above.style.blockSize = '10000px';
    document.body.append(above);
    const { root, press } = await shown(`\`\`\`\n${code.slice(0, count).join('\n')}\n\`\`\``);
    press('Lines');
    const gutter = root.querySelector('.numbers') as HTMLElement;
    // Those in boxes of their own are laid out when they are seen.
    const lines = count * 0.8125 * 1.6 * 16;
    const boxes = [...gutter.children].map((box) => box.getBoundingClientRect().height);
    expect(boxes.reduce((sum, height) => sum + height, 0)).toBeLessThan(lines + 2);
  });

  it('are no part of the code, nor of what is selected', async () => {
    const { root, press } = await shown('```\none\ntwo\n```');
    press('Lines');
    expect(root.querySelector('code')?.textContent).toBe('one\ntwo\n');
    const gutter = root.querySelector('.numbers') as HTMLElement;
    expect(getComputedStyle(gutter).userSelect).toBe('none');
    expect(gutter.ariaHidden).toBe('true');
    expect(gutter.dataset['chrome']).toBe('numbers');
  });

  it('are off where lines are wrapped, and lines are not wrapped where they are on', async () => {
    const { root, press, button } = await shown('```\none\n```');
    const pre = root.querySelector('pre') as HTMLElement;
    press('Wrap');
    press('Lines');
    expect(pre.className).toBe('numbered');
    expect(button('Wrap')?.ariaPressed).toBe('false');
    press('Wrap');
    expect(pre.className).toBe('wrapped');
    expect(button('Lines')?.ariaPressed).toBe('false');
  });

  it('go on while code arrives', async () => {
    const { element, press, numbers } = await shown('```ts\none\ntwo', true);
    press('Lines');
    expect(numbers()).toBe(2);
    element.append(`\n${code.join('\n')}`);
    await expect.poll(numbers).toBe(LINES + 2);
  });
});

describe('another view of the same text', () => {
  it('leaves no listener of the one before', async () => {
    const { element, root, press } = await shown('![a](https://image.invalid/x.png)\n\n```\na\n```');
    const content = root.querySelector('.content') as HTMLElement;
    const taken: unknown[] = [];
    const remove = content.removeEventListener.bind(content);
    content.removeEventListener = (...args: Parameters<typeof remove>) => {
      taken.push(args[0]);
      remove(...args);
    };
    element.math = true;
    await element.updateComplete;
    expect(taken).toEqual(['click']);
    press('Wrap');
  });
});
