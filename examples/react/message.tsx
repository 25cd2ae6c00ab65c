import { isOtherThread, type UIMessage } from 'agent-chat-kit/react';
import { memo } from 'react';
import { Part } from './part.tsx';

/** One bubble. An unchanged message is the same object, so only the one that streams renders again. */
export const Message = memo(function Message({ message }: { readonly message: UIMessage }) {
  const { role, status, parts } = message;
  return (
    <article
      className={`message ${role}`}
      aria-label={role === 'user' ? 'You' : 'Assistant'}
      aria-busy={status === 'streaming'}
    >
      {parts.map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever added at the end
        isOtherThread(part) ? null : <Part key={index} part={part} />,
      )}
    </article>
  );
});
