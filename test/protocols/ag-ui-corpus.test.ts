import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { HttpAgent } from '@ag-ui/client';
import { AgentChatError, type UIMessage } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { corpus } from '../corpora.ts';
import { activitiesIn, conversationOf, type Json, play } from './ag-ui-play.ts';

interface Case {
  readonly kind: 'apply' | 'verify' | 'expand-chunks' | 'compact';
  readonly name: string;
  readonly input: readonly Json[];
  readonly output: readonly Json[];
  readonly error?: string | null;
  readonly runInput?: { readonly messages: readonly Json[]; readonly state: unknown };
}

const cases = (corpus('agui/agui-client-cases.json') ?? []) as readonly Case[];
const started = { type: 'RUN_STARTED', threadId: 't', runId: 'r' };

/** Events of a run: some cases leave out that it began. */
function begun(events: readonly Json[]): readonly Json[] {
  return events[0]?.['type'] === 'RUN_STARTED' ? events : [started, ...events];
}

/** Whether the real client refuses these events. It wants some fields that recordings leave out. */
async function isRefusedUpstream(events: readonly Json[]): Promise<boolean> {
  const body = [...events, { type: 'RUN_ERROR', message: 'the end of the recording' }]
    .map(
      (event) =>
        `data: ${JSON.stringify(event['type'] === 'RUN_STARTED' ? { ...started, ...event } : event)}\n\n`,
    )
    .join('');
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const agent = new HttpAgent({ url: 'http://localhost', fetch: async () => response });
  const ends: string[] = [];
  await agent.runAgent({}, { onRunErrorEvent: ({ event }) => void ends.push(event.message) }).catch(() => {});
  return ends.length === 0;
}

function assertTyped(error: unknown, why: string): void {
  expect(AgentChatError.isInstance(error), why).toBe(true);
  expect(error, why).toMatchObject({ type: 'protocol_error', source: 'client' });
}

/**
 * What the next request says of the conversation is compared with the messages that the real client ends with.
 * Where the two differ, they mean to:
 * - activities never go back; they are compared with the parts that show them;
 * - messages without words and calls are left out, as models refuse them;
 * - a call has one result, the last; one that has none is told to be cancelled, as models refuse open ones;
 * - arguments are written as JSON anew, where they are an object.
 */
function comparable(messages: readonly Json[]): readonly Json[] {
  const kept = messages.filter(({ role, content, toolCalls, encryptedValue, error, toolCallId }, index) => {
    if (role === 'activity' || error === 'The call was cancelled.') return false;
    if (role === 'assistant' || role === 'reasoning')
      return content || encryptedValue || (Array.isArray(toolCalls) && toolCalls.length > 0);
    return role !== 'tool' || !messages.slice(index + 1).some((later) => later['toolCallId'] === toolCallId);
  });
  return kept.map(({ content, toolCalls = [], ...message }) => ({
    ...message,
    content: content ?? '',
    toolCalls: (toolCalls as readonly Json[]).map(({ function: asked, ...call }) => {
      const { name, arguments: text } = asked as { name: string; arguments: string };
      return { ...call, name, arguments: text === '' ? '{}' : canonical(text) };
    }),
  }));
}

function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

const last = (output: readonly Json[], field: string) =>
  output.findLast((update) => field in update)?.[field];

