import { english } from './locales/en.ts';
import type { englishViews } from './locales/en-views.ts';

/** The words of what loads on demand. */
export type ViewStrings = typeof englishViews;

/** Every word the elements say. Without `views`, what loads on demand says them in English. */
export interface Strings extends Readonly<typeof english> {
  readonly views?: ViewStrings | undefined;
}

/** The words of the page's language. */
export let strings: Strings = english;

/** What counts units, made when first needed: making one is slow. */
const formats = new Map<string, Intl.NumberFormat>();

/** From now on, elements that are drawn say these words. */
export function replaceStrings(next: Strings): void {
  strings = next;
  formats.clear();
}

/** Milliseconds as people say them: seconds below a minute, else minutes. Empty for less than a second. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || milliseconds < 1_000) return '';
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? unit(seconds, 'second') : unit(Math.round(seconds / 60), 'minute');
}

/** Bytes as people say them. */
export function formatSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const index = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1_000)));
  return unit(bytes / 1_000 ** index, units[index] ?? 'byte');
}

/** The time of day, and the day where it was another one. Empty where it is not known. */
export function formatTime(date: Date | undefined): string {
  if (!(date instanceof Date) || !(date.getTime() > 0)) return '';
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(strings.locale, {
    ...(!isToday && { dateStyle: 'medium' }),
    timeStyle: 'short',
  });
}

function unit(value: number, name: string): string {
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(strings.locale, {
      style: 'unit',
      unit: name,
      unitDisplay: name === 'byte' ? 'long' : 'short',
      maximumFractionDigits: name.endsWith('byte') ? 1 : 0,
    });
    formats.set(name, format);
  }
  return format.format(value);
}
