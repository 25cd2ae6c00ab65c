import type { MarkdownRenderer } from 'agent-chat-kit/markdown';

/** What is used of KaTeX 0.16 and later. */
interface Katex {
  render(source: string, element: HTMLElement, options: Readonly<Record<string, unknown>>): void;
}

/**
 * Draws mathematics by KaTeX, which comes with the first formula: `createKatexRenderer(() => import('katex'))`. It
 * writes MathML, which browsers show without its styles and fonts.
 */
export function createKatexRenderer(load: () => Promise<{ readonly default: Katex }>): MarkdownRenderer {
  return async (element, source) => {
    try {
      const { default: katex } = await load();
      const drawn = document.createElement('div');
      katex.render(source, drawn, { displayMode: true, output: 'mathml', trust: false, maxExpand: 200 });
      element.replaceChildren(drawn);
    } catch {
      // The source is shown already.
    }
  };
}
