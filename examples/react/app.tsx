import { createHttpTransport, generateId, useAgentChat } from 'agent-chat-kit/react';
import { useEffect, useRef } from 'react';
import { describeError } from '../describe-error.ts';
import { followEnd, scrollToEnd } from '../follow-end.ts';
import { suggestions } from '../suggestions.ts';
import { Approval } from './approval.tsx';
import { Composer } from './composer.tsx';
import { Message } from './message.tsx';
import { Question } from './question.tsx';

const sessionId = generateId();
const transport = createHttpTransport({ url: `/api/chat?session=${sessionId}`, sessionId });

export function App() {
  const chat = useAgentChat({ transport, clientTools: { 'ask-user': 'interactive' } });
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => (log.current ? followEnd(log.current) : undefined), []);

  const say = (content: string) => {
    scrollToEnd();
    void chat.sendMessage(content);
  };
  const beginAnew = () => {
    scrollTo(0, 0);
    chat.replaceMessages([]);
  };
  const waiting = chat.status === 'streaming' && chat.messages.at(-1)?.role === 'user';
  const error = chat.error && describeError(chat.error);

  return (
    <>
      <header>
        <div className="mark" />
        <h1>
          agent-chat-kit <span>with React</span>
        </h1>
        <button type="button" onClick={beginAnew}>
          New chat
        </button>
      </header>
      <main>
        <div className="log" role="log" aria-label="Conversation" ref={log}>
          {chat.messages.length === 0 && (
            <div className="hello">
              <h2>What shall we look into?</h2>
              <p>This agent runs on your machine, without a model or a key.</p>
              <ul className="suggestions">
                {suggestions.map(({ message, description }) => (
                  <li key={message}>
                    <button type="button" onClick={() => say(message)}>
                      <strong>{message}</strong>
                      <span>{description}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          )}
          {chat.messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
          {chat.pendingApprovals.map((approval) => (
            <Approval key={approval.approvalId} approval={approval} />
          ))}
          {chat.pendingClientTools['ask-user']?.map((question) => (
            <Question key={question.toolCallId} question={question} />
          ))}
          {waiting && (
            <div className="dots">
              <span className="hidden-visually">Waiting for the answer</span>
              <i />
              <i />
              <i />
            </div>
          )}
          {error && (
            <div className="card error" role="alert">
              <p>
                <strong>{error.title}</strong>
                {error.text}
              </p>
              {chat.canRetry && (
                <button type="button" onClick={chat.retry}>
                  Try again
                </button>
              )}
            </div>
          )}
        </div>
        <Composer busy={chat.status === 'streaming'} onSend={say} onStop={chat.stop} />
      </main>
    </>
  );
}
