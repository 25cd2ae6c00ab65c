import 'agent-chat-kit/elements';
import './preview.css';
import { type Preview, setCustomElementsManifest } from '@storybook/web-components-vite';

// What the build says of the elements: their properties, slots, events, parts and states beside each story.
interface Manifest {
  readonly modules: readonly {
    readonly declarations: readonly { readonly tagName?: string; readonly summary?: string }[];
  }[];
}
const manifests = Object.values(
  import.meta.glob<Manifest>('../dist/custom-elements.json', { eager: true, import: 'default' }),
);
for (const manifest of manifests) setCustomElementsManifest(manifest);
const declarations = manifests.flatMap(({ modules }) => modules.flatMap((module) => module.declarations));

const preview: Preview = {
  tags: ['autodocs'],
  parameters: {
    docs: {
      extractComponentDescription: (tag: string) =>
        declarations.find(({ tagName }) => tagName === tag)?.summary,
    },
  },
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
