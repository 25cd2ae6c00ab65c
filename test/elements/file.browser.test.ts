import 'agent-chat-kit/elements';
import type { AgentFile } from 'agent-chat-kit/elements';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';

const errors: unknown[] = [];
const onError = (event: ErrorEvent | PromiseRejectionEvent) =>
  void errors.push('reason' in event ? event.reason : event.message);
/** Addresses of blobs that the page made. */
const made: string[] = [];
/** Addresses of blobs that the elements made, and those that they gave back. */
let created: string[] = [];
let revoked: string[] = [];
const { createObjectURL, revokeObjectURL } = URL;

beforeEach(() => {
  errors.length = 0;
  created = [];
  revoked = [];
  addEventListener('error', onError);
  addEventListener('unhandledrejection', onError);
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    created.push(createObjectURL.call(URL, blob));
    return created.at(-1) as string;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => {
    revoked.push(url);
    revokeObjectURL.call(URL, url);
  });
});

afterEach(() => {
  removeEventListener('error', onError);
  removeEventListener('unhandledrejection', onError);
  document.body.replaceChildren();
  vi.restoreAllMocks();
  for (const url of made.splice(0)) URL.revokeObjectURL(url);
  expect(errors).toEqual([]);
});

/** A file of the page itself. */
function own(content: BlobPart, mediaType = 'application/octet-stream'): string {
  const url = createObjectURL.call(URL, new Blob([content], { type: mediaType }));
  made.push(url);
  return url;
}

async function show(fields: object): Promise<AgentFile> {
  const element = Object.assign(document.createElement('agent-file'), {
    data: { type: 'file', id: 'f', mediaType: 'application/octet-stream', ...fields },
  });
  document.body.append(element);
  await element.updateComplete;
  return element as AgentFile;
}

async function update(element: AgentFile, fields: object): Promise<void> {
  element.data = { ...element.data, ...fields } as AgentFile['data'];
  await element.updateComplete;
}

const root = (element: Element): ShadowRoot => element.shadowRoot as ShadowRoot;
const find = <Found extends HTMLElement>(element: Element, selector: string) =>
  root(element).querySelector<Found>(selector);
const all = (element: Element, selector: string) => [
  ...root(element).querySelectorAll<HTMLElement>(selector),
];
const words = (node: Element | null) => (node?.textContent ?? '').replace(/\s+/g, ' ').trim();

/** What is there once it has come. */
async function come<Found extends HTMLElement>(element: Element, selector: string): Promise<Found> {
  await expect.poll(() => find(element, selector)).not.toBeNull();
  return find<Found>(element, selector) as Found;
}

async function picture(width: number, height: number): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.fillRect(0, 0, width, height);
  return own(await canvas.convertToBlob({ type: 'image/png' }), 'image/png');
}

const image = async (fields: object = {}) =>
  show({ mediaType: 'image/png', filename: 'chart.png', url: await picture(640, 400), ...fields });

/** Every request of another host from now on. */
function foreignRequests(): { readonly urls: string[]; stop(): void } {
  const urls: string[] = [];
  const note = (entries: PerformanceEntry[]) =>
    urls.push(...entries.map(({ name }) => name).filter((name) => name.startsWith('http://127.0.0.1:9/')));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'resource' });
  return {
    get urls() {
      note(observer.takeRecords());
      return urls;
    },
    stop: () => observer.disconnect(),
  };
}

const frames = async (count: number) => {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
};

