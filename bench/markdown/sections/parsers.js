import { exponent, race } from '../../measure.js';
import { raceRow, row, section } from '../../report.js';
import { answer } from '../../workload.js';
import { readers } from '../readers.js';

const ROUNDS = 8;
const SIZES = [5_000, 10_000, 20_000, 40_000];
const LONGEST = 40_000;

/** From a whole text to HTML, without a page. */
export async function parsers(own) {
  section('One shot to HTML in Node: CPU per 1,000 tokens, and of marked');
  const texts = new Map(SIZES.map((tokens) => [tokens, answer(tokens)]));
  const all = Object.entries(await readers(own));
  const results = await race(
    all.flatMap(([name, { whole }]) =>
      SIZES.map((tokens) => ({
        name: `${name}, ${tokens.toLocaleString('en')} tokens`,
        units: LONGEST / 1_000,
        prepare: () => () => {
          for (let done = 0; done < LONGEST; done += tokens)
            if (!whole(texts.get(tokens)).startsWith('<')) throw new Error('no HTML');
        },
      })),
    ),
    ROUNDS,
  );
  const lists = all.map((_, index) => results.slice(index * SIZES.length, (index + 1) * SIZES.length));
  const marked = lists[all.findIndex(([name]) => name === 'marked')];
  lists.forEach((list, index) => {
    list.forEach((result, at) => {
      raceRow(result, { base: list === marked ? undefined : marked[at] });
    });
    const growth = exponent(list[0], list.at(-1), LONGEST / SIZES[0]);
    row(`  ${all[index][0]}, growth`, `exponent ${growth.toFixed(2)}`);
  });
}
