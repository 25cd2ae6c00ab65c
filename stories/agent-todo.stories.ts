import { partStory, played } from './played.ts';

export default { title: 'Parts/Todo', component: 'agent-todo' };

export const Begun = partStory('agent-todo', 'todo', () => played('todo', 2));
export const Underway = partStory('agent-todo', 'todo', () => played('todo', 5));
export const Done = partStory('agent-todo', 'todo', () => played('todo'));
export const Folded = {
  ...partStory('agent-todo', 'todo', () => played('todo', 5)),
  play: ({ canvasElement }: { canvasElement: HTMLElement }) => fold(canvasElement),
};
export const Cancelled = {
  render: () =>
    Object.assign(document.createElement('agent-todo'), {
      data: {
        type: 'todo',
        status: 'done',
        todos: [
          { id: 'a', content: 'Read the change log', status: 'completed' },
          { id: 'b', content: 'Write the notes', status: 'cancelled' },
          { id: 'c', content: 'Publish', status: 'pending' },
        ],
      },
    }),
};

async function fold(place: HTMLElement): Promise<void> {
  const element = place.querySelector('agent-todo');
  for (let i = 0; i < 100 && !element?.shadowRoot?.querySelector('summary'); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  element?.shadowRoot?.querySelector('summary')?.click();
}
