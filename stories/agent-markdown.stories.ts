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
