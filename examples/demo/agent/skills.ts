import {
  AgentChatError,
  type AgentRun,
  type EventWriter,
  generateId,
  type StreamEvent,
} from 'agent-chat-kit/server';
import { ArithmeticError, calculate, expressionIn } from './arithmetic.ts';
import { type Hit, searchDocuments } from './documents.ts';
import { fileUrl, findFile, makeFile, type StoredFile } from './files.ts';
import { merge, pause, spoken } from './pace.ts';
import { type Session, sessionOf } from './session.ts';
import { barChart, type FileSummary, summarise } from './table.ts';

type Events<Result = void> = AsyncGenerator<StreamEvent, Result, void>;

/** One thing the demo can do: what it answers to, and how. */
export interface Skill {
  readonly matches: (said: Said) => boolean;
  readonly answer: (said: Said) => Events;
}

/** What the visitor said, and what is needed to answer. */
export interface Said {
  readonly text: string;
  readonly files: readonly StoredFile[];
  readonly session: Session;
  readonly run: AgentRun;
  readonly write: EventWriter;
  /** Cuts the connection, for the demonstration of a stream that breaks. */
  readonly cut: () => void;
}

/** The first skill that fits answers; the last one always does. */
export const skills: readonly Skill[] = [
  { matches: ({ text }) => /rate.?limit/i.test(text) && /fail|error|hit/i.test(text), answer: hitRateLimit },
  { matches: ({ text }) => /br(oken|eak).*stream|stream.*br(oken|eak)/i.test(text), answer: breakStream },
  { matches: ({ text }) => /slow/i.test(text) && /stream|answer/i.test(text), answer: answerSlowly },
  { matches: ({ files }) => files.length > 0, answer: readFiles },
  { matches: ({ text }) => /\bnotes?\b/i.test(text), answer: manageNotes },
  { matches: ({ text }) => /^ask me\b/i.test(text), answer: askVisitor },
  { matches: ({ text }) => /time.?zone|language|what time/i.test(text), answer: readPage },
  { matches: ({ text }) => /^(describe|profile)\b/i.test(text), answer: profileText },
  { matches: ({ text }) => /^plan\b|\bplan (for|to)\b/i.test(text), answer: makePlan },
  { matches: ({ text }) => /^compare\b.*\b(and|with|to|vs)\b/i.test(text), answer: compare },
  { matches: ({ text }) => expressionIn(text) !== null, answer: doArithmetic },
  { matches: () => true, answer: consultDocuments },
];

/** The leg after the page has answered a tool call. */
export async function* goOn({ run, write }: Pick<Said, 'run' | 'write'>): Events {
  if (run.request.type !== 'continue') return;
  for (const { toolName, result, error } of run.request.toolResults) {
    const given = (typeof result === 'object' && result !== null ? result : {}) as Record<string, unknown>;
    if (error !== undefined) {
      yield* write.text(spoken('All right, I leave it at that.', run.signal));
    } else if (toolName === 'get-page-info') {
      const { language, timeZone } = given;
      const time = new Intl.DateTimeFormat('en', { timeStyle: 'short', timeZone: String(timeZone) }).format(
        Date.now(),
      );
      yield* write.text(
        spoken(
          `Your page speaks ${language} and lives in the ${timeZone} time zone. It is ${time} there.`,
          run.signal,
        ),
      );
    } else {
      const answer = String(given['answer'] ?? '');
      const hits = searchDocuments(answer, 1);
      yield* write.text(spoken(`You chose “${answer}”. `, run.signal));
      yield* quoteHits(hits, { run, write });
    }
  }
}

async function* doArithmetic({ text, run, write }: Said): Events {
  const expression = expressionIn(text) ?? '';
  yield* write.reasoning(
    spoken(
      `The question contains the expression ${expression}. I do not guess numbers: a tool evaluates it.`,
      run.signal,
    ),
  );
  const { value, problem } = yield* write.tool(
    { name: 'calculate', title: 'Calculate', args: { expression } },
    async (): Promise<{ value?: number; problem?: string }> => {
      try {
        return { value: await calculate(expression) };
      } catch (error) {
        if (error instanceof ArithmeticError) return { problem: error.message };
        throw error;
      }
    },
  );
  yield* write.text(spoken(problem ?? `${expression} = ${value}`, run.signal));
}

async function* consultDocuments(said: Said): Events {
  const { text, run, write } = said;
  yield* write.reasoning(
    spoken(`This may be in the project’s own documents. I look for “${text.slice(0, 80)}”.`, run.signal),
  );
  const hits = yield* search(text, said);
  if (hits.length > 0) return yield* quoteHits(hits, said);
  yield* write.text(
    spoken(
      'I found nothing about that in this project’s documents. I can search them, calculate, read a CSV or text file, plan, compare two topics, keep notes, describe a text, and ask you something.',
      run.signal,
    ),
  );
}

