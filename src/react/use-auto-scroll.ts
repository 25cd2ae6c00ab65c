import { type RefObject, useCallback, useRef } from 'react';

export interface UseAutoScrollOptions {
  /** The element that scrolls, where the application has a reference to it already. */
  readonly scrollRef?: RefObject<HTMLDivElement | null> | undefined;
  /** How far from the end still counts as reading along. Pixels; 80 unless told. */
  readonly threshold?: number | undefined;
}

export interface UseAutoScrollReturn {
  readonly scrollRef: RefObject<HTMLDivElement | null>;
  /** For `onScroll` of the element. */
  readonly handleScroll: () => void;
  /** To be called when content came: goes to the end, unless the reader has left it. */
  readonly scrollOnUpdate: () => void;
  /** Goes back to following the end, as after the user has sent something. */
  readonly resetAutoScroll: () => void;
}

/** Keeps a scroller of your own at its end while the reader is there. `<AgentMessageList>` does so by itself. */
export function useAutoScroll(options: UseAutoScrollOptions = {}): UseAutoScrollReturn {
  const { threshold = 80 } = options;
  const own = useRef<HTMLDivElement>(null);
  const scrollRef = options.scrollRef ?? own;
  const place = useRef({ following: true, top: 0 });

  const handleScroll = useCallback(() => {
    const element = scrollRef.current;
    if (!element) return;
    const { scrollHeight, scrollTop, clientHeight } = element;
    const near = scrollHeight - scrollTop - clientHeight < threshold;
    // Content that grows moves the end away from the reader; only going up is leaving it.
    const wentUp = scrollTop < place.current.top;
    place.current = { following: near || (place.current.following && !wentUp), top: scrollTop };
  }, [scrollRef, threshold]);

  const scrollOnUpdate = useCallback(() => {
    const element = scrollRef.current;
    if (!element || !place.current.following) return;
    element.scrollTop = element.scrollHeight;
    place.current.top = element.scrollTop;
  }, [scrollRef]);

  const resetAutoScroll = useCallback(() => {
    place.current.following = true;
    scrollOnUpdate();
  }, [scrollOnUpdate]);

  return { scrollRef, handleScroll, scrollOnUpdate, resetAutoScroll };
}