describe('an image', () => {
  it('has its place before it comes: nothing moves, whatever its shape', async () => {
    const url = await picture(20, 600);
    const element = await show({ mediaType: 'image/png', filename: 'a.png', url: 'blob:none' });
    element.data = undefined;
    await element.updateComplete;
    const boxes: string[] = [];
    const look = () => {
      const { width, height } = element.getBoundingClientRect();
      boxes.push(`${width} ${height}`);
    };
    await update(element, { type: 'file', id: 'f', mediaType: 'image/png', filename: 'a.png', url });
    look();
    expect(find(element, '.loading')).not.toBeNull();
    await expect.poll(() => find(element, '.shown')).not.toBeNull();
    look();
    expect(boxes[1]).toBe(boxes[0]);
    const shown = find<HTMLImageElement>(element, 'img') as HTMLImageElement;
    expect(shown.naturalHeight).toBe(600);
    const box = (shown.parentElement as HTMLElement).getBoundingClientRect();
    expect(shown.getBoundingClientRect().height).toBeLessThanOrEqual(box.height);
    expect(getComputedStyle(shown).objectFit).toBe('contain');
    expect(shown.alt).toBe('a.png');
  });

  it('that is none becomes its name with a download', async () => {
    const element = await image({ url: own('no image', 'image/png'), size: 8 });
    const link = await come<HTMLAnchorElement>(element, 'a[part="file"]');
    expect(words(link)).toBe('chart.png 8 bytes Download');
    expect(link.download).toBe('chart.png');
    expect(find(element, 'img')).toBeNull();
    await update(element, { url: await picture(4, 4) });
    await expect.poll(() => find(element, '.shown')).not.toBeNull();
  });

  it('opens larger by keyboard, is closed by Escape, which goes no further, and gives the focus back', async () => {
    const element = await image();
    const heard: string[] = [];
    const hear = ({ key }: KeyboardEvent) => void heard.push(key);
    document.body.addEventListener('keydown', hear);
    await userEvent.tab();
    const button = root(element).activeElement as HTMLElement;
    expect(button.ariaHasPopup).toBe('dialog');
    for (let turn = 0; turn < 2; turn += 1) {
      await userEvent.keyboard('{Enter}');
      const dialog = await come<HTMLDialogElement>(element, 'dialog[open]');
      expect(dialog.matches(':modal')).toBe(true);
      expect(dialog.ariaLabel).toBe('View chart.png larger');
      expect(root(element).activeElement?.ariaLabel).toBe('Close');
      expect(find<HTMLAnchorElement>(element, 'dialog a')?.download).toBe('chart.png');
      expect(find<HTMLImageElement>(element, 'dialog img')?.src).toBe(element.data?.url);
      await userEvent.keyboard('{Escape}');
      await expect.poll(() => find(element, 'dialog')).toBeNull();
      expect(root(element).activeElement).toBe(button);
    }
    document.body.removeEventListener('keydown', hear);
    expect(heard.filter((key) => key === 'Escape')).toEqual([]);
  });

  it('is closed by its button and by a press beside it, and not by one on it', async () => {
    const element = await image();
    const button = find(element, 'button') as HTMLElement;
    await userEvent.click(button);
    await come(element, 'dialog[open]');
    await userEvent.click(find(element, 'dialog img') as HTMLElement);
    expect(find(element, 'dialog[open]')).not.toBeNull();
    await userEvent.click(find(element, 'dialog button') as HTMLElement);
    await expect.poll(() => find(element, 'dialog')).toBeNull();
    await userEvent.click(button);
    await come(element, 'dialog[open]');
    await userEvent.click(document.body, { position: { x: 2, y: 2 }, force: true });
    await expect.poll(() => find(element, 'dialog')).toBeNull();
    expect(root(element).activeElement).toBe(button);
  });

  it('is not larger any more once it is another one, or the element goes', async () => {
    const element = await image();
    await userEvent.click(find(element, 'button') as HTMLElement);
    await come(element, 'dialog[open]');
    await update(element, { url: await picture(8, 8) });
    expect(find(element, 'dialog')).toBeNull();
    await userEvent.click(find(element, 'button') as HTMLElement);
    await come(element, 'dialog[open]');
    element.remove();
    await element.updateComplete;
    document.body.append(element);
    await element.updateComplete;
    expect(find(element, 'dialog')).toBeNull();
  });

  it('makes no addresses of its own, and gives back none of the page’s', async () => {
    const element = await image();
    await userEvent.click(find(element, 'button') as HTMLElement);
    await come(element, 'dialog[open]');
    element.remove();
    expect([created, revoked]).toEqual([[], []]);
  });
});

