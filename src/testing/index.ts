/**
 * What tests of a chat need: transports that say what the test wants, or fail as it wants, frames and times that come
 * when it wants, and recordings played back. May import `core`, `stream` and `protocols`.
 */
export {
  type ControlledLeg,
  type ControlledTransport,
  createControlledTransport,
} from './controlled-transport.ts';
export {
  createFaultyTransport,
  type FaultRecord,
  type FaultyTransport,
  type FaultyTransportOptions,
  type TransportFaults,
} from './faulty-transport.ts';
export { createManualScheduler, type ManualScheduler } from './manual-scheduler.ts';
export { recordedEvents } from './recorded.ts';
export {
  createRecordedTransport,
  type RecordedTransportOptions,
  type Recording,
} from './recorded-transport.ts';
export { createScriptedTransport, type ScriptedLeg, type ScriptedTransport } from './scripted-transport.ts';
export { seededRandom } from './seeded-random.ts';
export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
