/** The names that are used most, with their characters. */
const NAMES = 'amp& lt< gt> quot" apos\' nbsp\u00a0 copy© hellip… mdash— ndash– rarr→ larr← times×';

const characters = new Map(NAMES.split(' ').map((entry) => [entry.slice(0, -1), entry.slice(-1)]));

let isWhole = false;
let loading: Promise<void> | undefined;

/** Takes the names that HTML 5 has beside them. */
export function addEntities(names: Iterable<readonly [name: string, characters: string]>): void {
  for (const [name, value] of names) characters.set(name, value);
  isWhole = true;
}

/** All names of HTML 5: they come on demand. Resolves at once where they are here; a table that does not come changes nothing. */
export function loadEntities(): Promise<void> {
  if (isWhole) return Promise.resolve();
  loading ??= import('./all-entities.ts').then(
    ({ allEntities }) => addEntities(allEntities()),
    () => {
      loading = undefined;
    },
  );
  return loading;
}

/** Whether a name that is not known may yet become known. */
export function mayLoadEntities(): boolean {
  return !isWhole;
}

/** What `&name;` stands for. */
export function entity(name: string): string | undefined {
  return characters.get(name);
}

/** What `&#…;` stands for. */
export function codePoint(code: number): string {
  return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
    ? '\ufffd'
    : String.fromCodePoint(code);
}
