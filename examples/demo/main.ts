import 'agent-chat-kit/elements';
import { keepConversation } from './keep-conversation.ts';
import salesUrl from './sales.csv?url';

const params = new URLSearchParams(location.search);
const transport = params.get('transport') === 'ws' ? 'ws' : 'sse';

const chat = document.querySelector('agent-chat');
if (!chat) throw new Error('The page has no <agent-chat>.');

const sessionId = keepConversation(chat, `demo-${transport}`);
chat.clientTools = {
  'ask-user': 'interactive',
  'get-page-info': () => ({
    language: navigator.language,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }),
};
/** What a model is told of them. */
const tools = [
  {
    name: 'ask-user',
    description: 'Asks the user a question and waits for the answer.',
    inputSchema: {
      type: 'object',
      properties: { question: { type: 'string' } },
      required: ['question'],
    },
  },
  {
    name: 'get-page-info',
    description: 'The language and the time zone of the user.',
    inputSchema: { type: 'object', properties: {} },
  },
];

/** The model that the server was started with, if any. */
const model: { label?: string; protocol?: string } = await (await fetch('/api/agent')).json();

const suggestions = [
  { label: 'How do approvals work?', description: 'Searches the documents, quotes sources' },
  { label: 'What is (3 + 4) * 12 / sqrt(2)?', description: 'Thinks, then calculates with a tool' },
  { label: 'Summarise sales.csv', description: 'Reads a file, draws a chart' },
  { label: 'Plan a talk about transports', description: 'A plan, ticked off as it runs' },
  { label: 'Compare elements and transports', description: 'Two workers side by side' },
  { label: 'Ask me about elements', description: 'The agent asks back' },
  { label: 'Which time zone am I in?', description: 'A tool that runs in this page' },
  { label: 'Delete the note “Groceries”', description: 'Needs your permission' },
  {
    label: 'Describe a text',
    message:
      'Describe: A transport carries requests to an agent and brings its events back. It keeps no state.',
    description: 'A structured object, as it streams',
  },
  { label: 'Fail with a rate limit', description: 'An error, and when to retry' },
  { label: 'Break the stream', description: 'The connection is cut, the answer goes on' },
  { label: 'Answer slowly', description: 'Time to press stop, or to load the page again' },
];
if (model.protocol) {
  const agent = document.querySelector('#agent');
  if (agent) agent.textContent = model.label ?? '';
  document.querySelector('nav')?.remove();
  const words = document.querySelector('.hello p');
  if (words) words.textContent = `You are talking to ${model.label}. Its key stays on the server.`;
  chat.protocol = model.protocol;
  chat.protocolOptions = { tools };
  chat.endpoint = '/api/model';
} else {
  const socket = new URL(`/api/socket?session=${sessionId}`, location.href);
  socket.protocol = socket.protocol.replace('http', 'ws');
  chat.suggestions = suggestions;
  chat.requestUploadUrls = async (files) => {
    const response = await fetch('/api/uploads', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ files }),
    });
    return response.json();
  };
  chat.endpoint = transport === 'ws' ? socket.href : `/api/chat?session=${sessionId}`;
}

// A suggestion may do more than say something: this one brings its file along.
chat.addEventListener('agent-suggestion', async (event) => {
  if (event.suggestion.label !== 'Summarise sales.csv') return;
  event.preventDefault();
  const content = await (await fetch(salesUrl)).blob();
  const files = [new File([content], 'sales.csv', { type: 'text/csv' })];
  await chat.chat?.sendMessage('Summarise this file', { files });
});

document.querySelector(`[data-transport="${transport}"]`)?.setAttribute('aria-current', 'page');

document.querySelector('#new-chat')?.addEventListener('click', () => {
  chat.chat?.replaceMessages([]);
  chat.focus();
});

const root = document.documentElement;
if (params.has('theme')) root.dataset['theme'] = params.get('theme') ?? '';
document.querySelector('#theme')?.addEventListener('click', () => {
  const dark = root.dataset['theme']
    ? root.dataset['theme'] === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset['theme'] = dark ? 'light' : 'dark';
});
