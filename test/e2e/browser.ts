import { type Browser, chromium, type Locator } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.js';

export async function launch(): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath ? { executablePath } : {}) });
}

/** All that can be read of an element, its shadow trees included. Styles and hidden words are left out. */
export function textOf(locator: Locator): Promise<string> {
  return locator.evaluate((element) => {
    const read = (node: Node): string => {
      if (node instanceof Text) return node.data;
      if (node instanceof HTMLStyleElement || !(node instanceof Element)) return '';
      if (node.classList.contains('hidden-visually')) return '';
      return [...(node.shadowRoot ?? node).childNodes].map(read).join('');
    };
    return read(element).replace(/\s+/g, ' ').trim();
  });
}
