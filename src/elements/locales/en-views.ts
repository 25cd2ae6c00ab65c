import { pluralOf } from '../plural.ts';

const plural = pluralOf('en');

/** The words of what loads on demand, in English. */
export const englishViews = {
  // What screen readers are told, and the dock
  toNewestVersion: 'Back to the newest',
  responding: 'The assistant is responding.',
  complete: 'Response complete.',
  stopped: 'Response stopped.',
  /** Said when the agent asks for something while it works. */
  needsPermission: (tool: string) => `“${tool}” needs your permission.`,
  hasQuestion: 'The assistant asks you something.',

  // Steps, plans, files and what waits in the dock
  queued: 'Waiting to be sent',
  sendNow: 'Send now',
  uploading: (name: string) => `Uploading ${name}`,
  cancelUpload: 'Cancel the upload',
  /** Pieces of one line, such as “Thought for 6 s, used 3 tools”; the first one gets its capital letter there. */
  usedTools: (count: number) => plural(count, { one: 'used # tool', other: 'used # tools' }),
  tookSteps: (count: number) => plural(count, { one: 'took # step', other: 'took # steps' }),
  failedSteps: (count: number) => plural(count, { one: '# failed', other: '# failed' }),
  plan: 'Plan',
  progress: (done: number, all: number) => `${done} of ${all}`,
  arguments: 'Arguments',
  input: 'Input',
  output: 'Output',
  result: 'Result',
  loadImage: (host: string) => `Load image from ${host}`,
  download: 'Download',
  opensNewTab: 'opens in a new tab',
  approvals: (count: number) =>
    plural(count, { one: '# tool waits for your permission', other: '# tools wait for your permission' }),
  allowAll: 'Allow all',
  denyAll: 'Deny all',

  // A message in other words
  editLabel: 'Your message in other words',
  save: 'Save',
  cancel: 'Cancel',

  // Code and tables
  copyAsCsv: 'Copy as CSV',
  copyAsMarkdown: 'Copy as Markdown',
  wrapLines: 'Wrap',
  lineNumbers: 'Lines',
  fold: 'Fold',

  // Values
  search: 'Search',
  matches: (count: number) => plural(count, { one: '# match', other: '# matches' }),
  previousMatch: 'Previous match',
  nextMatch: 'Next match',
  items: (count: number) => plural(count, { one: '# item', other: '# items' }),
  fields: (count: number) => plural(count, { one: '# field', other: '# fields' }),
  showMore: (count: number) => plural(count, { one: 'Show # more', other: 'Show # more' }),
  showAll: 'Show everything',
  asTable: 'Table',
  asTree: 'Tree',
  emptyValue: 'Nothing',

  // Permission
  approvalTitle: (tool: string) => `Allow “${tool}”?`,
  withoutArguments: 'It takes no arguments.',
  allow: 'Allow',
  allowChoice: { once: 'Allow once', session: 'Allow for this session', always: 'Always allow' },
  deny: 'Deny',
  denyWith: 'Say why not',
  denyReason: 'Why not? (optional)',
  editArguments: 'Change',
  changedArguments: 'You changed what it will run with.',
  undoChanges: 'Undo the changes',
  invalidJson: (line: number) => `This is not valid JSON; look at line ${line}.`,
  notAnObject: 'Arguments are an object, in braces.',
  doesNotFit: 'The tool does not take this:',
  readFirst: 'Show everything first. Then you can allow it.',
  notYet: 'Nothing was allowed: it had just appeared, moved or was covered. Read it, then press again.',
  hiddenCharacters: (count: number) =>
    plural(count, {
      one: '# hidden character is shown as ⟨U+…⟩.',
      other: '# hidden characters are shown as ⟨U+…⟩.',
    }),
  expiresIn: (duration: string) => `Can be answered for ${duration} more.`,
  expired: 'The time to answer is over.',

  // Questions of the agent
  question: 'The assistant asks',
  answer: 'Answer',
  answerPlaceholder: 'Your answer',
  otherAnswer: 'Something else',
  skip: 'Skip',
  yes: 'Yes',
  no: 'No',
  choose: 'Choose…',
  optional: 'optional',
  addItem: 'Add another',
  removeItem: (number: number) => `Remove number ${number}`,
  fieldRequired: 'This is needed.',
  fieldTooShort: (length: number) =>
    plural(length, { one: 'At least # character.', other: 'At least # characters.' }),
  fieldTooLong: (length: number) =>
    plural(length, { one: 'At most # character.', other: 'At most # characters.' }),
  fieldTooSmall: (number: string) => `At least ${number}.`,
  fieldTooLarge: (number: string) => `At most ${number}.`,
  fieldTooFew: (count: number) => plural(count, { one: 'Choose at least #.', other: 'Choose at least #.' }),
  fieldTooMany: (count: number) => plural(count, { one: 'Choose at most #.', other: 'Choose at most #.' }),
  fieldNotANumber: 'This is no number.',
  fieldNotAnEmail: 'This is no e-mail address.',
  fieldNotAnAddress: 'This is no web address.',
  fieldNotADate: 'This is no date.',
  fieldDoesNotFit: 'This does not fit.',

  // Files
  viewLarger: (name: string) => `View ${name} larger`,
  close: 'Close',
  loadFile: (host: string) => `Load from ${host}`,
  preview: 'Preview',
  notPreviewed: 'It cannot be previewed. Download it to see it.',
  firstRows: (shown: number, all: string) => `The first ${shown} of ${all} rows`,
};
