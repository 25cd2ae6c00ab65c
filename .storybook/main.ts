import type { StorybookConfig } from '@storybook/web-components-vite';

const conditions = ['source', 'import', 'module', 'browser', 'default'];

const config: StorybookConfig = {
  stories: ['../stories/**/*.stories.ts'],
  framework: '@storybook/web-components-vite',
  // A page for every element, of what the manifest says.
  addons: ['@storybook/addon-docs'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  viteFinal: (vite) => ({ ...vite, resolve: { ...vite.resolve, conditions } }),
};

export default config;
