import { englishViews } from './locales/en-views.ts';
import { strings, type ViewStrings } from './strings.ts';

/** The words of what loads on demand, in the page's language. Loaded with it: the one script is without them. */
export function viewStrings(): ViewStrings {
  return strings.views ?? englishViews;
}
