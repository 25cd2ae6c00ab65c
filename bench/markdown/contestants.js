// Run in the page: who shows the text. Each gets an element and returns `append`, for what arrives; `turn`, where it
// does something when a task with arrivals ends; and `finish`, after which everything is shown.

import { createMarkdownView } from 'agent-chat-kit/markdown';
import markdownIt from 'markdown-it';
import { marked } from 'marked';
import { default_renderer, parser, parser_end, parser_write } from 'streaming-markdown';
import { shownWhenTold } from './shown-when-told.js';

const it = markdownIt({ html: true });

/** At their natural use: as it comes, shown when the contestant wants. */
export const contestants = {
  own: (root) => createMarkdownView(root),
  floor(root) {
    const state = parser(default_renderer(root));
    return {
      append: (delta) => parser_write(state, delta),
      finish: () => parser_end(state),
    };
  },
  'floor, once a frame': (root) => onceAFrame(floorIn(root)),
  'own, every task': ownEveryTask,
  'floor, every task': (root) => everyTask(floorIn(root)),
  marked: (root) => onceAFrame(replaced(root, (text) => marked.parse(text))),
  'markdown-it': (root) => onceAFrame(replaced(root, (text) => it.render(text))),
  'marked, every task': (root) => everyTask(replaced(root, (text) => marked.parse(text))),
};

/** Ours, shown after every task in which something arrived. */
function ownEveryTask(root) {
  const { append, show, finish } = shownWhenTold(root);
  return { append, turn: show, finish };
}

function floorIn(root) {
  const state = parser(default_renderer(root));
  return {
    show: (delta) => parser_write(state, delta),
    finish: () => parser_end(state),
  };
}

/** All of it again each time. */
function replaced(root, toHtml) {
  let text = '';
  return {
    show(delta) {
      text += delta;
      root.innerHTML = toHtml(text);
    },
    finish() {},
  };
}

export function onceAFrame({ show, finish }) {
  let waiting = '';
  let frame = 0;
  const flush = () => {
    frame = 0;
    const delta = waiting;
    waiting = '';
    show(delta);
  };
  return {
    append(delta) {
      waiting += delta;
      frame ||= requestAnimationFrame(flush);
    },
    finish() {
      cancelAnimationFrame(frame);
      flush();
      finish();
    },
  };
}

function everyTask({ show, finish }) {
  let waiting = '';
  const turn = () => {
    if (waiting === '') return;
    const delta = waiting;
    waiting = '';
    show(delta);
  };
  return {
    turn,
    append(delta) {
      waiting += delta;
    },
    finish() {
      turn();
      finish();
    },
  };
}
