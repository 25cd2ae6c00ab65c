// Runs in the page: what a text shows while it arrives, four characters a frame, and where that is taken back.

import { marked } from 'marked';
import remend from 'remend';
import { shownWhenTold } from './shown-when-told.js';

const PER_FRAME = 4;
/** What is shown around the place. Characters. */
const AROUND = 60;

/** Each makes what shows a text in an element: `append` gets what is new and all of it, `finish` all of it. */
const CONTESTANTS = {
  own(root) {
    const view = shownWhenTold(root);
    return {
      append(delta) {
        view.append(delta);
        view.show();
      },
      finish: view.finish,
    };
  },
  marked: (root) => rendered(root, (text) => marked.parse(text)),
  'remend + marked': (root) =>
    rendered(
      root,
      (text) => marked.parse(remend(text)),
      (text) => marked.parse(text),
    ),
};

function rendered(root, toHtml, toWholeHtml = toHtml) {
  return {
    append(_delta, text) {
      root.innerHTML = toHtml(text);
    },
    finish(text) {
      root.innerHTML = toWholeHtml(text);
    },
  };
}

/** What a reader sees, without the controls. */
function visibleText(root) {
  const text = root.querySelector('[data-chrome]') ? withoutChrome(root) : root.textContent;
  return text.replace(/\s+/g, ' ').trimEnd();
}

function withoutChrome(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  let text = '';
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (!child.hasAttribute('data-chrome')) text += withoutChrome(child);
  }
  return text;
}

/** How many characters two texts have in common at their beginning. */
function common(one, other) {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

globalThis.flicker = (name, text) => {
  // A page without a window: nothing in it loads, nothing is laid out. The text is all that counts.
  const page = document.implementation.createHTMLDocument();
  const root = page.body.appendChild(page.createElement('div'));
  // No pause after a flush that took long: every frame is seen, on any machine.
  performance.now = () => 0;
  const view = CONTESTANTS[name](root);
  const characters = [...text];
  const shown = [];
  let written = '';
  for (let at = 0; at < characters.length; at += PER_FRAME) {
    const delta = characters.slice(at, at + PER_FRAME).join('');
    written += delta;
    view.append(delta, written);
    shown.push({ at: written.length, text: visibleText(root) });
  }
  view.finish(text);
  const final = visibleText(root);

  const taken = [];
  let shorter = 0;
  shown.forEach(({ at, text: now }, index) => {
    const before = shown[index - 1]?.text ?? '';
    const isShorter = now.length < before.length;
    if (isShorter) shorter += 1;
    const isPrefix = final.startsWith(now);
    if (isPrefix && !isShorter) return;
    const from = isPrefix ? now.length : common(now, final);
    taken.push({
      at,
      isPrefix,
      isShorter,
      from,
      source: text.slice(Math.max(0, at - AROUND), at),
      next: text.slice(at, at + AROUND / 2),
      before: before.slice(Math.max(0, from - 10), from + AROUND),
      now: now.slice(Math.max(0, from - 10), from + AROUND),
      final: final.slice(Math.max(0, from - 10), from + AROUND),
    });
  });
  return {
    frames: shown.length,
    changed: taken.filter((one) => !one.isPrefix).length,
    shorter,
    taken,
  };
};
