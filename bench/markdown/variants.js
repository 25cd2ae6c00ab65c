// The answer with what makes others slow.

import { answer } from '../workload.js';

const ITEMS = 5_000;

export const variants = {
  'a footnote': (tokens) => `It began there.[^1]\n\n${answer(tokens)}\n\n[^1]: So it was said.\n`,
  'a link definition at the end': (tokens) =>
    `See [the manual][manual].\n\n${answer(tokens)}\n\n[manual]: https://example.com/manual\n`,
  'an unclosed fence': (tokens) => `It is all code:\n\n~~~~~\n${answer(tokens)}`,
  'raw HTML': (tokens) =>
    `<details>\n<summary>More</summary>\n\n${answer(tokens)}\n\n</details>\n\nA <kbd>key</kbd>.\n`,
  /** As many characters, all of them a list. */
  'a list of 5,000 items': (tokens) => {
    const words = answer(tokens).split(/[^a-z]+/);
    const length = answer(tokens).length / ITEMS - '- \n'.length;
    let at = 0;
    let over = 0;
    return Array.from({ length: ITEMS }, () => {
      let item = words[at % words.length];
      at += 1;
      over += length - item.length;
      while (over > 0) {
        const word = words[at % words.length];
        at += 1;
        item += ` ${word}`;
        over -= word.length + 1;
      }
      return `- ${item}\n`;
    }).join('');
  },
};
