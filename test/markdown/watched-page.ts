import { ATTRIBUTES, ELEMENTS } from './allowed.ts';

export const DIALOGS = ['alert', 'confirm', 'prompt', 'print', 'open'] as const;
const HREF = /^(?:https?:\/\/|mailto:)/;
const NOTE = /^#markdown-\d+-footnote-\d+$/;
const HTML = 'http://www.w3.org/1999/xhtml';

/** A page within the page, and whatever happens in it that must not. */
export interface WatchedPage {
  readonly page: Document;
  readonly view: Window & typeof globalThis;
  /** Dialogs, `fetch`, violations of the policy, errors. */
  readonly events: string[];
  /** The addresses of what was asked for. */
  readonly requests: () => string[];
  readonly root: HTMLElement;
}

/** With `scripts`, the page has the address of this one and runs these modules of it. */
export async function openPage(policy: string | null, scripts: readonly string[] = []): Promise<WatchedPage> {
  const frame = document.createElement('iframe');
  const meta = policy === null ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const modules = scripts.map((src) => `<script type="module" src="${src}"></script>`).join('');
  const html = `<!doctype html><html><head>${meta}</head><body><main></main>${modules}</body></html>`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  if (scripts.length === 0) frame.srcdoc = html;
  document.body.append(frame);
  if (scripts.length > 0) {
    frame.contentDocument?.open();
    frame.contentDocument?.write(html);
    frame.contentDocument?.close();
  }
  await loaded;
  const page = frame.contentDocument as Document;
  const view = frame.contentWindow as Window & typeof globalThis;
  const events: string[] = [];
  for (const name of DIALOGS) {
    Object.assign(view, { [name]: () => void events.push(`${name}()`) });
  }
  const fetchThere = view.fetch.bind(view);
  view.fetch = (...request) => {
    events.push(`fetch(${request[0]})`);
    return fetchThere(...request);
  };
  page.addEventListener('securitypolicyviolation', (event) => {
    events.push(`violation of ${event.effectiveDirective}: ${event.blockedURI}`);
  });
  view.addEventListener('error', (event) => void events.push(`error: ${event.message}`), true);
  const requests = (): string[] => view.performance.getEntriesByType('resource').map(({ name }) => name);
  return { page, view, events, requests, root: page.querySelector('main') as HTMLElement };
}

/** Time for what runs, loads or reports later. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

/** What of an element may not be in a page. */
export function wrongIn(element: Element, elements = ELEMENTS, attributes = ATTRIBUTES): string[] {
  const wrong: string[] = [];
  if (!elements.has(element.localName) || element.namespaceURI !== HTML) {
    wrong.push(`<${element.localName}>`);
  }
  for (const { name, value } of element.attributes) {
    if (!attributes.has(name) || name.startsWith('on') || name === 'style' || name === 'srcset') {
      wrong.push(`<${element.localName} ${name}>`);
    }
    if (name === 'href' && !HREF.test(value) && !NOTE.test(value)) wrong.push(`href=${value}`);
    // No image loads unless a policy or the reader lets it.
    if (name === 'src') wrong.push(`src=${value}`);
  }
  return wrong;
}

export const ofPrototype = (realm: typeof globalThis): string[] =>
  Reflect.ownKeys(realm.Object.prototype).map(String);
