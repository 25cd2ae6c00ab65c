import { refused } from '../core/error.ts';
import { say } from './language.ts';
import { english } from './locales/en.ts';
import type { Strings } from './strings.ts';

/** Languages that there is a table for, each loaded when it is asked for. */
const TABLES: Readonly<Record<string, () => Promise<{ readonly translation: Strings }>>> = {
  en: async () => ({ translation: english }),
  ar: () => import('./locales/ar.ts'),
  de: () => import('./locales/de.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  he: () => import('./locales/he.ts'),
  hi: () => import('./locales/hi.ts'),
  it: () => import('./locales/it.ts'),
  ja: () => import('./locales/ja.ts'),
  ko: () => import('./locales/ko.ts'),
  nl: () => import('./locales/nl.ts'),
  pl: () => import('./locales/pl.ts'),
  'pt-BR': () => import('./locales/pt-br.ts'),
  tr: () => import('./locales/tr.ts'),
  'zh-Hans': () => import('./locales/zh-hans.ts'),
  'zh-Hant': () => import('./locales/zh-hant.ts'),
};

/** Counts what was asked for: of two languages, the one asked for last is spoken. */
let asked = 0;
/** Whether the application has said which language it wants. */
let isChosen = false;

/** As `setLocale` says. */
export async function chooseLocale(locale: string | Partial<Strings>): Promise<void> {
  const load =
    typeof locale === 'string' ? tableOf(locale) : async () => ({ translation: { ...english, ...locale } });
  if (!load) {
    const names = Object.keys(TABLES).join(', ');
    throw refused(`There are no words for “${locale}”, only for ${names}.`, 'locale-not-known');
  }
  isChosen = true;
  await speak(load);
}

/** Speaks the language of the page, unless the application has chosen one. */
export function followLocale(language: string): void {
  const load = isChosen ? undefined : tableOf(language);
  // Without the table it can still be read.
  if (load) speak(load).catch(() => {});
}

async function speak(load: () => Promise<{ readonly translation: Strings }>): Promise<void> {
  asked += 1;
  const mine = asked;
  const { translation } = await load();
  if (mine === asked) say(translation);
}

function tableOf(tag: string): (() => Promise<{ readonly translation: Strings }>) | undefined {
  try {
    // Says of `zh-TW` how it is written, and of `de-AT` that it is German.
    const { language, script } = new Intl.Locale(tag).maximize();
    const names = Object.keys(TABLES);
    const name =
      names.find((table) => table === `${language}-${script}`) ??
      names.find((table) => table.split('-')[0] === language);
    return name === undefined ? undefined : TABLES[name];
  } catch {
    return undefined;
  }
}
