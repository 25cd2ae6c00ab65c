import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';

interface ComposerProps {
  readonly busy: boolean;
  readonly onSend: (content: string) => void;
  readonly onStop: () => void;
}

export function Composer({ busy, onSend, onStop }: ComposerProps) {
  const [draft, setDraft] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const content = draft.trim();

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!content) return;
    onSend(content);
    setDraft('');
    field.current?.focus();
  };
  const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method is composing, Enter takes its suggestion.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  const stop = () => {
    onStop();
    field.current?.focus();
  };

  return (
    <form className="composer" onSubmit={send}>
      <div>
        <textarea
          ref={field}
          rows={1}
          aria-label="Message"
          placeholder="Ask the agent"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={sendOnEnter}
        />
        {busy ? (
          <button type="button" className="primary stop" aria-label="Stop" onClick={stop} />
        ) : (
          <button type="submit" className="primary" aria-label="Send" disabled={!content} />
        )}
      </div>
    </form>
  );
}
