import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { english } from '../../src/elements/locales/en.ts';
import { englishViews } from '../../src/elements/locales/en-views.ts';
import type { PluralForms } from '../../src/elements/plural.ts';
import type { Strings } from '../../src/elements/strings.ts';

/** What the tables asked to be said of a number, in the order in which they asked. */
const said: { readonly locale: string; readonly forms: PluralForms }[] = [];

vi.mock('../../src/elements/plural.ts', async (original) => {
  const { pluralOf } = await original<typeof import('../../src/elements/plural.ts')>();
  return {
    pluralOf: (locale: string) => {
      const plural = pluralOf(locale);
      return (count: number, forms: PluralForms) => {
        said.push({ locale, forms });
        return plural(count, forms);
      };
    },
  };
});

const folder = new URL('../../src/elements/locales/', import.meta.url);
const files = readdirSync(folder).filter((file) => !file.startsWith('en'));
const tables: Strings[] = [];
for (const file of files) {
  tables.push(((await import(new URL(file, folder).href)) as { translation: Strings }).translation);
}

type Word = string | ((...values: readonly number[]) => string);

/** Every word of a table by its place in it, such as `views.allowChoice.once`. */
function wordsOf(table: object, place = ''): ReadonlyMap<string, Word> {
  return new Map(
    Object.entries(table).flatMap(([key, value]: [string, Word | object]): [string, Word][] =>
      typeof value === 'object' ? [...wordsOf(value, `${place}${key}.`)] : [[place + key, value as Word]],
    ),
  );
}

const reference = wordsOf({ ...english, views: englishViews });
/** What says how a table is written is no word. */
const FACTS = ['locale', 'direction'];
/** Distinct, and in no language a form of their own. */
const SAMPLES = [137, 246];
const sampled = (word: Word): string => (typeof word === 'string' ? word : word(...SAMPLES));
/** The plural forms that a word chooses from. */
function pluralsOf(word: Word) {
  said.length = 0;
  sampled(word);
  return said.map(({ locale, forms }) => ({ locale, categories: Object.keys(forms).sort() }));
}
/** Whether one thing is said in another form than two, however that comes. */
function hasForms(word: Word): boolean {
  const said = (count: number): string => (typeof word === 'string' ? word : word(count)).replace(/\d/g, '');
  return typeof word !== 'string' && word.length === 1 && said(1) !== said(2);
}
const hasWords = (text: string): boolean => /\p{Letter}/u.test(text);

const RIGHT_TO_LEFT = ['ar', 'he'];

/** Words that a language shares with English. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: ['views.plan', 'views.optional'],
  es: ['views.plan', 'views.no'],
  fr: ['assistant', 'conversation', 'versions', 'sources', 'views.plan', 'views.arguments'],
  it: ['views.input', 'views.output', 'views.no'],
  nl: ['views.plan', 'views.items'],
  pl: ['views.plan'],
  tr: ['views.plan'],
};

/** Where a category holds one number only, the noun itself can say it: “two tools” is one word in Arabic. */
const SAID_BY_THE_NOUN: Readonly<Record<string, readonly Intl.LDMLPluralRule[]>> = {
  ar: ['zero', 'one', 'two'],
  he: ['one', 'two'],
};

/** One number of every plural category of a language. */
function numbersOf(locale: string): ReadonlyMap<Intl.LDMLPluralRule, number> {
  const rules = new Intl.PluralRules(locale);
  const numbers = [0, 1, 2, 3, 11, 100, 1_000_000, 1.5].map(
    (number) => [rules.select(number), number] as const,
  );
  // The first number of a category stays.
  return new Map(numbers.reverse());
}

it('finds a table for each of fifteen languages besides English', () => {
  expect(files).toEqual([
    ...['ar.ts', 'de.ts', 'es.ts', 'fr.ts', 'he.ts', 'hi.ts', 'it.ts', 'ja.ts', 'ko.ts', 'nl.ts', 'pl.ts'],
    ...['pt-br.ts', 'tr.ts', 'zh-hans.ts', 'zh-hant.ts'],
  ]);
});

