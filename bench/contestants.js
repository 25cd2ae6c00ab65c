// Who runs what: the floor and the store often, so that a few percent can be told; the peers, which take longer, a few
// times.

const PEER_ROUNDS = 5;

/**
 * A contestant that asks chats and looks whether the answers are whole. `open` makes one, `units` counts what an
 * answer is made of, `check` gets the parts of it; `times` says how many are asked in a round.
 */
export function asking(rival, { rivals, open, units, check, name = rival.name, times = 1 }) {
  return {
    name,
    units: units * times,
    rounds: rivals.peers.includes(rival) ? PEER_ROUNDS : undefined,
    prepare() {
      const chats = Array.from({ length: times }, open);
      return async () => {
        for (const chat of chats) {
          await chat.ask();
          if (!check(chat.parts())) throw new Error('the answer is not whole');
        }
      };
    },
  };
}

/** Those that keep messages. */
export const stores = ({ own, peers }) => [own, ...peers.filter((peer) => peer.store)];

/** Those that do not. */
export const others = ({ peers }) => peers.filter((peer) => !peer.store);
