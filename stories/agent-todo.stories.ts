import { partStory, played } from './played.ts';

export default { title: 'Parts/Todo', component: 'agent-todo' };

export const Begun = partStory('agent-todo', 'todo', () => played('todo', 2));
export const Underway = partStory('agent-todo', 'todo', () => played('todo', 5));
export const Done = partStory('agent-todo', 'todo', () => played('todo'));