describe.each(tables.map((table, index) => [table.locale, table, files[index]] as const))(
  '%s',
  (locale, table, file) => {
    const words = wordsOf(table);
    const entries = [...words].filter(([key]) => !FACTS.includes(key));
    const categories = [...new Intl.PluralRules(locale).resolvedOptions().pluralCategories].sort();

    it('is a language that Intl knows, named as its file, written in its direction', () => {
      expect(`${locale.toLowerCase()}.ts`).toBe(file);
      expect(Intl.getCanonicalLocales(locale)).toEqual([locale]);
      expect(Intl.PluralRules.supportedLocalesOf(locale)).toEqual([locale]);
      expect(Intl.NumberFormat.supportedLocalesOf(locale)).toEqual([locale]);
      expect(Intl.ListFormat.supportedLocalesOf(locale)).toEqual([locale]);
      expect(table.direction).toBe(RIGHT_TO_LEFT.includes(locale) ? 'rtl' : 'ltr');
    });

    it('has the keys of English, and for each a word or a sentence of as many arguments', () => {
      const shape = (of: ReadonlyMap<string, Word>) =>
        [...of].map(([key, word]) => `${key}: ${typeof word === 'string' ? 'text' : word.length}`).sort();
      expect(shape(words)).toEqual(shape(reference));
    });

    it('says every word, and without blanks around it', () => {
      for (const [key, word] of entries) {
        const text = sampled(word);
        expect(text, key).not.toBe('');
        expect(text, key).toBe(text.trim());
      }
    });

    it('says the same as English only where the languages share the word', () => {
      const same = entries.filter(([key, word]) => {
        const here = sampled(word);
        const there = reference.get(key);
        return hasWords(here) && there !== undefined && here === sampled(there);
      });
      expect(same.map(([key]) => key).sort()).toEqual([...(SAME[locale] ?? [])].sort());
    });

    it('says what it is given', () => {
      const format = new Intl.NumberFormat(locale);
      for (const [key, word] of entries) {
        if (typeof word === 'string') continue;
        const text = word(...SAMPLES);
        for (const sample of SAMPLES.slice(0, word.length))
          expect(text, key).toContain(format.format(sample));
      }
    });

    it('has every plural form of the language where English has plural forms', () => {
      for (const [key, word] of entries) {
        const there = reference.get(key);
        const isCounted = there !== undefined && (pluralsOf(there).length > 0 || hasForms(there));
        const forms = isCounted ? [{ locale, categories }] : [];
        expect(pluralsOf(word), key).toEqual(forms);
      }
    });

    it('writes the number as the language does, in every plural form', () => {
      const format = new Intl.NumberFormat(locale);
      const numbers = numbersOf(locale);
      expect([...numbers.keys()].sort()).toEqual(categories);
      for (const [key, word] of entries) {
        if (typeof word === 'string' || pluralsOf(word).length === 0) continue;
        for (const [category, number] of numbers) {
          const text = word(number);
          expect(text, key).not.toContain('#');
          if (SAID_BY_THE_NOUN[locale]?.includes(category)) {
            const others = [...numbers.values()].filter((other) => other !== number);
            expect(others.map((other) => word(other))).not.toContain(text);
          } else expect(text, key).toContain(format.format(number));
        }
      }
    });

    it('has the quotation marks, apostrophes and ellipses of typography', () => {
      for (const [key, word] of entries) expect(sampled(word), key).not.toMatch(/["'`]|\.\.|\s\s/);
    });
  },
);

it.each(tables.map((table) => [table.locale, table] as const))(
  'in %s no sentence ends twice where a duration ends in a full stop',
  (locale, table) => {
    const duration = new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'second',
      unitDisplay: 'short',
    }).format(6);
    for (const sentence of [table.retryAfter, table.views?.expiresIn]) {
      const text = sentence?.(duration);
      expect(text).toContain(duration);
      expect(text).not.toContain('..');
    }
    expect(table.thought(duration)).toContain(duration);
    expect(table.thought('')).toMatch(/^\S+(?: \S+)*$/);
  },
);
