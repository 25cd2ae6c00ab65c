import { html, type TemplateResult } from 'lit';

/** A line icon on a 24 by 24 grid. Decoration only: what it means stands beside it in words. */
export function icon(path: string, className = ''): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${className}><path d=${path} /></svg>`;
}

export const WARNING = 'M12 8v5m0 3.5v.01M12 3l9.5 17h-19z';

/** What elements draw from the start. */
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
  spinner: icon('M12 3a9 9 0 1 1-9 9', 'spin'),
  thought: icon(
    'M9 18h6m-5 3h4M12 3a6 6 0 0 0-3.5 10.9c.6.5 1 1.2 1 2V16h5v-.1c0-.8.4-1.5 1-2A6 6 0 0 0 12 3z',
  ),
  warning: icon(WARNING),
} as const;
