import type { MarkdownRenderer } from 'agent-chat-kit/markdown';

/** What is used of Mermaid 10 and later. */
interface Mermaid {
  initialize(options: Readonly<Record<string, unknown>>): void;
  render(id: string, source: string): Promise<{ readonly svg: string }>;
}

let count = 0;

/**
 * Draws diagrams by Mermaid, which comes with the first of them: `createMermaidRenderer(() => import('mermaid'))`. What
 * it makes is shown as an image: nothing in it runs, loads or leads anywhere, whatever the source says.
 */
export function createMermaidRenderer(load: () => Promise<{ readonly default: Mermaid }>): MarkdownRenderer {
  return async (element, source) => {
    try {
      const { default: mermaid } = await load();
      // An image shows no HTML that is in it.
      mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', htmlLabels: false });
      count += 1;
      const { svg } = await mermaid.render(`diagram-${count}`, source);
      const image = new Image();
      const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
      image.alt = source;
      image.src = url;
      await image.decode();
      URL.revokeObjectURL(url);
      element.replaceChildren(image);
    } catch {
      // The source is shown already.
    }
  };
}
