/** How far from the end still counts as reading along. Pixels. */
const NEAR = 60;

/** Keeps a scroller at the end of its first child while the reader is there. Returns how to let it go. */
export function followEnd(scroller: HTMLElement): () => void {
  let following = true;
  let top = 0;
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // Content that grows moves the end away from the reader; only going up is leaving it.
    following = near || (following && scrollTop >= top);
    top = scrollTop;
  };
  const observer = new ResizeObserver(() => {
    if (following) scroller.scrollTop = scroller.scrollHeight;
  });
  scroller.addEventListener('scroll', onScroll, { passive: true });
  observer.observe(scroller);
  if (scroller.firstElementChild) observer.observe(scroller.firstElementChild);
  return () => {
    scroller.removeEventListener('scroll', onScroll);
    observer.disconnect();
  };
}
