export default { title: 'Chat/Client tool', component: 'agent-client-tool' };

const tool = (args: object) => ({
  render: () =>
    Object.assign(document.createElement('agent-client-tool'), {
      tool: { toolCallId: 'c', toolName: 'ask-user', args },
    }),
});

/** As it is once somebody has pressed the button that answers. */
const answered = (args: object) => ({
  ...tool(args),
  play: async ({ canvasElement }: { readonly canvasElement: HTMLElement }) => {
    const element = canvasElement.querySelector('agent-client-tool');
    await element?.updateComplete;
    element?.shadowRoot?.querySelector<HTMLElement>('[part=submit]')?.click();
    await element?.updateComplete;
  },
});

export const Options = tool({ question: 'Which colour?', options: ['Red', 'Green', 'Blue'] });
export const LabelledOptions = tool({
  question: 'How fast?',
  options: [
    { label: 'As fast as possible', value: 'fast' },
    { label: 'At leisure', value: 'slow' },
  ],
});
export const OptionsOrOwnWords = tool({
  question: 'Where should the report go?',
  options: ['Inbox', 'Archive'],
  allowOther: true,
});
export const DescribedOptions = tool({
  header: 'Database',
  question: 'Which database should the service use?',
  options: [
    { label: 'PostgreSQL', description: 'Relational, and what the other services run on.' },
    { label: 'SQLite', description: 'One file beside the service. Nothing to operate.' },
    { label: 'DynamoDB', description: 'Grows without limit, at a price for each request.' },
  ],
  allowOther: true,
});
export const SeveralOptions = tool({
  question: 'What should the report contain?',
  description: 'Each part takes about a minute.',
  options: ['Sales by region', 'New customers', 'Open invoices', 'Support tickets'],
  multiple: true,
  default: ['Sales by region'],
});
export const ManyOptions = tool({
  question: 'Which room?',
  options: Array.from({ length: 120 }, (_, index) => `Room ${index + 1}`),
});
export const OwnWords = tool({ question: 'What should the note say?' });
export const Paragraph = tool({
  question: 'What went wrong?',
  multiline: true,
  placeholder: 'What you did, and what you saw',
});
export const Confirm = tool({
  type: 'confirm',
  title: 'Before I go on',
  question: 'Shall I send the invitation to all 48 members?',
  confirmLabel: 'Send to all',
  cancelLabel: 'Not yet',
});
const questions = {
  questions: [
    {
      header: 'Library',
      question: 'Which library should format dates?',
      options: [
        { label: 'Intl', description: 'Built into every browser.' },
        { label: 'date-fns', description: 'Small functions, each imported by itself.' },
      ],
    },
    {
      header: 'Features',
      question: 'Which features do you want?',
      multiSelect: true,
      options: [{ label: 'Dark mode' }, { label: 'Export' }, { label: 'Keyboard shortcuts' }],
    },
    { header: 'Name', question: 'What should it be called?' },
  ],
};
export const Questions = tool(questions);
export const QuestionsWithoutAnswers = answered(questions);

const booking = {
  message: 'Your details, for the booking',
  requestedSchema: {
    type: 'object',
    title: 'Booking',
    properties: {
      name: { type: 'string', title: 'Full name', minLength: 2, description: 'As in your passport.' },
      email: { type: 'string', format: 'email', title: 'E-mail' },
      arrival: { type: 'string', format: 'date' },
      guests: { type: 'integer', minimum: 1, maximum: 6, default: 2 },
      room: {
        type: 'string',
        oneOf: [
          { const: 'garden', title: 'To the garden' },
          { const: 'street', title: 'To the street' },
        ],
        default: 'garden',
      },
      country: {
        type: 'string',
        enum: ['Austria', 'Belgium', 'Denmark', 'France', 'Germany', 'Italy', 'Spain', 'Switzerland'],
      },
      meals: { type: 'array', items: { enum: ['Breakfast', 'Lunch', 'Dinner'] }, maxItems: 2 },
      address: {
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
        required: ['city'],
      },
      travellers: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, child: { type: 'boolean' } },
          required: ['name'],
        },
        default: [{ name: 'Ada' }],
      },
      tags: { type: 'array', items: { type: 'string' }, default: ['quiet'] },
      wishes: { type: 'string', maxLength: 1_000 },
      anything: { description: 'Whatever else your system knows of you.' },
      newsletter: { type: 'boolean', title: 'Send me the newsletter' },
    },
    required: ['name', 'email', 'guests', 'room'],
  },
};
export const Schema = tool(booking);
export const SchemaWithProblems = answered(booking);
export const Hidden = tool({
  question: 'Open invoice\u202Efdp.exe?\u200B',
  options: ['\u2066Yes\u2069', 'No', ''],
});
export const Unknown = tool({ anything: { at: 'all' } });
export const RightToLeft = {
  render: () => {
    const place = document.createElement('div');
    place.dir = 'rtl';
    const element = tool({ ...booking, message: 'بياناتك للحجز' }).render();
    place.append(element);
    return place;
  },
};
