export default { title: 'Chat/Approval', component: 'agent-approval' };

const approval = (fields: object) => ({
  render: () =>
    Object.assign(document.createElement('agent-approval'), {
      approval: {
        approvalId: 'a',
        toolCallId: 'c',
        toolName: 'delete-note',
        args: { title: 'Groceries' },
        ...fields,
      },
    }),
});

export const Plain = approval({});
export const WithChoices = approval({
  choices: ['once', 'always', 'deny'],
  context: 'This cannot be undone.',
});
export const LongArguments = approval({
  toolName: 'run-command',
  args: { command: 'find', arguments: Array.from({ length: 40 }, (_, i) => `--path=/srv/data/part-${i}`) },
});
