/**
 * What tests of a chat need: transports that say what the test wants, frames that happen when it wants, and
 * recordings played back. May import `core`, `stream` and `protocols`.
 */
export {
  type ControlledLeg,
  type ControlledTransport,
  createControlledTransport,
} from './controlled-transport.ts';
export { createManualScheduler, type ManualScheduler } from './manual-scheduler.ts';
export { recordedEvents } from './recorded.ts';
export { createScriptedTransport, type ScriptedLeg, type ScriptedTransport } from './scripted-transport.ts';
export { seededRandom } from './seeded-random.ts';
