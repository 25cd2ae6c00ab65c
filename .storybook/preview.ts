import 'agent-chat-kit/elements';
import './preview.css';
import type { Preview } from '@storybook/web-components-vite';

const preview: Preview = {
  globalTypes: {
    scheme: {
      description: 'Colour scheme',
      toolbar: { icon: 'contrast', items: ['light dark', 'light', 'dark'], dynamicTitle: true },
    },
    direction: {
      description: 'Writing direction',
      toolbar: { icon: 'transfer', items: ['ltr', 'rtl'], dynamicTitle: true },
    },
  },
  initialGlobals: { scheme: 'light dark', direction: 'ltr' },
  decorators: [
    (story, { globals }) => {
      document.documentElement.style.colorScheme = globals['scheme'];
      document.documentElement.dir = globals['direction'];
      return story();
    },
  ],
};

export default preview;
