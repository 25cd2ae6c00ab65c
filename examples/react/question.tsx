import type { InteractiveTool } from 'agent-chat-kit/react';

/** A tool call that the visitor answers. */
export function Question({ question }: { readonly question: InteractiveTool }) {
  const { question: text, options } = question.args as { question?: string; options?: string[] };
  return (
    <section className="card ask" aria-label="Question">
      <h2>{text}</h2>
      <div className="buttons">
        {options?.map((answer) => (
          <button key={answer} type="button" onClick={() => question.submit({ answer })}>
            {answer}
          </button>
        ))}
        <button type="button" onClick={() => question.cancel()}>
          Skip
        </button>
      </div>
    </section>
  );
}
