import { type Agent, createEventWriter } from 'agent-chat-kit/server';
import { goOn, skills, understand } from './skills.ts';

/**
 * The demo's agent: no model, no network, but real work. It picks the skill that fits what the visitor typed.
 * `cut` drops the visitor's connection.
 */
export function createDemoAgent(cut: (sessionId: unknown) => void): Agent {
  return async function* (run) {
    const write = createEventWriter(run);
    if (run.request.type === 'continue') return yield* goOn({ run, write });
    const said = understand(run, write, cut);
    yield* skills.find((skill) => skill.matches(said))?.answer(said) ?? write.text('');
  };
}
