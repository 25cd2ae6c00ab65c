import type { MarkdownRenderer } from 'agent-chat-kit/markdown';

/** What is used of KaTeX 0.16 and later. */
interface Katex {
  render(source: string, element: HTMLElement, options: Readonly<Record<string, unknown>>): void;
}

/** What is longer stays source: browsers take far longer to lay out a longer formula. Characters. */
const LONGEST = 5_000;

/**
 * Draws mathematics by KaTeX, which comes with the first formula: `createKatexRenderer(() => import('katex'))`. It
 * writes MathML, which browsers show without its styles and fonts.
 */
export function createKatexRenderer(load: () => Promise<{ readonly default: Katex }>): MarkdownRenderer {
  return async (element, source, info) => {
    const isInline = info === 'inline';
    if (source.length > LONGEST) return;
    try {
      const { default: katex } = await load();
      const drawn = document.createElement(isInline ? 'span' : 'div');
      // A formula may say where it is painted, which is not over what stands around it.
      Object.assign(
        drawn.style,
        isInline ? { display: 'inline-block', contain: 'paint' } : { overflow: 'auto' },
      );
      katex.render(source, drawn, {
        displayMode: !isInline,
        output: 'mathml',
        trust: false,
        maxExpand: 200,
        maxSize: 50,
        // What is no LaTeX is no matter for the console.
        strict: 'ignore',
      });
      element.replaceChildren(drawn);
    } catch {
      // The source is shown already.
    }
  };
}
