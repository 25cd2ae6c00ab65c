// Runs in the page: a text arrives in deltas of 2 to 6 characters, ten a task, in one element after another.

import { answer, PER_TURN, pieces } from '../workload.js';
import { contestants } from './contestants.js';
import { variants } from './variants.js';

let run = null;

/** Makes ready what is measured: so many answers of so many tokens, of a variant. */
globalThis.prepare = ({ name, tokens, variant, answers = 1, limit = Number.POSITIVE_INFINITY }) => {
  const text = variant ? variants[variant](tokens) : answer(tokens);
  const deltas = pieces(text);
  const make = contestants[name] ?? globalThis[name];
  run = async () => {
    const until = performance.now() + limit;
    for (let count = 0; count < answers; count += 1) {
      const root = document.body.appendChild(document.createElement('div'));
      const view = make(root);
      const fed = await feed(deltas, view, until);
      if (fed < deltas.length) return fed / deltas.length;
      view.finish();
      await painted();
      if (performance.now() > until) return 1;
      // Marks are gone, words stay: more than half of the text is seen wherever it is shown.
      if (root.textContent.length < text.length / 2) throw new Error('the answer is not whole');
    }
    return null;
  };
};

/** Returns how much of it was read where time ran out, else null. */
globalThis.run = () => run();

async function feed(deltas, view, until) {
  const { port1, port2 } = new MessageChannel();
  let at = 0;
  await new Promise((resolve, reject) => {
    port1.onmessage = () => {
      try {
        for (const end = Math.min(at + PER_TURN, deltas.length); at < end; at += 1) view.append(deltas[at]);
        view.turn?.();
      } catch (error) {
        return reject(error);
      }
      if (at === deltas.length || performance.now() > until) return resolve();
      port2.postMessage(null);
    };
    port2.postMessage(null);
  });
  port1.close();
  return at;
}

/** What was changed is laid out and painted by then. */
async function painted() {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
}

const LEAVES = new Set(['P', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'PRE', 'TD', 'TH', 'HR']);

/** Shows an answer, ten deltas a step, and counts what is done to the page. */
globalThis.mutations = ({ name, tokens }) => {
  // No pause after a step that took long: every step counts, on any machine.
  performance.now = () => 0;
  const deltas = pieces(answer(tokens));
  const root = document.body.appendChild(document.createElement('div'));
  const observer = new MutationObserver(() => {});
  observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
  const view = contestants[name](root);
  const known = new WeakSet();
  let [count, removed, finished] = [0, 0, 0];
  let open = new Set();
  let leaf = root;
  const look = () => {
    for (const { target, removedNodes, addedNodes } of take()) {
      count += 1;
      for (const node of removedNodes) {
        if (!known.has(node)) continue;
        removed += 1;
        // What is being written is the last block, what is in it, and what it is in.
        if (!open.has(node) && !(leaf !== root && leaf.contains(target))) finished += 1;
      }
      for (const node of addedNodes) remember(node);
    }
    [leaf, open] = lastLeaf();
  };
  const take = () => observer.takeRecords();
  const remember = (node) => {
    known.add(node);
    for (const child of node.childNodes) remember(child);
  };
  const lastLeaf = () => {
    const spine = new Set();
    let at = root;
    while (at.lastElementChild && !LEAVES.has(at.tagName)) {
      at = at.lastElementChild;
      spine.add(at);
    }
    return [at, spine];
  };
  for (let at = 0; at < deltas.length; at += PER_TURN) {
    for (const delta of deltas.slice(at, at + PER_TURN)) view.append(delta);
    view.turn?.();
    look();
  }
  view.finish();
  look();
  return { count, removed, finished };
};
