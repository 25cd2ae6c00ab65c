// The page that the pictures of stories are taken of: see story-screenshots.js.
import '../.storybook/preview.css';
import { setProjectAnnotations } from '@storybook/web-components-vite';
import { composeStory } from 'storybook/preview-api';
import preview from '../.storybook/preview.ts';

const modules = import.meta.glob('../stories/*.stories.ts', { eager: true });
const project = setProjectAnnotations(preview);

/** Titles to the stories that one picture shows. */
const pictures = new Map();
for (const { default: meta, ...named } of Object.values(modules)) {
  for (const [name, story] of Object.entries(named)) {
    const isChat = meta.component === 'agent-chat';
    const title = isChat ? `${meta.title}/${name}` : meta.title;
    pictures.set(title, [...(pictures.get(title) ?? []), { name, story, meta, isChat }]);
  }
}

globalThis.titles = [...pictures.keys()].sort();
globalThis.show = async (title, direction) => {
  document.body.replaceChildren();
  for (const { name, story, meta, isChat } of pictures.get(title)) {
    const place = document.createElement('div');
    if (!isChat) document.body.append(Object.assign(document.createElement('h2'), { textContent: name }));
    document.body.append(place);
    await composeStory(story, meta, project, {}, name).run({ canvasElement: place });
  }
  document.documentElement.dir = direction;
};

/** Whether no conversation goes on, but for those that wait for somebody. */
globalThis.isOver = () =>
  [...document.querySelectorAll('agent-chat')].every(
    ({ chat }) => chat?.status !== 'streaming' || chat.pendingApprovals.length > 0,
  );