async function* search(query: string, { write }: Pick<Said, 'write'>): Events<Hit[]> {
  return yield* write.tool({ name: 'search-documents', title: 'Search the documents', args: { query } }, () =>
    searchDocuments(query),
  );
}

async function* quoteHits(hits: readonly Hit[], { run, write }: Pick<Said, 'run' | 'write'>): Events {
  const said = hits.map(({ heading, quote }, index) => `${heading}: “${quote}”[${index + 1}]`).join('\n\n');
  yield* write.text(spoken(said || 'The documents say nothing about that.', run.signal));
  for (const { url, document, heading } of hits)
    yield* write.source({ url, title: `${document}: ${heading}` });
}

async function* readFiles({ files, run, write }: Said): Events {
  for (const file of files) {
    const summary = yield* write.tool(
      {
        name: 'read-file',
        title: `Read ${file.filename}`,
        args: { filename: file.filename, mediaType: file.mediaType },
      },
      () => summarise(file),
    );
    yield* write.text(spoken(inWords(summary), run.signal));
    const chart = makeFile(`${file.filename}-chart.svg`, 'image/svg+xml', barChart(summary.chart));
    yield* write.file({
      url: fileUrl(chart.id),
      mediaType: chart.mediaType,
      filename: chart.filename,
      size: chart.content.byteLength,
    });
  }
}

function inWords({ filename, kind, lines, columns, statistics, words, chart }: FileSummary): string {
  if (kind === 'text') return `${filename} has ${lines} lines and ${words} words.`;
  const facts = Object.entries(statistics ?? {}).map(
    ([name, { min, max, mean, total }]) => `${name}: ${min} to ${max}, ${mean} on average, ${total} in all`,
  );
  return `${filename} has ${lines} rows and the columns ${columns?.join(', ')}.\n${facts.join('\n')}\nThe chart shows ${chart.title}.`;
}

async function* manageNotes(said: Said): Events {
  const { text, session, run, write } = said;
  const { notes } = session;
  const named = /["“'‘]([^"”'’]+)["”'’]/.exec(text)?.[1];
  if (/delete|remove/i.test(text)) {
    const title = [...notes.keys()].find((key) => key.toLowerCase() === (named ?? '').toLowerCase());
    if (!title) {
      yield* write.text(spoken(`There is no such note. Your notes: ${list(notes)}.`, run.signal));
      return;
    }
    const gone = yield* write.approvedTool(
      {
        name: 'delete-note',
        title: 'Delete a note',
        args: { title },
        choices: ['once'],
        context: `The note says: ${notes.get(title)}. Deleting cannot be undone.`,
      },
      (args) => ({ deleted: notes.delete(String(args['title'])) }),
    );
    const outcome = gone ? `“${title}” is deleted.` : `“${title}” stays.`;
    yield* write.text(spoken(`${outcome} Your notes: ${list(notes)}.`, run.signal));
    return;
  }
  if (named) notes.set(named, text);
  yield* write.text(spoken(`${named ? `Noted as “${named}”. ` : ''}Your notes: ${list(notes)}.`, run.signal));
}

function list(notes: ReadonlyMap<string, string>): string {
  return [...notes.keys()].map((title) => `“${title}”`).join(', ') || 'none';
}

async function* askVisitor({ text, run, write }: Said): Events {
  yield* write.text(spoken('Gladly.', run.signal));
  const topic = text
    .replace(/^ask me\s*(about|something about|what|which|a question)?\s*/i, '')
    .replace(/[.?!]+$/, '');
  const options = searchDocuments(topic || 'transport', 4).map((hit) => hit.heading);
  yield* write.clientTool({
    name: 'ask-user',
    title: 'Ask you',
    args: {
      question: topic ? `What about ${topic} would you like to read?` : 'What would you like to read?',
      options: [...new Set(options)],
    },
  });
}

async function* readPage({ write }: Said): Events {
  yield* write.clientTool({ name: 'get-page-info', title: 'Read the page’s settings', args: {} });
}

async function* profileText({ text, run, write }: Said): Events {
  const subject = text.replace(/^(describe|profile)\s*(this|the)?\s*(text|sentence)?\s*:?\s*/i, '') || text;
  const words = subject.match(/\p{L}+/gu) ?? [];
  const sentences = subject.match(/[^.!?]+/g)?.filter((sentence) => sentence.trim()) ?? [];
  const profile = {
    characters: subject.length,
    words: words.length,
    sentences: sentences.length,
    averageWordLength: words.length ? Math.round((words.join('').length / words.length) * 10) / 10 : 0,
    longestWords: [...new Set(words)].sort((a, b) => b.length - a.length).slice(0, 3),
    readingSeconds: Math.max(1, Math.round(words.length / 4)),
  };
  const pieces = JSON.stringify(profile).match(/.{1,6}/g) ?? [];
  yield* write.object('TextProfile', spokenPieces(pieces, run.signal));
}

