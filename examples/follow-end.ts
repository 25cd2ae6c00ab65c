/** How far from the end still counts as reading along. Pixels. */
const NEAR = 80;

/** Keeps the page at its end as `content` grows, while the reader is there. Returns how to let it go. */
export function followEnd(content: Element): () => void {
  const page = document.documentElement;
  let following = true;
  let top = 0;
  const onScroll = (): void => {
    const near = page.scrollHeight - page.scrollTop - page.clientHeight < NEAR;
    // Content that grows moves the end away from the reader; only going up is leaving it.
    following = near || (following && page.scrollTop >= top);
    top = page.scrollTop;
  };
  const observer = new ResizeObserver(() => {
    // Before anything was said there is no end to follow.
    if (following && content.querySelector('article')) scrollToEnd();
  });
  addEventListener('scroll', onScroll, { passive: true });
  observer.observe(content);
  return () => {
    removeEventListener('scroll', onScroll);
    observer.disconnect();
  };
}

/** Goes to the end, where what comes next is followed. */
export function scrollToEnd(): void {
  scrollTo(0, document.documentElement.scrollHeight);
}
