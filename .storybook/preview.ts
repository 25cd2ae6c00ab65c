import 'agent-chat-kit/elements';
import './preview.css';
import { type Preview, setCustomElementsManifest } from '@storybook/web-components-vite';

// What the build says of the elements: their properties, slots, events, parts and states beside each story.
const manifests = import.meta.glob('../dist/custom-elements.json', { eager: true, import: 'default' });
for (const manifest of Object.values(manifests)) setCustomElementsManifest(manifest);

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
