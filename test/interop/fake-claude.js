// Prints what Claude Code prints with `--output-format stream-json`. A word in the prompt says how the run goes.
import { appendFileSync } from 'node:fs';

const { FAKE_CLAUDE_LOG } = process.env;
const args = process.argv.slice(2);
const prompt = args.at(-1) ?? '';
const scenario = /scenario:([a-z-]+)/.exec(prompt)?.[1] ?? 'full';
if (FAKE_CLAUDE_LOG) appendFileSync(FAKE_CLAUDE_LOG, `${JSON.stringify({ pid: process.pid, args })}\n`);

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const stream = (event) => print({ type: 'stream_event', event });
const delta = (index, delta) => stream({ type: 'content_block_delta', index, delta });
const text = (index, text) => delta(index, { type: 'text_delta', text });
const result = (more) =>
  print({
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'Hello world',
    stop_reason: 'end_turn',
    duration_ms: 1234,
    num_turns: 2,
    total_cost_usd: 0.0123,
    usage: { input_tokens: 12, cache_read_input_tokens: 5, output_tokens: 34 },
    ...more,
  });

function toolUse(index, id, name, pieces) {
  stream({ type: 'content_block_start', index, content_block: { type: 'tool_use', id, name } });
  for (const partial_json of pieces) delta(index, { type: 'input_json_delta', partial_json });
}

const toolResult = (tool_use_id, content) =>
  print({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id, content }] } });

const scenarios = {
  full() {
    stream({ type: 'content_block_start', index: 0, content_block: { type: 'thinking' } });
    for (const thinking of ['Let me ', 'think.']) delta(0, { type: 'thinking_delta', thinking });
    delta(0, { type: 'signature_delta', signature: 'SIG==' });
    text(1, 'Searching… ');
    toolUse(2, 'toolu_1', 'WebSearch', ['', '{"query":', '"cats"}']);
    toolUse(3, 'toolu_2', 'WebFetch', ['{"url":"http://x"}']);
    toolResult('toolu_1', 'Cats are nice');
    // Results that are not text are not passed on.
    toolResult('toolu_2', [{ type: 'text', text: 'A page' }]);
    text(0, 'Hello ');
    text(0, 'world');
    result();
  },
  'no-deltas'() {
    result({ result: 'All at once.' });
  },
  crash() {
    process.stderr.write('It broke down.\n');
    process.exitCode = 3;
  },
  'is-error'() {
    result({ is_error: true, result: 'Credit balance is too low' });
  },
  'mid-error'() {
    text(0, 'partial ');
    result({ is_error: true, result: 'It went wrong' });
  },
  'mid-kill'() {
    text(0, 'partial ');
    // Once it is written.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
  },
  maxtok() {
    text(0, 'Cut sho');
    result({ stop_reason: 'max_tokens' });
  },
  slow() {
    text(0, 'One… ');
    setInterval(() => text(0, 'and on… '), 50);
  },
};

print({ type: 'system', subtype: 'init', model: 'claude-sonnet-4-fake' });
scenarios[scenario]();
