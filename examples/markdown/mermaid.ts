import type { MarkdownRenderer } from 'agent-chat-kit/markdown';

/** What is used of Mermaid 10 and later. */
interface Mermaid {
  initialize(options: Readonly<Record<string, unknown>>): void;
  render(id: string, source: string): Promise<{ readonly svg: string }>;
}

/** What is longer stays source: where everything in it stands takes long to find. Characters. */
const LONGEST = 10_000;
/** Nor is drawn what has more lines from one thing to another. */
const MOST_EDGES = 200;

/**
 * Draws diagrams by Mermaid, which comes with the first of them, from the address of its one script. Mermaid asks for
 * images and styles that a diagram names, so it works in a page of its own that may load nothing. What it makes is
 * shown as an image: nothing in it runs, loads or leads anywhere, whatever the source says.
 */
export function createMermaidRenderer(script: string): MarkdownRenderer {
  let loading: Promise<Mermaid> | undefined;
  let count = 0;
  return async (element, source) => {
    if (source.length > LONGEST) return;
    try {
      loading ??= load(script);
      loading.catch(() => {
        loading = undefined;
      });
      const mermaid = await loading;
      count += 1;
      const { svg } = await mermaid.render(`diagram-${count}`, source);
      const image = new Image();
      const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
      image.alt = source;
      image.src = url;
      // As an image it would have the size of none.
      const width = Number(/viewBox="\S+ \S+ (\S+)/.exec(svg)?.[1]);
      if (width > 0) image.width = width;
      image.style.maxWidth = '100%';
      await image.decode();
      URL.revokeObjectURL(url);
      element.replaceChildren(image);
    } catch {
      // The source is shown already.
    }
  };
}

async function load(script: string): Promise<Mermaid> {
  const nonce = crypto.getRandomValues(new Uint32Array(4)).join('');
  const policy =
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; ` +
    "base-uri 'none'; form-action 'none'";
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin allow-scripts');
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><body>`;
  frame.inert = true;
  frame.ariaHidden = 'true';
  // Nobody sees it, but texts are measured in it.
  Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto 0', width: '800px', height: '600px' });
  Object.assign(frame.style, { border: '0', visibility: 'hidden', pointerEvents: 'none' });
  try {
    await isThere(frame, document.body);
    const page = frame.contentDocument as Document;
    const element = page.createElement('script');
    element.src = new URL(script, document.baseURI).href;
    element.nonce = nonce;
    await isThere(element, page.head);
    const { mermaid } = frame.contentWindow as unknown as { readonly mermaid: Mermaid };
    // An image shows no HTML that is in it, and what cannot be read leaves no drawing of a mistake.
    const how = { htmlLabels: false, suppressErrorRendering: true, maxEdges: MOST_EDGES };
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', ...how });
    return mermaid;
  } catch (error) {
    frame.remove();
    throw error;
  }
}

function isThere(element: HTMLElement, parent: HTMLElement): Promise<unknown> {
  return new Promise((resolve, reject) => {
    element.addEventListener('load', resolve);
    element.addEventListener('error', reject);
    parent.append(element);
  });
}
