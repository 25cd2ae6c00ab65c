/** What the demo remembers of one visitor, in memory and for as long as the server runs. */
export interface Session {
  readonly notes: Map<string, string>;
}

const MAX_SESSIONS = 1_000;
const sessions = new Map<string, Session>();

export function sessionOf(id: unknown): Session {
  const key = typeof id === 'string' ? id.slice(0, 100) : '';
  let session = sessions.get(key);
  if (!session) {
    if (sessions.size >= MAX_SESSIONS) sessions.delete(sessions.keys().next().value ?? '');
    session = {
      notes: new Map([
        ['Groceries', 'Flour, yoghurt, lemons'],
        ['Ideas', 'A quieter typing indicator'],
      ]),
    };
    sessions.set(key, session);
  }
  return session;
}