describe('sound and film', () => {
  it.each([
    ['audio/mpeg', 'song.mp3', 'audio'],
    ['video/mp4', 'film.mp4', 'video'],
  ])(
    'of type %s of the page can be played, and is not asked for before',
    async (mediaType, filename, tag) => {
      const element = await show({ mediaType, filename, url: '/none-of-these.bin' });
      const player = await come<HTMLMediaElement>(element, tag);
      expect([player.controls, player.preload, player.ariaLabel]).toEqual([true, 'none', filename]);
      await frames(6);
      expect(performance.getEntriesByName(player.src)).toEqual([]);
      expect(player.networkState).not.toBe(HTMLMediaElement.NETWORK_LOADING);
    },
  );

  it('of another host waits for the reader, and again where it is another one', async () => {
    const requests = foreignRequests();
    const url = 'http://127.0.0.1:9/song.mp3';
    const element = await show({ mediaType: 'audio/mpeg', filename: 'song.mp3', url });
    const button = await come(element, 'button');
    expect(words(button)).toBe('Load from 127.0.0.1:9');
    await frames(6);
    expect(find(element, 'audio')).toBeNull();
    expect(requests.urls).toEqual([]);
    await userEvent.click(button);
    expect((await come<HTMLAudioElement>(element, 'audio')).src).toBe(url);
    await update(element, { url: `${url}?2` });
    expect(find(element, 'audio')).toBeNull();
    expect(find(element, 'button')).not.toBeNull();
    requests.stop();
  });

  it('that cannot be played can still be had', async () => {
    const element = await show({ mediaType: 'audio/mpeg', filename: 'song.mp3', url: own('no sound') });
    await find<HTMLAudioElement>(element, 'audio')
      ?.play()
      .catch(() => {});
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
    expect(find(element, 'a[part="file"]')).not.toBeNull();
  });
});

describe('a table', () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, index) => `${index},"name ""${index}"", and\nmore",${index}.5`).join(
      '\r\n',
    );

  async function preview(content: BlobPart, fields: object = {}): Promise<AgentFile> {
    const element = await show({
      mediaType: 'text/csv',
      filename: 'table.csv',
      url: own(content, 'text/csv'),
      ...fields,
    });
    const button = await come(element, 'button');
    expect(words(button)).toBe('Preview');
    button.focus();
    await userEvent.keyboard('{Enter}');
    return element;
  }
  const cells = (element: Element, selector: string) =>
    all(element, selector).map((cell) => cell.textContent);

  it('shows the first hundred rows, and says how many there are', async () => {
    const element = await preview(`number,"name, if any",value\r\n${rows(1_234)}\r\n`);
    const region = await come(element, '.scroll');
    expect(region.ariaLabel).toBe('table.csv');
    expect(cells(element, 'th')).toEqual(['number', 'name, if any', 'value']);
    expect(all(element, 'tbody tr').length).toBe(100);
    expect(cells(element, 'tbody tr:nth-child(3) td')).toEqual(['2', 'name "2", and\nmore', '2.5']);
    expect(words(find(element, '.note'))).toBe('The first 100 of 1,234 rows');
    await userEvent.tab();
    expect(root(element).activeElement).toBe(region);
    await userEvent.keyboard('{End}');
  });

  it('shows all of a short one', async () => {
    const element = await preview('a;b\n1;2\n\n3;4');
    await come(element, 'table');
    expect(cells(element, 'tbody td')).toEqual(['1', '2', '3', '4']);
    expect(words(find(element, '.note'))).toBe('2 items');
  });

  it.each([
    ['tabs', 'a\tb\n1\t2', 'text/tab-separated-values'],
    ['a vague type', 'a,b\n1,2', 'text/plain'],
    ['no type', 'a,b\n1,2', ''],
  ])('is known with %s', async (_, content, mediaType) => {
    const element = await preview(content, { mediaType, filename: 'table.csv' });
    await come(element, 'table');
    expect(cells(element, 'th, td')).toEqual(['a', 'b', '1', '2']);
  });

  it('of more than two megabytes is read in part, and the row that is cut is not shown', async () => {
    const element = await preview(`a,b\n${'1,"two"\n'.repeat(300_000)}`);
    await come(element, 'table');
    expect(words(find(element, '.note'))).toBe('The first 100 of 250,000+ rows');
    document.body.replaceChildren();
    const long = await preview(`a,b\n1,2\n3,${'x'.repeat(2_500_000)}`);
    await come(long, 'table');
    expect(cells(long, 'tbody tr:first-child td')).toEqual(['1', '2']);
    expect(all(long, 'tbody tr').length).toBe(1);
  });

  it('in the encodings of spreadsheets can be read', async () => {
    const utf16 = new Uint8Array([0xff, 0xfe, ...[...'ä,b\n1,2'].flatMap((c) => [c.charCodeAt(0), 0])]);
    for (const bytes of [utf16, new Uint8Array([0xe4, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0x32])]) {
      const element = await preview(bytes);
      await come(element, 'table');
      expect(cells(element, 'th, td')).toEqual(['ä', 'b', '1', '2']);
      element.remove();
    }
  });

  it('stays words, and what hides in it is written out', async () => {
    const element = await preview('<img src=x onerror="globalThis.pwned=1">,=HYPERLINK\n\u202Egpj,\u200B');
    await come(element, 'table');
    expect(cells(element, 'tbody td')).toEqual(['⟨U+202E⟩gpj', '⟨U+200B⟩']);
    expect(find(element, 'table img, table a')).toBeNull();
  });

  it('however wide and however long its fields are, has a bounded size', async () => {
    const element = await preview(`${'a,'.repeat(20_000)}\n${'x'.repeat(50_000)},1\n`);
    await come(element, 'table');
    expect(all(element, 'thead :is(th, td)').length).toBe(51);
    expect(words(find(element, 'thead td'))).toBe('+19951');
    expect(find(element, 'tbody td')?.textContent?.length).toBe(401);
  });

  it('closes with another press', async () => {
    const element = await preview('a,b\n1,2');
    await come(element, 'table');
    const button = find(element, 'button') as HTMLElement;
    expect(button.ariaExpanded).toBe('true');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => find(element, 'table')).toBeNull();
    expect(button.ariaExpanded).toBe('false');
    expect(root(element).activeElement).toBe(button);
  });

  it('of another host is only to download', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const element = await show({ mediaType: 'text/csv', filename: 'a.csv', url: 'http://127.0.0.1:9/a.csv' });
    await frames(6);
    expect(find(element, 'button')).toBeNull();
    expect(fetched).not.toHaveBeenCalled();
  });

  it('is not asked for before the press, and never where the host sends it elsewhere', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Elsewhere'));
    const element = await show({ mediaType: 'text/csv', filename: 'a.csv', url: '/a.csv' });
    const button = await come(element, 'button');
    await frames(6);
    expect(fetched).not.toHaveBeenCalled();
    await userEvent.click(button);
    expect(fetched.mock.calls[0]?.[1]?.mode).toBe('same-origin');
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
  });
});

