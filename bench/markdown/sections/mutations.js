import { row, section } from '../../report.js';
import { bundle, inPage } from '../browser.js';

const TOKENS = 2_000;
const MOST = 600;

/** What is done to the page, as an observer of mutations counts it. */
export async function mutations(browser) {
  const script = await bundle('stream-page.js');
  section(
    `DOM mutations for ${TOKENS.toLocaleString('en')} tokens, 10 deltas (about 40 characters) at a time`,
  );
  await inPage(browser, [script], async (page) => {
    for (const [name, label] of [
      ['own, every task', 'agent-chat-kit'],
      ['floor, every task', 'streaming-markdown'],
      ['floor', 'streaming-markdown, each delta'],
      ['marked, every task', 'marked + innerHTML'],
    ]) {
      const isOwn = label === 'agent-chat-kit';
      const { count, removed, finished } = await page.evaluate((what) => globalThis.mutations(what), {
        name,
        tokens: TOKENS,
      });
      row(label, count.toLocaleString('en').padStart(11), isOwn && { value: count, limit: MOST });
      row(
        '  nodes removed that were finished, of all removed',
        `${finished.toLocaleString('en').padStart(11)} of ${removed.toLocaleString('en')}`,
        isOwn && { value: finished, limit: 0 },
      );
    }
  });
}
