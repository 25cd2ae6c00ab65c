import { html } from 'lit';

export default { title: 'Parts/Value', component: 'agent-value' };

const story = (value: () => unknown, label = 'Result') => ({
  render: () => html`<agent-value .value=${value()} label=${label}></agent-value>`,
});

const CHART =
  'iVBORw0KGgoAAAANSUhEUgAAAUAAAACgCAIAAADywSLLAAAC20lEQVR42u3awQ1AERRFQUVpROmKIZZasBC8mOTuTz5m91Prw8yCLjkCM4DNDGAzA9gMYDMD2MwANjOAzQA2M4DNDGAzgM0MYDMD2MwANgPYzAA2M4DNDGA7v1zq9jlVgA1ggM0ABtgABhhgAxhgM4ABNgMYYAMYYIANYIDNAAbYAAYYYAMYYDOAATYDGGADGGCADWCAzQAG2AAGGGADGGCADWCAzYP2vQADDDDAAAMMMMDmQftegM2D9r0AAwwwwAB70L4XYPOgfS/ABjDAAAMMMMAAe9C+N/r3AuxB+16AzYP2vQAD7EH7XoAB9r0AmwftewE2D9r3AgywB+17AfagfS/A5kH7XoABvvOgf+sCbAADDLABDDDAAAMMMMAAAwywAQwwwAADDDDAAAMMsAEMMMAGEsB/AXbBALtfgF2wLsAAAwwwwACD5H4BdsEAu1+AAQYYYIABBhhgFwyw+wXYBQMMMMAAAwwwwAC7X4BdMMDuF2AXrAswwAADDDDAILlfgF0wwO4XYIABBhhggAEG2AUD7H4BdsEAAwwwwLrRugADrAswwADrAgywB60LMMC6AAMMsC7AAHvQugAD7EHrAgywLsAAA6z7LmC/2gGsCzDAHrQuwAB70LoAA6wLMMAA6wIMsAetCzDAHrQuwADrAgwwwLoAA+xB6wIMsC7AAAOsCzDAHrQuwAB70LoAA6wLMMAA6wIMsAetCzDAHjTAAAOsCzDAAOsCrKurC7CuLsAOWlcXYBesqwuwrq4uwLq6ADtoXV2AdXV1AdbVBdhB6+oC7KB1dQHW1dUFWFcXYAetqwuwC9bVBVhXVxdgXV2AHbSuLsC6uroA6+oC7KB1dQF20Lq6AOvq6gKsqwuwg9bVBdgF6+oCrKsLsIPW1QXYQevqAqyrqwuwri7ADlpXF2AHrasLsK6uLsC6ugA7aF1dgHV1dQHW1QXYQevqAuygdXUB1tXVXelOXMlFJXUhB5YAAAAASUVORK5CYII=';

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: 1040 + index,
    name: ['Ada Lovelace', 'Grace Hopper', 'Mary Somerville', 'Emmy Noether'][index % 4],
    active: index % 3 !== 0,
    balance: [1250.5, -80, 0, 99_000][index % 4],
    ...(index % 2 === 0 ? { address: { city: 'London', postcode: 'W1' } } : {}),
    note: index === 1 ? 'Prefers to be written to, and answers on the same day. '.repeat(6) : null,
  }));

export const SmallObject = story(
  () => ({ city: 'Bern', days: 3, metric: true, station: null, tags: ['alps', 'river'] }),
  'Arguments',
);

export const Nested = story(() => ({
  status: 'ok',
  took: 182,
  query: { text: 'weather in Bern', filters: { language: 'de', since: '2026-01-01', kinds: [] } },
  results: people(6),
  next: { cursor: 'b2Zmc2V0OjIw', hasMore: true },
}));

export const Records = story(() => people(40));

export const LongList = story(() => Array.from({ length: 500_000 }, (_, index) => (index * 7919) % 10_007));

export const Text = story(
  () =>
    `Tests  12 passed (12)\n   Start  09:41:02\nDuration  1.24 s\n\n${'A line of the log that came out of it.\n'.repeat(120)}`,
);

export const JsonText = story(
  () => '{"temperature": 21, "unit": "celsius", "wind": {"from": "west", "speed": 4}}',
);

export const ContentWithImages = story(() => ({
  content: [
    { type: 'text', text: 'The chart of last week, and the same from the archive:' },
    { type: 'image', data: CHART, mimeType: 'image/png', title: 'Chart of last week' },
    { type: 'image_url', image_url: { url: 'https://images.example/archive.png' } },
  ],
  structuredContent: { weeks: 2, mean: 14.5 },
}));

export const FailedContent = story(() => ({
  content: [{ type: 'text', text: 'The archive did not answer in time.' }],
  isError: true,
}));

export const Hostile = story(() => {
  const value: Record<string, unknown> = {
    ...JSON.parse('{"__proto__": {"isAdmin": true}, "constructor": "mine"}'),
    reversed: 'invoice\u202Egpj.exe',
    nothing: undefined,
    when: new Date(Date.UTC(2026, 0, 5)),
    large: 2n ** 80n,
    function: () => 1,
    map: new Map<unknown, unknown>([
      ['one', 1],
      [{}, 'an object is the key'],
    ]),
    bare: Object.assign(Object.create(null), { plain: true }),
    markup: '<img src=x onerror=alert(1)>',
    long: 'word '.repeat(400),
    שם: 'שלום -5',
  };
  Object.defineProperty(value, 'throws', {
    enumerable: true,
    get: () => {
      throw new Error('No');
    },
  });
  value['itself'] = value;
  return value;
});

export const Streaming = {
  render: () => {
    const all = people(30);
    const element = Object.assign(document.createElement('agent-value'), {
      label: 'Result',
      streaming: true,
    });
    let count = 0;
    const grow = () => {
      count += 1;
      element.value = { query: 'people', results: all.slice(0, count) };
      element.streaming = count < all.length;
      if (element.streaming) setTimeout(grow, 40);
    };
    grow();
    return element;
  },
};

export const Empty = story(() => ({}));
