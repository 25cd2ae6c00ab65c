export default { title: 'Chat/Client tool', component: 'agent-client-tool' };

const tool = (args: object) => ({
  render: () =>
    Object.assign(document.createElement('agent-client-tool'), {
      tool: { toolCallId: 'c', toolName: 'ask-user', args },
    }),
});

export const Options = tool({ question: 'Which colour?', options: ['Red', 'Green', 'Blue'] });
export const LabelledOptions = tool({
  question: 'How fast?',
  options: [
    { label: 'As fast as possible', value: 'fast' },
    { label: 'At leisure', value: 'slow' },
  ],
});
export const OwnWords = tool({ question: 'What should the note say?' });
export const Unknown = tool({ anything: { at: 'all' } });
