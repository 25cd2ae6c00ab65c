import { createMarkdownView } from 'agent-chat-kit/markdown';

/** Ours, which shows what arrived when it is told to, and not with the next frame. */
export function shownWhenTold(root) {
  let show = null;
  const view = createMarkdownView(root, {
    schedule(callback) {
      show = callback;
      return () => {
        show = null;
      };
    },
  });
  return {
    append: view.append,
    finish: view.finish,
    show() {
      const due = show;
      show = null;
      due?.();
    },
  };
}
