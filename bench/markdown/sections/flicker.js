import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { note, row, section } from '../../report.js';
import { bundle, inPage } from '../browser.js';

const MODULES = new URL('../../../node_modules/', import.meta.url);
const COUNT = 15;
const NAMES = ['own', 'marked', 'remend + marked'];
/** Another one chooses others: what is tuned on these is to hold on those. */
const { FLICKER_SEED: SEED = 'read me' } = process.env;
const [LEAST, MOST] = [3_000, 40_000];
/** These are not looked at here. */
const LEFT_OUT = /^(?:@lit|lit|@?vitest)\b/;
const MOST_CHANGED = 5;
const MOST_SHORTER = 20;

/** How often what is shown is taken back, on texts that people wrote. */
export async function flicker(browser, { isVerbose }) {
  const texts = readMes();
  const script = await bundle('flicker-page.js');
  section(
    `Flicker: ${texts.length} READMEs of installed packages, 4 characters a frame: frames that show what the end does not`,
  );
  note(`  ${texts.map(({ name }) => name).join(', ')}`);
  // Nothing here takes time that counts, so the three may run side by side.
  const all = NAMES.map(async (name) => {
    const results = [];
    await inPage(browser, [script], async (page) => {
      for (const { name: from, text } of texts) {
        const result = await page.evaluate(([who, what]) => globalThis.flicker(who, what), [name, text]);
        results.push({ from, ...result });
      }
    });
    return { name, results };
  });
  for (const { name, results } of await Promise.all(all)) {
    const sum = (key) => results.reduce((total, result) => total + result[key], 0);
    const [frames, changed, shorter] = [sum('frames'), sum('changed'), sum('shorter')];
    const share = (changed / frames) * 100;
    const isOwn = name === 'own';
    row(
      isOwn ? 'agent-chat-kit' : name,
      `${share.toFixed(2).padStart(11)} % of ${frames.toLocaleString('en')} frames`,
      isOwn && { value: share, limit: MOST_CHANGED, unit: ' %' },
    );
    row(
      '  frames in which the text got shorter',
      `${shorter}`.padStart(11),
      isOwn && { value: shorter, limit: MOST_SHORTER },
    );
    const runs = runsOf(results);
    const places = runs.filter((run) => run.frames > 0).length;
    row('  places where that was so', `${places}`.padStart(11));
    if (isOwn && isVerbose) explain(runs);
  }
}

function readMes() {
  const names = readdirSync(MODULES).flatMap((name) => {
    if (name.startsWith('.')) return [];
    return name.startsWith('@') ? readdirSync(new URL(name, MODULES)).map((one) => `${name}/${one}`) : [name];
  });
  const order = (name) => createHash('sha256').update(`${SEED}${name}`).digest('hex');
  return names
    .filter((name) => !LEFT_OUT.test(name))
    .flatMap((name) => {
      const folder = new URL(`${name}/`, MODULES);
      const file =
        statSync(folder).isDirectory() && readdirSync(folder).find((one) => /^readme\.md$/i.test(one));
      if (!file) return [];
      const text = readFileSync(new URL(file, folder), 'utf8');
      return text.length < LEAST || text.length > MOST ? [] : [{ name, text }];
    })
    .map((one) => ({ ...one, order: order(one.name) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, COUNT);
}

/** What is being written, as far as the end of it shows. */
const KINDS = [
  ['a fence', /(?:^|\n)[ >]*(?:`{1,}|~{1,})[^\n`]*$/],
  ['the delimiter row of a table', /\n[ >]*\|?[ :]*-[-:| ]*$/],
  ['a row of a table', /\n[ >]*\|[^\n]*$/],
  ['an underline or a rule', /\n[ >]*(?:=+|-+|[*_]+)[ \t]*$/],
  ['HTML', /<[!/?a-zA-Z][^<>]*$/],
  ['the target of an image', /!\[[^\]\n]*\]\([^)\n]*$/],
  ['the text of an image', /!\[[^\]\n]*$/],
  ['the target of a link', /\]\([^)\n]*$/],
  ['the label of a reference', /\]\[[^\]\n]*$/],
  ['a definition', /(?:^|\n) {0,3}\[[^\]\n]+\]:[^\n]*$/],
  ['the text of a link', /\[[^[\]\n]*$/],
  ['after a bracket', /\]$/],
  ['the marker of an item', /(?:^|\n)[ \t>]*(?:[-*+]|\d+[.)]?)[ \t]*$/],
  ['a heading', /(?:^|\n)[ >]*#+[^\n]*$/],
  ['code in a line', /(?:^|[^`])`[^`\n]*$/],
  ['an address', /(?:https?:|www\.)[^\s]*$/],
  ['emphasis', /[*_~]+[^*_~\n]*$/],
  ['an entity', /&[#\w]*$/],
  ['an item', /(?:^|\n)[ \t>]*(?:[-*+]|\d+[.)])[ \t][^\n]*$/],
  ['the beginning of a line', /(?:^|\n)[ \t>]*$/],
];

const kindOf = (source) => KINDS.find(([, pattern]) => pattern.test(source))?.[0] ?? 'text';

/** Runs of frames that differ at the same place. */
function runsOf(results) {
  const runs = [];
  for (const { from, taken } of results) {
    let last = null;
    for (const one of taken) {
      if (last && last.from === from && last.place === one.from && one.at - last.until <= 16) {
        last.frames += one.isPrefix ? 0 : 1;
        last.shorter += one.isShorter ? 1 : 0;
        last.until = one.at;
        last.last = one;
        continue;
      }
      last = {
        from,
        place: one.from,
        until: one.at,
        frames: one.isPrefix ? 0 : 1,
        shorter: one.isShorter ? 1 : 0,
        first: one,
        last: one,
        kind: kindOf(one.source),
      };
      runs.push(last);
    }
  }
  return runs;
}

/** Says what was written where they began. */
function explain(runs) {
  const kinds = new Map();
  for (const run of runs) kinds.set(run.kind, [...(kinds.get(run.kind) ?? []), run]);
  const weight = (list) => list.reduce((total, run) => total + run.frames + run.shorter, 0);
  for (const [kind, list] of [...kinds].sort((a, b) => weight(b[1]) - weight(a[1]))) {
    const frames = list.reduce((total, run) => total + run.frames, 0);
    const shorter = list.reduce((total, run) => total + run.shorter, 0);
    note(`\n  ${kind}: ${frames} frames, ${shorter} got shorter, ${list.length} places`);
    for (const run of list.sort((a, b) => b.frames + b.shorter - a.frames - a.shorter)) {
      const { first } = run;
      const quote = (text) => JSON.stringify(text);
      note(
        `    ${run.from}, from ${first.at} to ${run.until}: ${run.frames} frames, ${run.shorter} got shorter`,
      );
      note(`      written ${quote(first.source)} then ${quote(first.next)}`);
      if (first.isShorter) note(`      was     ${quote(first.before)}`);
      note(`      shown   ${quote(first.now)}`);
      if (run.last !== first) note(`      to      ${quote(run.last.now)}`);
      note(`      at last ${quote(first.final)}`);
    }
  }
}
