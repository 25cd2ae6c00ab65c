import type { PendingApproval } from 'agent-chat-kit/react';

/** A tool call that waits for the visitor's permission. */
export function Approval({ approval }: { readonly approval: PendingApproval }) {
  const { toolName, args, context } = approval;
  return (
    <section className="card ask" aria-label="Permission">
      <h2>Allow “{toolName}”?</h2>
      {context && <p>{context}</p>}
      <pre>{JSON.stringify(args, null, 2)}</pre>
      <div className="buttons">
        <button type="button" className="primary" onClick={() => void approval.approve()}>
          Approve
        </button>
        <button type="button" onClick={() => void approval.deny()}>
          Deny
        </button>
      </div>
    </section>
  );
}
