/** What may be in the page, written from `renderer.ts`: nothing that runs, loads or embeds but an image. */
export const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del mark a img br hr ' +
    'table thead tbody tr th td input sup section div span button'
  ).split(' '),
);

export const ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    'href title src alt start align type checked disabled target rel referrerpolicy loading dir id class ' +
    'data-chrome data-tight data-language data-host data-pending data-footnotes data-footnote-ref ' +
    'data-footnote-backref data-math data-directive data-citation aria-label aria-hidden role'
  ).split(' '),
);
