export default { title: 'Chat/Composer', component: 'agent-composer' };

const composer = (fields: object) => ({
  render: () => Object.assign(document.createElement('agent-composer'), fields),
});

export const Empty = composer({});
export const Draft = composer({ value: 'A first line\nand a second one', attachments: true });
export const Busy = composer({ busy: true });
export const Disabled = composer({ value: 'A draft that stays', attachments: true, disabled: true });
export const WithFiles = composer({
  attachments: true,
  files: [
    new File(['a,b\n1,2'], 'totals.csv', { type: 'text/csv' }),
    new File(['x'.repeat(4_200)], 'notes.txt'),
  ],
});
