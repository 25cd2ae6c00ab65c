import { partStory, played } from './played.ts';

export default { title: 'Parts/Object', component: 'agent-object' };

const object = (fields: object) => ({
  render: () =>
    Object.assign(document.createElement('agent-object'), {
      data: { type: 'object', id: 'o', typeName: 'Recipe', status: 'done', ...fields },
    }),
});

const RECIPE = {
  name: 'Flatbread with herbs',
  servings: 4,
  vegetarian: true,
  source: null,
  description:
    'Soft inside and dark at the edges. The dough rests for an hour, which can be spent on the herbs.\nBest on the day it was made.',
  tags: ['quick', 'cheap', 'from the pan'],
  nutrition: { perServing: { energy: '310 kcal', protein: 9.5 }, allergens: ['wheat'] },
};

export const Streaming = partStory('agent-object', 'object', () => played('object', 12));
export const Done = partStory('agent-object', 'object', () => played('object'));
export const Fields = object({ object: RECIPE });

export const WithRecords = object({
  object: {
    ...RECIPE,
    ingredients: [
      { name: 'Flour', amount: 500, unit: 'g' },
      { name: 'Water', amount: 320, unit: 'ml' },
      { name: 'Salt', amount: 10, unit: 'g' },
    ],
  },
});

/** What is deep opens step by step. */
export const Deep = object({
  typeName: 'build-report',
  object: { build: { target: { browser: { name: 'Chromium', versions: { first: 123, last: 156 } } } } },
});

/** More fields than anybody reads at once. */
export const Large = object({
  typeName: 'settings',
  object: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`setting${index}`, index * 7])),
});

export const Failed = object({
  object: undefined,
  partial: { name: 'Flatbread' },
  status: 'error',
  error: 'The answer was not valid JSON.',
});

export const Empty = object({ object: {} });

const circular: Record<string, unknown> = { name: 'Turns around' };
circular['self'] = circular;

export const Hostile = object({
  typeName: '__proto__',
  object: {
    ...JSON.parse('{"__proto__": {"polluted": true}}'),
    '\u202Egpj.exe': '<img src=x onerror=alert(1)> \u200B',
    get unreadable(): never {
      throw new Error('Not for you.');
    },
    circular,
    long: 'W'.repeat(200),
  },
});
