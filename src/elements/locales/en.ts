/** English has two forms; the rules of other languages come with their tables. */
function plural(count: number, { one, other }: { readonly one: string; readonly other: string }): string {
  return (count === 1 ? one : other).replace('#', count.toLocaleString('en'));
}

/** What every page needs, in English. The keys are the table that a translation fills. */
export const english = {
  /** The BCP 47 tag of the table: numbers, durations and lists are written as it has them. */
  locale: 'en',
  direction: 'ltr' as 'ltr' | 'rtl',
  you: 'You',
  assistant: 'Assistant',
  /** The name of a message to screen readers: who said it, and when. */
  saidAt: (author: string, time: string) => `${author}, ${time}`,
  conversation: 'Conversation',
  messagePlaceholder: 'Write a message',
  send: 'Send',
  stop: 'Stop',
  queue: 'Send when the answer is there',
  attach: 'Attach files',
  remove: (name: string) => `Remove ${name}`,
  edit: 'Edit',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'It could not be copied',
  versions: 'Versions',
  version: (number: number, all: number) => `Version ${number} of ${all}`,
  previousVersion: 'Previous version',
  nextVersion: 'Next version',
  earlierVersion: 'An earlier version. The agent cannot go on from here.',
  toNewestVersion: 'Back to the newest',
  jumpToLatest: 'Jump to the latest',
  responding: 'The assistant is responding.',
  complete: 'Response complete.',
  stopped: 'Response stopped.',
  thinking: 'Thinking',
  /** The duration is empty where it is not known. */
  thought: (duration: string) => (duration ? `Thought for ${duration}` : 'Thought'),
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
    denied: 'Not allowed',
  },
  loadImageOf: 'Load image',
  sources: (count: number) => plural(count, { one: '# source', other: '# sources' }),
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
  /** What somebody can do about it, by the same names. */
  errorAdvice: {
    authentication_error: 'Sign in again, then try once more.',
    permission_error: 'Ask whoever runs this for access.',
    validation_error: 'Say it in other words, or shorten it.',
    quota_exceeded_error: 'Ask whoever runs this for more, or wait until it is renewed.',
    provider_overloaded: 'Try again in a moment.',
    provider_timeout: 'Try again, or ask for less at once.',
    'connection-failed': 'Look whether you are online, then try again.',
    'stream-interrupted': 'What came so far is kept. Try again to get the rest.',
  },
  /** In the place of what an application draws, where that failed. */
  notDrawn: 'This could not be shown.',
  /** In the place of what loads on demand, where it did not arrive. */
  notLoaded: 'This could not be loaded.',
  /** Said when the agent asks for something while it works. */
  needsPermission: (tool: string) => `“${tool}” needs your permission.`,
  hasQuestion: 'The assistant asks you something.',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
};
