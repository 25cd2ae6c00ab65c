import { mergeConfig } from 'vite';
import config from '../../vite.config.ts';
export default mergeConfig(config, {
  root: '/work/main',
  server: { fs: { allow: ['/work/main', '/work/shared/corpora'] } },
});
