import { build } from 'vite';
import { expect, it } from 'vitest';
import { ROOT } from './files.ts';

/** What only one dialect has to know. */
const WORDS: Readonly<Record<string, string>> = {
  agUi: 'TOOL_CALL_CHUNK',
  aiSdk: 'approval-responded',
  anthropicMessages: 'pause_turn',
  createAgentWebkitTransport: 'set_permission_mode',
  createCaviTransport: 'exec.approval.resolve',
  createManagedAgentsTransport: 'session.status_idle',
  openAIChat: 'insufficient_system_resource',
  openAIResponses: 'misalignment_policy_violation',
};
const ENTRY = `${ROOT}page.js`;

/** Everything that a page ships, also on demand. */
async function shipped(code: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? code : null),
      },
    ],
    build: { write: false, target: 'es2022', lib: { entry: ENTRY, formats: ['es'] } },
  });
  const [bundle] = [built].flat();
  if (!bundle || !('output' in bundle)) throw new Error('Nothing was built.');
  return bundle.output.map((file) => ('code' in file ? file.code : '')).join('\n');
}

const known = (code: string) => Object.keys(WORDS).filter((name) => code.includes(WORDS[name] ?? ''));

it.each(Object.keys(WORDS))('a page that uses %s ships that dialect alone', async (name) => {
  expect(known(await shipped(`export { ${name} } from 'agent-chat-kit/protocols';`))).toEqual([name]);
});

it('a page that uses the store ships no dialect but its own', async () => {
  const code = await shipped(`export { AgentChat, createHttpTransport } from 'agent-chat-kit';`);
  expect(code).toContain('tool-input-available');
  expect(known(code)).toEqual([]);
});

it('knows each dialect where it is', async () => {
  expect(known(await shipped(`export * from 'agent-chat-kit/protocols';`))).toEqual(Object.keys(WORDS));
});
