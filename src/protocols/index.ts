/**
 * Protocols: what back ends say, in our events. In: frames. Out: events, and request bodies the other way.
 * May import the types of `core` and `stream`; knows nothing of how bytes travel.
 */
export { type OctavusOptions, octavus } from './octavus.ts';
export type { Decoder, Protocol } from './protocol.ts';
