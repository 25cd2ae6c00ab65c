import { icon, WARNING } from './icons.ts';

/** What only views that load on demand draw. */
export const viewIcons = {
  circle: icon('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z'),
  waiting: icon(WARNING, 'waiting'),
  file: icon('M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zm0 0v5h5'),
  image: icon('M4 5h16v14H4zm0 11 5-5 4 4 2-2 5 5M15.5 9.5v.01'),
  link: icon(
    'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  ),
  worker: icon(
    'M12 3v4m-5 0h10a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm2.5 5v1.5m5-1.5v1.5M2.5 12v2m19-2v2',
  ),
} as const;
