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
export const WithoutArguments = approval({ toolName: 'empty-bin', args: {} });
export const Hidden = approval({
  toolName: 'send-mail',
  args: { to: 'ops@example.com', text: 'Pay 100\u202e001 to us\u200b', link: 'https://\u0430pple.com/pay' },
});
export const Expiring = approval({ expiresAt: Date.now() + 90_000 });
export const Expired = approval({ expiresAt: 1 });
export const ManyChoices = approval({ choices: ['once', 'session', 'always', 'for-this-folder', 'deny'] });
