// What TypeScript knows of the tags in React's JSX.
import type { AgentChat } from 'agent-chat-kit';
import type { AgentErrorEvent } from 'agent-chat-kit/elements';
import type {} from 'agent-chat-kit/react';

export const Right = (props: { readonly chat: AgentChat }) => (
  <agent-chat
    key="chat"
    className="tall"
    chat={props.chat}
    placeholder="Ask away"
    sessionId="morning"
    suggestions={[{ label: 'Begin' }]}
    headers={async () => ({ authorization: 'Bearer token' })}
    ref={(element) => element?.focus()}
    onagent-error={(event) => event.error.retryable}
    onagent-decision={(event) => event.preventDefault()}
    onClick={() => {}}
  >
    <h2 slot="empty">Welcome</h2>
  </agent-chat>
);

export const Typed = () => (
  <agent-text
    plain
    data={{ type: 'text', text: 'Hello', status: 'done' }}
    onagent-error={(event: AgentErrorEvent) => event.error}
  />
);

export const WrongType = () => (
  // @ts-expect-error: an address is a string
  <agent-chat endpoint={5} />
);

export const WrongName = () => (
  // @ts-expect-error: there is no such property
  <agent-chat endpiont="/chat" />
);

export const WrongPart = () => (
  // @ts-expect-error: a text is no list of things to do
  <agent-todo data={{ type: 'text', text: 'Hello', status: 'done' }} />
);

export const WrongEvent = () => (
  // @ts-expect-error: an event has no such field
  <agent-composer onagent-submit={(event) => event.contents} />
);

export const NoMethod = () => (
  // @ts-expect-error: what can be called cannot be set
  <agent-composer submit={() => {}} />
);

export const WrongTag = () => (
  // @ts-expect-error: there is no such element
  <agent-chatt />
);