describe.runIf(cases.length > 0)('what others recorded of the real client', () => {
  it('ends in the messages, activities and state that it ends with', async () => {
    const counts = { same: 0, refused: 0, expanded: 0, kept: 0, stopped: 0 };
    for (const { name, input, output, error: expectedError, runInput } of cases.filter(
      ({ kind }) => kind === 'apply',
    )) {
      const final = last(output, 'messages') as readonly Json[] | undefined;
      const given = runInput?.messages ?? [];
      // A recording may lack what the client held before: what it ends with and no event names.
      const said = JSON.stringify(input);
      const unnamed = (final ?? []).filter(({ id }) => !said.includes(JSON.stringify(id)));
      const initial = given.length > 0 ? given : unnamed;
      const events = begun(input);
      const { state, error, next } = play(events, conversationOf(initial), { state: runInput?.state });
      if (error) {
        // That function trusts its input; the order is checked before it.
        assertTyped(error, name);
        expect(await isRefusedUpstream(events), name).toBe(true);
        counts.refused += 1;
        continue;
      }
      if (expectedError) {
        // It leaves chunks to a stage before it, which is part of ours.
        expect(expectedError, name).toContain('must be transformed');
        counts.expanded += 1;
        continue;
      }
      // A subscriber of the application stopped it from applying events, which ours cannot.
      if (
        output.some((update) => Object.keys(update).length === 0) &&
        !final &&
        said.includes('MESSAGE_START')
      ) {
        counts.stopped += 1;
        continue;
      }
      const finalState = last(output, 'state');
      if (finalState !== undefined) expect(next.state, name).toEqual(finalState);
      const expected = final ?? initial;
      let got = comparable(next.messages);
      let wanted = comparable(expected);
      let activities = activitiesIn(state.messages);
      const isOurs = ({ id }: Json): boolean => initial.some((message) => message['id'] === id);
      if (said.includes('_SNAPSHOT')) {
        // What is shown is not taken back, and what users said is theirs: a snapshot of an agent only adds to its answer.
        const isTakenBack = (message: Json): boolean =>
          isOurs(message) &&
          !expected.some(({ id, role }) => id === message['id'] && role === message['role']);
        const before = got.length + activities.length;
        got = got.filter((message) => !isTakenBack(message));
        activities = activities.filter((message) => !isTakenBack(message));
        wanted = wanted.filter((message) => message['role'] !== 'user' || isOurs(message));
        if (got.length + activities.length < before) counts.kept += 1;
      }
      expect(got, name).toEqual(wanted);
      expect(activities, name).toEqual(expected.filter(({ role }) => role === 'activity'));
      counts.same += 1;
    }
    console.info(
      `agui apply: ${counts.same} end the same (in ${counts.kept} a snapshot takes something back that stays shown), ` +
        `${counts.refused} are refused as the real client refuses them, ${counts.expanded} of chunks are read, ` +
        `${counts.stopped} stopped by the application are left out.`,
    );
  });

  it('takes the orders that it takes, and refuses those that it refuses', () => {
    const counts = { taken: 0, refused: 0 };
    for (const { name, input, output, error: expected } of cases.filter(({ kind }) => kind === 'verify')) {
      const { error, before, decoder } = play(input);
      if (!expected) {
        expect(error, name).toBeUndefined();
        counts.taken += 1;
        continue;
      }
      assertTyped(error, name);
      // What came before counts, and nothing of the event that is refused.
      const { before: whole } = play([...output, { type: 'RUN_STARTED' }]);
      if (output.length > 0) expect(before.messages, name).toEqual(whole.messages);
      expect(() => decoder.read({ data: JSON.stringify(input.at(-1)) }), name).toThrow(AgentChatError);
      counts.refused += 1;
    }
    console.info(`agui verify: ${counts.taken} taken, ${counts.refused} refused with a typed error.`);
  });

  it('reads chunks as what it makes of them', () => {
    let count = 0;
    for (const { name, input, output, error: expected } of cases.filter(
      ({ kind }) => kind === 'expand-chunks',
    )) {
      const { state, error, next } = play(begun(input));
      if (expected) {
        assertTyped(error, name);
      } else {
        expect(error, name).toBeUndefined();
        const long = play(begun(output));
        expect(long.error, name).toBeUndefined();
        expect(state, name).toEqual(long.state);
        expect(next.messages, name).toEqual(long.next.messages);
      }
      count += 1;
    }
    console.info(`agui expand-chunks: ${count} read the same in both forms, or refused.`);
  });

  it('reads what was compacted for storage as the same answer', () => {
    let count = 0;
    for (const { name, input, output } of cases.filter(({ kind }) => kind === 'compact')) {
      const one = play(whole(input));
      const other = play(whole(output));
      // A start that is told again is no order that a stream may have: it is compacted away.
      if (one.error) {
        assertTyped(one.error, name);
        expect(name).toContain('replay');
        continue;
      }
      expect(other.error, name).toBeUndefined();
      expect(other.next.messages, name).toEqual(one.next.messages);
      expect(other.next.state, name).toEqual(one.next.state);
      expect(kinds(other.state.messages), name).toEqual(kinds(one.state.messages));
      count += 1;
    }
    console.info(`agui compact: ${count} read the same before and after.`);
  });
});