describe('a text', () => {
  it.each([
    ['text/plain', 'notes.txt'],
    ['application/json', 'data.json'],
    ['text/markdown; charset=utf-8', 'notes.md'],
    ['application/octet-stream', 'notes.md'],
  ])('of type %s is shown as it is', async (mediaType, filename) => {
    const element = await show({ mediaType, filename, url: own('# One\n\n<b>two</b>\u202E') });
    await userEvent.click(await come(element, 'button'));
    expect((await come(element, 'pre')).textContent).toBe('# One\n\n<b>two</b>⟨U+202E⟩');
    expect(find(element, 'pre')?.ariaLabel).toBe(filename);
  });

  it('that is long is shown in part, and says so', async () => {
    const url = own('ä'.repeat(100_000));
    const element = await show({ mediaType: 'text/plain', filename: 'a.txt', url, size: 200_000 });
    await userEvent.click(await come(element, 'button'));
    expect((await come(element, 'pre')).textContent).toBe('ä'.repeat(32_000));
    expect(words(find(element, '.note'))).toBe('64 kB / 200 kB');
  });

  it.each([
    ['is not there', () => '/there-is-no-such-file.txt', 'text/plain'],
    ['is no text', () => own('a\0b'), 'text/plain'],
    ['is a page', () => own('<p>Sign in</p>', 'text/html'), 'text/plain'],
  ])('that %s is only to download', async (_, url, mediaType) => {
    const element = await show({ mediaType, filename: 'a.txt', url: url() });
    const button = await come(element, 'button');
    await userEvent.click(button);
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
    expect(find(element, 'a[part="file"]')).not.toBeNull();
    expect(button.isConnected && button.ariaExpanded).toBe('false');
  });
});

