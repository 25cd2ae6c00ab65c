import { type UseAutoScrollReturn, useAutoScroll } from 'agent-chat-kit/react';
import { act, useEffect } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';

let root: Root;
let container: HTMLElement;
let scroll: UseAutoScrollReturn;

function List({ lines }: { lines: number }) {
  scroll = useAutoScroll();
  const { scrollRef, handleScroll, scrollOnUpdate } = scroll;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line is an update
  useEffect(scrollOnUpdate, [lines, scrollOnUpdate]);
  return (
    <div ref={scrollRef} onScroll={handleScroll} style={{ height: 200, overflow: 'auto' }}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <p key={line} style={{ height: 40, margin: 0 }}>
          {line}
        </p>
      ))}
    </div>
  );
}

const element = () => container.firstElementChild as HTMLElement;
const distance = () => element().scrollHeight - element().scrollTop - element().clientHeight;
const show = (lines: number) => act(async () => root.render(<List lines={lines} />));
const scrollTo = async (top: number) => {
  element().scrollTop = top;
  await act(() => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20))));
};

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  container = document.createElement('div');
  document.body.append(container);
  root = createRoot(container);
  await show(20);
});
afterEach(async () => {
  await act(async () => root.unmount());
  container.remove();
});

it('follows the end while the reader is there', async () => {
  expect(distance()).toBe(0);
  await show(30);
  expect(distance()).toBe(0);
});

it('leaves a reader alone who went up, and follows again when they come back', async () => {
  await scrollTo(100);
  await show(40);
  expect(element().scrollTop).toBe(100);
  await scrollTo(element().scrollHeight);
  await show(50);
  expect(distance()).toBe(0);
});

it('goes to the end when told to start over', async () => {
  await scrollTo(0);
  act(() => scroll.resetAutoScroll());
  expect(distance()).toBe(0);
});
