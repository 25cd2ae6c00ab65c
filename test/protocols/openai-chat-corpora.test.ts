import { emptyState, reduce, type UIMessagePart } from 'agent-chat-kit';
import { expect, it } from 'vitest';
import { openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';
import { isChat, listed, type Transcript, transcripts } from './openai-chat-transcripts.ts';

/** What a transcript says, put together without the decoder. */
function told({ lines }: Transcript) {
  let text = '';
  let hasThoughts = false;
  const calls = new Map<number, { name: string; args: string }>();
  for (const line of lines) {
    for (const { delta } of JSON.parse(line).choices ?? []) {
      const { content } = delta;
      const parts = Array.isArray(content) ? content : [{ type: 'text', text: content ?? '' }];
      for (const part of parts) if (part.type === 'text') text += part.text;
      hasThoughts ||= Boolean(
        delta.reasoning || delta.reasoning_content || parts.some(({ thinking }) => thinking),
      );
      for (const { index = calls.size, function: called } of delta.tool_calls ?? []) {
        const call = calls.get(index) ?? { name: '', args: '' };
        calls.set(index, { name: call.name || called.name, args: call.args + (called.arguments ?? '') });
      }
    }
  }
  return { text, hasThoughts, calls: [...calls.values()].map(({ name, args }) => [name, JSON.parse(args)]) };
}

const isText = (part: UIMessagePart) => part.type === 'text';
const isCall = (part: UIMessagePart) => part.type === 'tool-call';

const found = transcripts();

it.skipIf(found.length === 0)('chat completions that others recorded say what they said', () => {
  let events = 0;
  let calls = 0;
  for (const transcript of found) {
    const decoder = openAIChat().decode();
    const heard = [...transcript.lines.flatMap((data) => decoder.read({ data })), ...(decoder.end?.() ?? [])];
    const context = { now: () => 1, generateId: () => 'm' };
    const { messages } = reduce(emptyState, heard, context);
    const parts = messages.flatMap((message) => message.parts);
    const expected = told(transcript);
    const of = (part: UIMessagePart) => ('text' in part ? part.text : '');
    expect(parts.filter(isText).map(of).join(''), transcript.file).toBe(expected.text);
    expect(
      parts.some(({ type }) => type === 'reasoning'),
      transcript.file,
    ).toBe(expected.hasThoughts);
    const made = parts.filter(isCall).map((part) => part.type === 'tool-call' && [part.toolName, part.args]);
    expect(made, transcript.file).toEqual(expected.calls);
    expect(heard.filter(({ type }) => type === 'error')).toEqual([]);
    const end = heard.at(-1);
    if (end?.type !== 'finish') throw new Error(`${transcript.file} does not finish.`);
    expect(end.finishReason === 'client-tool-calls', transcript.file).toBe(expected.calls.length > 0);
    expect(
      heard.at(-2)?.type === 'usage' || heard.some(({ type }) => type === 'usage'),
      transcript.file,
    ).toBe(true);
    events += transcript.lines.length;
    calls += made.length;
  }
  const others = new Map<string, number>();
  for (const entry of listed()) if (!isChat(entry)) others.set(entry.api, (others.get(entry.api) ?? 0) + 1);
  console.info(
    `openai-chat: ${found.length} transcripts, ${events} events, ${calls} tool calls, 0 errors. Not spoken: ${[...others].map(([api, count]) => `${api} ${count}`).join(', ')}.`,
  );
});