/** Events as a stream has them: recordings for storage begin and end anywhere. */
function whole(events: readonly Json[]): readonly Json[] {
  const index = events.findIndex(({ type }) => type === 'RUN_STARTED');
  return index < 0
    ? [started, ...events]
    : [
        ...(index > 0 ? [started, ...events.slice(0, index), { type: 'RUN_FINISHED' }] : []),
        ...events.slice(index),
      ];
}

/** Compaction moves events behind the messages that they came in the middle of. */
function kinds(messages: readonly UIMessage[]): readonly string[] {
  return messages.flatMap(({ parts }) => parts.map((part) => JSON.stringify(part))).toSorted();
}

const RAW = new URL('../../../shared/corpora/agui/raw/', import.meta.url);
const raw = (name: string): string => readFileSync(new URL(name, RAW), 'utf8');

/** What has to be open for an event to be read, where it is given by itself. */
function alone(event: Json): readonly Json[] {
  const { type, messageId, toolCallId, stepName, subagentRunId } = event as Record<string, string>;
  const opening: Record<string, Json> = {
    TEXT_MESSAGE_CONTENT: { type: 'TEXT_MESSAGE_START', messageId },
    TEXT_MESSAGE_END: { type: 'TEXT_MESSAGE_START', messageId },
    TEXT_MESSAGE_CHUNK: { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm' },
    REASONING_MESSAGE_CONTENT: { type: 'REASONING_MESSAGE_START', messageId },
    REASONING_MESSAGE_END: { type: 'REASONING_MESSAGE_START', messageId },
    REASONING_MESSAGE_CHUNK: { type: 'REASONING_MESSAGE_CHUNK', messageId: 'm' },
    TOOL_CALL_ARGS: { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'tool' },
    TOOL_CALL_END: { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'tool' },
    TOOL_CALL_CHUNK: { type: 'TOOL_CALL_CHUNK', toolCallId, toolCallName: 'tool' },
    SUBAGENT_FINISHED: { type: 'SUBAGENT_STARTED', subagentRunId, name: 'helper' },
    SUBAGENT_ERROR: { type: 'SUBAGENT_STARTED', subagentRunId, name: 'helper' },
    STATE_DELTA: { type: 'STATE_SNAPSHOT', snapshot: { selectedId: 1 } },
    STEP_FINISHED: { type: 'STEP_STARTED', stepName },
  };
  const before = opening[type ?? ''];
  return [...(type === 'RUN_STARTED' ? [] : [started]), ...(before ? [before] : []), event];
}

/** Updates of the .NET agents as the events that their server makes of them. */
function eventsOfUpdates(updates: readonly Json[]): readonly Json[] {
  const events: Json[] = [started];
  for (const { messageId, contents, rawRepresentation } of updates) {
    if (rawRepresentation) events.push(rawRepresentation as Json);
    for (const content of contents as readonly Record<string, unknown>[]) {
      const { callId: toolCallId, result } = content;
      if (content['$type'] === 'text')
        events.push({ type: 'TEXT_MESSAGE_CHUNK', messageId, delta: content['text'] });
      if (content['$type'] === 'functionCall') {
        events.push({
          type: 'TOOL_CALL_START',
          toolCallId,
          toolCallName: content['name'],
          parentMessageId: null,
        });
        events.push({ type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(content['arguments']) });
        events.push({ type: 'TOOL_CALL_END', toolCallId });
      }
      if (content['$type'] === 'functionResult')
        events.push({
          type: 'TOOL_CALL_RESULT',
          messageId: `${String(toolCallId)}-r`,
          toolCallId,
          content: typeof result === 'string' ? result : JSON.stringify(result),
        });
    }
  }
  return [...events, { ...started, type: 'RUN_FINISHED' }];
}

/** The streams under the headings of a text. What is broken on purpose is read by another test. */
function sectionsOf(text: string): readonly [string, readonly Json[]][] {
  return text
    .split(/^## /m)
    .slice(1)
    .filter((section) => !section.startsWith('Malformed'))
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      const blocks = lines.join('\n').split('\n\n');
      const events = blocks.map((block) =>
        block
          .split('\n')
          .flatMap((line) => (line.startsWith('data: ') ? [line.slice(6)] : []))
          .join('\n'),
      );
      return [name, begun(events.filter(Boolean).map((data) => JSON.parse(data)))];
    });
}