describe('a document', () => {
  const PDF =
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n';
  const pdf = (content: BlobPart, fields: object = {}) =>
    show({ mediaType: 'application/pdf', filename: 'minutes.pdf', url: own(content), ...fields });
  const press = async (element: AgentFile) => userEvent.click(await come(element, 'button'));

  beforeEach(() => {
    vi.spyOn(navigator, 'pdfViewerEnabled', 'get').mockReturnValue(true);
  });

  it('is shown from an address that is given back when it is closed', async () => {
    const element = await pdf(PDF);
    await come(element, 'button');
    expect(created).toEqual([]);
    await press(element);
    const frame = await come<HTMLIFrameElement>(element, 'iframe');
    expect(frame.src.split('#')[0]).toBe(created[0]);
    expect(frame.title).toBe('minutes.pdf');
    expect((await (await fetch(created[0] as string)).blob()).type).toBe('application/pdf');
    expect(revoked).toEqual([]);
    await press(element);
    await expect.poll(() => find(element, 'iframe')).toBeNull();
    expect(revoked).toEqual(created);
  });

  it('gives its address back when it goes, and when it is another one', async () => {
    const element = await pdf(PDF);
    await press(element);
    await come(element, 'iframe');
    await update(element, { url: own(PDF) });
    expect(find(element, 'iframe')).toBeNull();
    expect(revoked).toEqual(created);
    await press(element);
    await come(element, 'iframe');
    element.remove();
    expect(created.length).toBe(2);
    expect(revoked).toEqual(created);
  });

  it('that came after its element went leaves nothing behind', async () => {
    const element = await pdf(PDF);
    const button = await come(element, 'button');
    let signal: AbortSignal | undefined;
    const { fetch } = globalThis;
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      signal = init?.signal ?? undefined;
      return fetch(input, init);
    });
    button.click();
    element.remove();
    expect(signal?.aborted).toBe(true);
    await frames(6);
    expect(created).toEqual(revoked);
    document.body.append(element);
    await element.updateComplete;
    expect(find(element, 'iframe, [role="status"]')).toBeNull();
  });

  it.each([
    ['begins like another kind', '<html>%PDF-', {}],
    ['is empty', '', {}],
    ['says that it is larger than the limit', PDF, { size: 25_000_001 }],
    ['is larger than the limit', new Uint8Array(25_000_001).map((_, at) => PDF.charCodeAt(at) || 32), {}],
  ])('that %s is only to download', async (_, content, fields) => {
    const element = await pdf(content, fields);
    await press(element);
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
    expect(find(element, 'iframe')).toBeNull();
    expect(created).toEqual([]);
  });

  it('is only to download where the browser shows none, and is not even read', async () => {
    vi.spyOn(navigator, 'pdfViewerEnabled', 'get').mockReturnValue(false);
    const fetched = vi.spyOn(globalThis, 'fetch');
    const element = await pdf(PDF);
    await press(element);
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
    expect(fetched).not.toHaveBeenCalled();
  });

  it('is only to download where the page forbids frames', async () => {
    const element = await pdf(PDF);
    const policy = document.createElement('meta');
    policy.httpEquiv = 'Content-Security-Policy';
    policy.content = "frame-src 'none'";
    document.head.append(policy);
    await press(element);
    await expect.poll(() => words(find(element, '[role="status"]'))).toContain('cannot be previewed');
    expect(find(element, 'iframe')).toBeNull();
    expect(revoked).toEqual(created);
    expect(created.length).toBe(1);
  });
});

describe('any other file', () => {
  it('loads no view and offers the download', async () => {
    const element = await show({
      mediaType: 'application/zip',
      filename: 'a.zip',
      url: '/a.zip',
      size: 2_000_000,
    });
    await frames(4);
    expect(all(element, 'a, button').length).toBe(1);
    expect(words(find(element, '[part="file"]'))).toBe('a.zip 2 MB Download');
  });

  it('says its type where its name does not', async () => {
    const element = await show({
      mediaType: 'application/zip',
      filename: 'Totals',
      url: '/a.zip',
      size: 5_000,
    });
    expect(words(find(element, '.quiet'))).toBe('application/zip · 5 kB');
  });

  it('writes out what hides in its name', async () => {
    const element = await show({ filename: '\u202Egpj.exe', url: '/a' });
    expect(words(find(element, '.name'))).toBe('⟨U+202E⟩gpj.exe');
  });

  it.each(['mediaType', 'filename', 'url', 'size'])(
    'does not fail where its %s is of another kind',
    async (name) => {
      for (const wrong of [42, {}, [], null, true, Number.NaN, -1, Number.POSITIVE_INFINITY]) {
        const element = await show({
          mediaType: 'text/csv',
          filename: 'a.csv',
          url: '/a.csv',
          [name]: wrong,
        });
        await element.updateComplete;
        expect(words(find(element, '[part="file"]'))).not.toMatch(/\[object|NaN|∞|null/);
        element.remove();
      }
    },
  );
});
