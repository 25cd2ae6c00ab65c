import { html } from 'lit';
import { partStory, played } from './played.ts';

export default { title: 'Parts/Source', component: 'agent-source' };

const source = (fields: object, number?: number) => ({
  render: () =>
    Object.assign(document.createElement('agent-source'), {
      data: { type: 'source', sourceType: 'url', id: 's', ...fields },
      number,
    }),
});

/** As the focus of the keyboard leaves it. */
const focused = {
  play: async ({ canvasElement }: { canvasElement: HTMLElement }) => {
    const element = canvasElement.querySelector('agent-source');
    await element?.updateComplete;
    element?.shadowRoot?.querySelector<HTMLElement>('[part="source"]')?.focus();
    for (let tries = 0; tries < 100 && !element?.shadowRoot?.querySelector('[part="preview"]'); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
  },
};

const ARTICLE = {
  url: 'https://handbook.example.org/transport/server-sent-events?section=reconnecting#last-event-id',
  title: 'Server-sent events: how a page gets back what it missed while it was away',
};

export const Link = partStory('agent-source', 'source', () => played('source'));
export const Numbered = source(ARTICLE, 3);
export const WithPreview = { ...source(ARTICLE, 3), ...focused };
export const WithoutTitle = source({ url: 'https://example.org/2026/report.html' }, 12);

const NOTES = {
  sourceType: 'document',
  title: 'Protocol notes',
  filename: 'protocol-notes-2026.pdf',
  mediaType: 'application/pdf',
};

export const Document = source(NOTES);
export const DocumentWithPreview = { ...source(NOTES, 2), ...focused };

/** An address that is no web address is shown as text. */
export const Refused = source({ url: 'javascript:alert(1)', title: 'Click here' });

/** The host says what it is, whatever the title looks like. */
export const Disguised = {
  ...source({ url: 'https://\u0430pple.com/sign-in', title: 'apple.com \u202Emoc.elppa' }, 1),
  ...focused,
};

/** The end of a long host says whose it is. */
export const LongHost = source(
  { url: 'https://www.bank.example.com.secure.sign-in.account.update.attacker.example/', title: 'Your bank' },
  1,
);

export const Row = {
  render: () => html`<div role="group" aria-label="4 sources">
    ${[
      ARTICLE,
      { url: 'https://example.org/', title: 'Example' },
      NOTES,
      { url: 'https://example.com/a' },
    ].map(
      (fields, index) =>
        html`<agent-source
          .data=${{ type: 'source', sourceType: 'url', id: `s${index}`, ...fields }}
          .number=${index + 1}
        ></agent-source> `,
    )}
  </div>`,
};
