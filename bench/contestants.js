// Who runs what: the floor and the store often and long, so that a few percent can be told; the peers a few times.

const TIMES = 5;
const PEER_ROUNDS = 3;

/**
 * A contestant that asks a chat and looks whether the answer is whole. `open` makes the chat, `units` counts what the
 * answer is made of, `check` gets the parts of the answer.
 */
export function asking(rival, { rivals, open, units, check, name = rival.name }) {
  const isPeer = rivals.peers.includes(rival);
  const times = isPeer ? 1 : TIMES;
  return {
    name,
    units: units * times,
    rounds: isPeer ? PEER_ROUNDS : undefined,
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
