import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { replaceStrings, type Strings, strings } from './strings.ts';

/** The elements in the page, which say their words anew when the language changes. */
const hosts = new Set<ReactiveControllerHost>();

/**
 * From now on, all elements of the page speak this language: a BCP 47 tag such as `pt-BR`, or words of your own,
 * English where they are silent. Without this call they speak the language of the page, English where there is no
 * table for it. Rejects with a `validation_error` for a language without a table; the words then stay.
 */
export async function setLocale(locale: string | Partial<Strings>): Promise<void> {
  const { chooseLocale } = await import('./locale.ts');
  return chooseLocale(locale);
}

/** The language that stands in the page around an element, unless the application has chosen one. */
export function followLanguage(element: Element): void {
  const language = element.closest<HTMLElement>('[lang]')?.lang;
  if (!language || language.split('-')[0] === strings.locale) return;
  import('./locale.ts').then(
    ({ followLocale }) => followLocale(language),
    () => {
      // In English it can still be read.
    },
  );
}

/** Says these words from now on. */
export function say(next: Strings): void {
  if (next === strings) return;
  replaceStrings(next);
  for (const host of hosts) host.requestUpdate();
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
