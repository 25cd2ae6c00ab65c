/** Every word the elements say, in English. The keys are the table that a translation fills. */
export const strings = {
  you: 'You',
  assistant: 'Assistant',
  conversation: 'Conversation',
  messagePlaceholder: 'Write a message',
  send: 'Send',
  stop: 'Stop',
  queue: 'Send when the answer is there',
  queued: 'Waiting to be sent',
  sendNow: 'Send now',
  attach: 'Attach files',
  remove: (name: string) => `Remove ${name}`,
  edit: 'Edit',
  editLabel: 'Your message in other words',
  save: 'Save',
  cancel: 'Cancel',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'It could not be copied',
  copyAsCsv: 'Copy as CSV',
  copyAsMarkdown: 'Copy as Markdown',
  wrapLines: 'Wrap',
  lineNumbers: 'Lines',
  fold: 'Fold',
  versions: 'Versions',
  version: (number: number, all: number) => `Version ${number} of ${all}`,
  previousVersion: 'Previous version',
  nextVersion: 'Next version',
  earlierVersion: 'An earlier version. The agent cannot go on from here.',
  toNewestVersion: 'Back to the newest',
  uploading: (name: string) => `Uploading ${name}`,
  cancelUpload: 'Cancel the upload',
  jumpToLatest: 'Jump to the latest',
  responding: 'The assistant is responding.',
  complete: 'Response complete.',
  stopped: 'Response stopped.',
  thinking: 'Thinking',
  thought: (duration: string) => (duration ? `Thought for ${duration}` : 'Thought'),
  plan: 'Plan',
  progress: (done: number, all: number) => `${done} of ${all}`,
  todoStatus: {
    pending: 'To do',
    in_progress: 'In progress',
    completed: 'Done',
    cancelled: 'Cancelled',
  },
  toolStatus: {
    pending: 'Preparing',
    running: 'Running',
    done: 'Done',
    error: 'Failed',
    cancelled: 'Cancelled',
    waiting: 'Waits for you',
  },
  arguments: 'Arguments',
  input: 'Input',
  output: 'Output',
  result: 'Result',
  loadImageOf: 'Load image',
  loadImage: (host: string) => `Load image from ${host}`,
  download: 'Download',
  opensNewTab: 'opens in a new tab',
  retry: 'Try again',
  retryAfter: (duration: string) => `It can be tried again in ${duration}.`,
  errorTitle: {
    authentication_error: 'Please sign in',
    permission_error: 'Not allowed',
    validation_error: 'That could not be understood',
    not_found_error: 'Not found',
    rate_limit_error: 'Too many requests',
    quota_exceeded_error: 'The quota is used up',
    provider_overloaded: 'The service is busy',
    provider_timeout: 'The service took too long',
    protocol_error: 'An unexpected answer',
    'connection-failed': 'No connection',
    'stream-interrupted': 'The answer was cut off',
    other: 'Something went wrong',
  },
  approvalTitle: (tool: string) => `Allow “${tool}”?`,
  allow: 'Allow',
  allowChoice: { once: 'Allow once', session: 'Allow for this session', always: 'Always allow' },
  deny: 'Deny',
  approvals: (count: number) => `${count} tools wait for your permission`,
  allowAll: 'Allow all',
  denyAll: 'Deny all',
  question: 'The assistant asks',
  answer: 'Answer',
  answerPlaceholder: 'Your answer',
  skip: 'Skip',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
} as const;

const formats = new Map<string, Intl.NumberFormat>();

/** Milliseconds as people say them: seconds below a minute, else minutes. Empty for less than a second. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || milliseconds < 1_000) return '';
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? unit(seconds, 'second') : unit(Math.round(seconds / 60), 'minute');
}

/** Bytes as people say them. */
export function formatSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const index = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1_000)));
  return unit(bytes / 1_000 ** index, units[index] ?? 'byte');
}

function unit(value: number, name: string): string {
  let format = formats.get(name);
  if (!format) {
    format = new Intl.NumberFormat('en', {
      style: 'unit',
      unit: name,
      unitDisplay: name === 'byte' ? 'long' : 'short',
      maximumFractionDigits: name.endsWith('byte') ? 1 : 0,
    });
    formats.set(name, format);
  }
  return format.format(value);
}
