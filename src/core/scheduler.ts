/** Runs `flush` once, later; returns how to call it off. */
export type Scheduler = (flush: () => void) => () => void;

/** How late a frame may be (hidden tab, no frames at all) before a timer takes its place. Milliseconds. */
const FRAME_PATIENCE = 100;

/** Once per animation frame; by timer where there are no frames or the tab is hidden. */
export const frameScheduler: Scheduler = (flush) => {
  let frame = 0;
  const cancel = (): void => {
    clearTimeout(timer);
    if (frame) cancelAnimationFrame(frame);
  };
  const run = (): void => {
    cancel();
    flush();
  };
  const timer = setTimeout(run, typeof requestAnimationFrame === 'function' ? FRAME_PATIENCE : 16);
  if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(run);
  return cancel;
};
