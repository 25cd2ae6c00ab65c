import type { AttributeName, ElementName, Renderer } from './renderer.ts';

/** Writes into a page with nothing but nodes: no text is ever parsed as HTML. */
export function createDomRenderer(page: Document): Renderer<Node> {
  return {
    codeChunk: 64,
    boxesCode: true,
    element: (name: ElementName) => page.createElement(name),
    text: (value) => page.createTextNode(value),
    insert: (parent, node, before) => void parent.insertBefore(node, before),
    remove: (node) => void node.parentNode?.removeChild(node),
    clear: (element) => void (element as Element).replaceChildren(),
    rewrite(text, from, value) {
      const data = text as Text;
      if (from === data.length) data.appendData(value);
      else data.replaceData(from, data.length - from, value);
    },
    attribute(element, name: AttributeName, value) {
      if (value === null) (element as Element).removeAttribute(name);
      else (element as Element).setAttribute(name, value);
    },
  };
}