/** Answers of the models that test servers were given, as the events that those make of them. */
function eventsOfReply({
  content,
  toolCalls = [],
}: {
  content?: string;
  toolCalls?: readonly Record<string, string>[];
}): readonly Json[] {
  const calls = toolCalls.flatMap(({ name, arguments: delta, id }, index) => {
    const toolCallId = id ?? `call-${index}`;
    return [
      { type: 'TOOL_CALL_START', toolCallId, toolCallName: name },
      { type: 'TOOL_CALL_ARGS', toolCallId, delta },
      { type: 'TOOL_CALL_END', toolCallId },
    ];
  });
  const words = content === undefined ? [] : [{ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: content }];
  return [started, ...words, ...calls, { ...started, type: 'RUN_FINISHED' }];
}

describe.runIf(existsSync(RAW))('what other servers were recorded to say', () => {
  const streams: [string, readonly Json[]][] = [];
  const files = existsSync(RAW) ? readdirSync(RAW).toSorted() : [];
  for (const file of files) {
    const text = raw(file);
    if (file.endsWith('.txt')) {
      streams.push(...sectionsOf(text));
      continue;
    }
    const json = JSON.parse(text);
    if (file.startsWith('dotnet-recording'))
      for (const [leg, updates] of json.entries()) streams.push([`${file} ${leg}`, eventsOfUpdates(updates)]);
    else if (json.fixtures)
      for (const { response } of json.fixtures) streams.push([file, eventsOfReply(response)]);
    else if (json.stream)
      for (const { name, input } of json.stream) streams.push([`${file} ${name}`, alone(input)]);
    else if (Array.isArray(json))
      for (const event of json) streams.push([`${file} ${event.type}`, alone(event)]);
    else
      for (const [name, events] of Object.entries(json)) streams.push([`${file} ${name}`, events as Json[]]);
  }

  it.each(streams)('%s', (_, events) => {
    const { state, error, resources } = play(events);
    expect(error).toBeUndefined();
    const parts = state.messages.flatMap((message) => message.parts);
    const words = parts
      .map((part) => (part.type === 'text' || part.type === 'reasoning' ? part.text : ''))
      .join('');
    for (const { type, delta, role } of events) {
      const isShown = role === undefined || role === 'assistant';
      if (isShown && typeof delta === 'string' && !String(type).startsWith('TOOL') && type !== 'STATE_DELTA')
        if (!events.some((event) => event['role'] === 'system')) expect(words).toContain(delta);
    }
    const calls = new Set(
      events.flatMap((event) => (event['type'] === 'TOOL_CALL_START' ? [event['toolCallId']] : [])),
    );
    expect(parts.filter(({ type }) => type === 'tool-call').length).toBeGreaterThanOrEqual(calls.size);
    expect(resources).toHaveLength(
      events.filter(({ type }) => type === 'STATE_SNAPSHOT' || type === 'STATE_DELTA').length,
    );
  });

  it('all of it is read', () => {
    console.info(`agui raw: ${streams.length} streams and events of ${files.length} files are read.`);
    expect(streams.length).toBeGreaterThan(80);
  });

  it.each(['not valid json', '{"type":"TEXT_MESSAGE_START"}', '{"incomplete":'])('refuses %s', (data) => {
    const { decoder } = play([started]);
    expect(() => decoder.read({ data })).toThrow(AgentChatError);
  });
});
