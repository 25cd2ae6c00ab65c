import { html } from 'lit';

export default { title: 'Markdown', component: 'agent-markdown' };

const TEXT = `# Ship it on Friday?

The build is **green**, and the *two* open questions are \`small\`. See [the checklist](https://example.com/checklist).

- [x] Freeze the API
- [ ] Write the notes
  1. what changed
  2. what breaks

> A quote with **weight**.

\`\`\`ts
export async function send(message: string): Promise<Response> {
  return fetch('/chat', { method: 'POST', body: message });
}
\`\`\`

| Check | Owner | Minutes |
| :---- | :---: | ------: |
| Types | Ada | 2 |
| Screen readers | Lin | 31 |

Visit [https://bank.example.com](https://other.example/login) now. ![A chart](https://img.example/chart.png)

It holds.[^1]

[^1]: Measured on a *slow* phone.
`;

export const Done = {
  render: () => html`<agent-markdown .text=${TEXT}></agent-markdown>`,
};
export const Streaming = {
  render: () => html`<agent-markdown .text=${TEXT.slice(0, 420)} streaming></agent-markdown>`,
};
export const Unfinished = {
  render: () =>
    html`<agent-markdown .text=${'Some **bold and [a link](https://exam'} streaming></agent-markdown>`,
};

const PIECE = 90;

/** Comes in large pieces, and is shown in small ones. */
export const Reveal = {
  render: () => {
    const element = document.createElement('agent-markdown');
    element.reveal = true;
    element.streaming = true;
    let at = 0;
    const next = (): void => {
      if (at > 0 && !element.isConnected) return;
      if (at >= TEXT.length) element.finish();
      else {
        element.append(TEXT.slice(at, at + PIECE));
        at += PIECE;
        setTimeout(next, 400);
      }
    };
    next();
    return element;
  },
};

const LINES = Array.from({ length: 12 }, (_, index) => `const step${index + 1} = await take(${index + 1});`);

export const LineNumbers = {
  render: () => html`<agent-markdown .text=${`\`\`\`ts\n${LINES.join('\n')}\n\`\`\``}></agent-markdown>`,
  // As a reader asks for them.
  play: async ({ canvasElement }: { canvasElement: HTMLElement }) => {
    const root = canvasElement.querySelector('agent-markdown')?.shadowRoot;
    const button = () =>
      [...(root?.querySelectorAll('button') ?? [])].find(({ textContent }) => textContent === 'Lines');
    for (let i = 0; i < 300 && !button(); i += 1) await new Promise(requestAnimationFrame);
    if (!button()) throw new Error('There is no button that numbers lines.');
    button()?.click();
  },
};
