import { html, type TemplateResult } from 'lit';

/** Line icons on a 24 by 24 grid. Decoration only: what they mean stands beside them in words. */
function icon(path: string, className = ''): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${className}><path d=${path} /></svg>`;
}

const WARNING = 'M12 8v5m0 3.5v.01M12 3l9.5 17h-19z';

export const icons = {
  send: icon('M12 19V5m0 0-6 6m6-6 6 6'),
  stop: icon('M7 7h10v10H7z', 'solid'),
  attach: icon(
    'm20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4L14.5 7',
  ),
  close: icon('M6 6l12 12M18 6 6 18'),
  down: icon('M12 5v14m0 0 6-6m-6 6-6-6'),
  edit: icon('M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4'),
  copy: icon('M9 9h11v11H9zm-3.5 6H4V4h11v1.5'),
  retry: icon('M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.7m0-4.7v4.7h4.7'),
  previous: icon('m15 6-6 6 6 6', 'directed'),
  next: icon('m9 6 6 6-6 6', 'directed'),
  chevron: icon('m9 6 6 6-6 6', 'chevron'),
  check: icon('m5 12.5 4.5 4.5L19 7.5', 'done'),
  cross: icon('M7 7l10 10M17 7 7 17', 'error'),
  dash: icon('M6 12h12'),
  circle: icon('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z'),
  spinner: icon('M12 3a9 9 0 1 1-9 9', 'spin'),
  waiting: icon(WARNING, 'waiting'),
  thought: icon(
    'M9 18h6m-5 3h4M12 3a6 6 0 0 0-3.5 10.9c.6.5 1 1.2 1 2V16h5v-.1c0-.8.4-1.5 1-2A6 6 0 0 0 12 3z',
  ),
  file: icon('M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zm0 0v5h5'),
  image: icon('M4 5h16v14H4zm0 11 5-5 4 4 2-2 5 5M15.5 9.5v.01'),
  link: icon(
    'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  ),
  worker: icon(
    'M12 3v4m-5 0h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm2.5 5v1.5m5-1.5v1.5M2.5 12v2m19-2v2',
  ),
  warning: icon(WARNING),
} as const;
