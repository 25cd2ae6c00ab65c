export default { title: 'Parts/Progress', component: 'agent-progress' };

const progress = (data: unknown) => ({
  render: () =>
    Object.assign(document.createElement('agent-progress'), {
      data: { type: 'data', name: 'progress', id: 'p', data },
    }),
});

export const HalfWay = progress({ label: 'Reading 12 of 24 pages', value: 0.5 });
export const Beginning = progress({ label: 'Reading', value: 0 });
export const Complete = progress({ label: 'Read everything', value: 1 });
/** Nobody can tell how far it is. */
export const Unknown = progress({ label: 'Waiting for the archive' });
export const WithoutLabel = progress({ value: 0.25 });
export const LongLabel = progress({
  label:
    'Comparing every paragraph of the two contracts, one after the other, with the notes of the last meeting',
  value: 0.82,
});
/** What is hidden in a label is written out. */
export const Hostile = progress({ label: '<b>Copying</b> \u202Egpj.exe\u200B', value: '1e99' });
