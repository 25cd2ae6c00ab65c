// Run in Node: who makes HTML of a text.

import { mkdirSync, writeFileSync } from 'node:fs';
import markdownIt from 'markdown-it';
import { marked } from 'marked';
import { bundle } from './browser.js';

const CACHE = new URL('../../node_modules/.cache/bench/', import.meta.url);

/** Where ours is, ready for Node. */
export async function buildOwn() {
  mkdirSync(CACHE, { recursive: true });
  const file = new URL('markdown.mjs', CACHE);
  writeFileSync(file, await bundle('own.js', { format: 'esm', platform: 'node' }));
  return file.href;
}

/** Each reads a text at once (`whole`), or as it arrives (`begin`: what gets each piece, and all so far). */
export async function readers(own) {
  const { MarkdownView, htmlRenderer, htmlRoot, toHtml } = await import(own);
  const again = (read) => ({ append: (_piece, text) => void read(text), finish() {} });
  const it = markdownIt({ html: true });
  return {
    'agent-chat-kit': {
      whole: (text) => toHtml(text),
      begin() {
        const view = new MarkdownView(htmlRenderer, htmlRoot(), {});
        return {
          append(piece) {
            view.push(piece);
            view.flush();
          },
          finish: () => view.finish(),
        };
      },
    },
    marked: { whole: (text) => marked.parse(text), begin: () => again((text) => marked.parse(text)) },
    'markdown-it': { whole: (text) => it.render(text), begin: () => again((text) => it.render(text)) },
  };
}
