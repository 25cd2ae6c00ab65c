import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { refused } from '../core/error.ts';
import { english } from './locales/en.ts';
import { replaceStrings, type Strings, strings } from './strings.ts';

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

/** The elements in the page, which say their words anew when the language changes. */
const hosts = new Set<ReactiveControllerHost>();
/** Counts what was asked for: of two languages, the one asked for last is spoken. */
let asked = 0;
/** Whether the application has said which language it wants. */
let isChosen = false;

/**
 * From now on, all elements of the page speak this language: a BCP 47 tag such as `pt-BR`, or words of your own,
 * English where they are silent. Without this call they speak the language of the page, English where there is no
 * table for it. Rejects with a `validation_error` for a language without a table; the words then stay.
 */
export async function setLocale(locale: string | Partial<Strings>): Promise<void> {
  const load =
    typeof locale === 'string' ? tableOf(locale) : async () => ({ translation: { ...english, ...locale } });
  if (!load) {
    const names = Object.keys(TABLES).join(', ');
    throw refused(`There are no words for “${locale}”, only for ${names}.`, 'locale-not-known');
  }
  isChosen = true;
  await speak(load);
}

/** The language that stands in the page around an element, unless the application has chosen one. */
export function followLanguage(element: Element): void {
  const language = element.closest<HTMLElement>('[lang]')?.lang;
  const load = language && !isChosen && tableOf(language);
  // Without the table it can still be read.
  if (load) speak(load).catch(() => {});
}

async function speak(load: () => Promise<{ readonly translation: Strings }>): Promise<void> {
  asked += 1;
  const mine = asked;
  const { translation } = await load();
  if (mine === asked) say(translation);
}

function say(next: Strings): void {
  if (next === strings) return;
  replaceStrings(next);
  for (const host of hosts) host.requestUpdate();
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

/** Draws an element anew when the language changes. */
export class Localized implements ReactiveController {
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    hosts.add(this.#host);
    // The language may have changed while it was away.
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
  }
}
