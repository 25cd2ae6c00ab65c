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
  // As many characters as the answer has.
  'a list of 5,000 items': (tokens) => items(tokens).join(''),
  // Tells what is the list's length from what is the number of elements, which is some times the answer's.
  'the same items in 250 lists': (tokens) =>
    items(tokens)
      .map((item, index) => (index % 20 > 0 ? item : `\nMore:\n\n${item}`))
      .join(''),
};

function items(tokens) {
  const text = answer(tokens);
  const words = text.split(/[^a-z]+/).filter(Boolean);
  const length = text.length / ITEMS - '- \n'.length;
  let at = 0;
  let owed = 0;
  return Array.from({ length: ITEMS }, () => {
    owed += length;
    const item = [];
    while (owed > 0 || item.length === 0) {
      const word = words[at % words.length];
      at += 1;
      item.push(word);
      owed -= word.length + 1;
    }
    return `- ${item.join(' ')}\n`;
  });
}