async function* spokenPieces(pieces: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  for (const piece of pieces) {
    await pause(signal, 2);
    yield piece;
  }
}

async function* makePlan(said: Said): Events {
  const { text, run, write } = said;
  const topic = text.replace(/^.*?\bplan\s*(for|to)?\s*/i, '').replace(/[.?!]+$/, '') || 'the next release';
  const steps = [`Search the documents for “${topic}”`, 'Count what there is to read', 'Save the plan'];
  const ids = steps.map(() => generateId());
  const tick = (current: number) =>
    write.todos(
      steps.map((content, index) => ({
        id: ids[index] ?? '',
        content,
        status: index < current ? 'completed' : index === current ? 'in_progress' : 'pending',
      })),
    );

  yield* tick(0);
  const hits = yield* search(topic, said);
  await pause(run.signal, 20);
  yield { type: 'start' };
  yield* tick(1);
  const lengths = hits.map((hit) => hit.text.split(' ').length);
  const expression = lengths.join(' + ') || '0';
  const { words } = yield* write.tool(
    { name: 'calculate', title: 'Calculate', args: { expression } },
    async () => ({
      words: await calculate(expression),
    }),
  );
  await pause(run.signal, 20);
  yield { type: 'start' };
  yield* tick(2);
  yield* write.operation('Save the plan', 'set-resource', save(topic, hits, said));
  yield* tick(3);
  const reading = hits.map((hit, index) => `${index + 1}. ${hit.heading}`).join('\n');
  yield* write.text(
    spoken(`The plan for ${topic} is saved. Read ${words} words first:\n${reading}`, run.signal),
  );
}

async function* save(topic: string, hits: readonly Hit[], { run, session }: Said): Events {
  const headings = hits.map((hit) => hit.heading);
  session.notes.set(`Plan: ${topic}`, headings.join(', '));
  await pause(run.signal, 20);
  yield { type: 'resource-update', name: 'PLAN', value: { topic, headings } };
}

async function* compare(said: Said): Events {
  const { text, run, write } = said;
  const [, first = '', second = ''] =
    /^compare\s+(.*?)\s+(?:and|with|to|vs\.?)\s+(.*?)[.?!]*$/i.exec(text) ?? [];
  const found = new Map<string, Hit[]>();
  const research = (topic: string) =>
    write.worker(
      { slug: 'researcher', description: `Research ${topic}`, input: { topic } },
      async function* (worker) {
        yield* worker.reasoning(spoken(`I look up what the documents say about ${topic}.`, run.signal));
        const hits = yield* search(topic, { write: worker });
        found.set(topic, hits);
        yield* worker.text(spoken(hits[0]?.quote ?? 'I found nothing.', run.signal));
        return { sections: hits.length };
      },
    );
  yield* write.text(spoken('I ask two researchers at once.', run.signal));
  yield* merge(research(first), research(second));
  const words = (topic: string) =>
    (found.get(topic) ?? []).reduce((sum, hit) => sum + hit.text.split(' ').length, 0);
  yield* write.text(
    spoken(
      `The documents spend ${words(first)} words on ${first} and ${words(second)} on ${second}.`,
      run.signal,
    ),
  );
}

async function* hitRateLimit({ run, write }: Said): Events {
  yield* write.text(spoken('I ask the model…', run.signal));
  throw new AgentChatError('The demo answers as many requests as you like, except this one.', {
    type: 'rate_limit_error',
    source: 'provider',
    retryable: true,
    retryAfter: 20,
  });
}

async function* breakStream({ run, write, cut }: Said): Events {
  yield* write.text(
    (async function* () {
      yield* spoken('In the middle of this sentence', run.signal);
      await pause(run.signal, 10);
      cut();
      yield* spoken(
        ' the server cut the connection. I went on writing, and your page asked for what came after the last word it had: nothing is lost, nothing is said twice.',
        run.signal,
      );
    })(),
  );
}

async function* answerSlowly({ run, write }: Said): Events {
  yield* write.text(
    spoken(
      'Some models think about every single word. You can stop me at any time. You can also load this page again: I go on writing meanwhile, your page asks what it missed, and this sentence is there once, and whole.',
      run.signal,
      20,
    ),
  );
}

/** The visitor's request with all that is needed to answer it. */
export function understand(run: AgentRun, write: EventWriter, cut: (sessionId: unknown) => void): Said {
  const input = run.request.type === 'trigger' ? (run.request.input ?? {}) : {};
  const files = (Array.isArray(input['FILES']) ? input['FILES'] : []) as { id?: unknown }[];
  const { sessionId } = run.body;
  return {
    text: String(input['USER_MESSAGE'] ?? '').trim(),
    files: files.flatMap(({ id }) => findFile(String(id)) ?? []),
    session: sessionOf(sessionId),
    run,
    write,
    cut: () => cut(sessionId),
  };
}
