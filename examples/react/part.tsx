import type { UIMessagePart } from 'agent-chat-kit/react';
import { webAddress } from '../web-address.ts';

const json = (value: unknown) => JSON.stringify(value, null, 2);

export function Part({ part }: { readonly part: UIMessagePart }) {
  switch (part.type) {
    case 'text':
      return (
        <p className="text" data-status={part.status} dir="auto">
          {part.text}
        </p>
      );
    case 'reasoning':
      return (
        <details className="step" open={part.status === 'streaming'}>
          <summary data-status={part.status}>
            <i className="icon" />
            {part.status === 'streaming' ? 'Thinking' : 'Thought'}
          </summary>
          <p className="text" dir="auto">
            {part.text}
          </p>
        </details>
      );
    case 'tool-call':
      return (
        <details className="step">
          <summary data-status={part.status}>
            <i className="icon" />
            {part.displayName ?? part.toolName}
            <span className="hidden-visually">, {part.status}</span>
          </summary>
          <pre>{part.argsText ?? json(part.args)}</pre>
          {part.result !== undefined && <pre>{json(part.result)}</pre>}
          {part.error !== undefined && <p className="text">{part.error}</p>}
        </details>
      );
    case 'operation':
      return (
        <div className="step" data-status={part.status}>
          <i className="icon" />
          {part.name}
          <span className="hidden-visually">, {part.status}</span>
        </div>
      );
    case 'todo':
      return (
        <section className="card">
          <h2>Plan</h2>
          <ul className="todos">
            {part.todos.map(({ id, content, status }) => (
              <li key={id} data-status={status}>
                <i className="icon" />
                {content}
                <span className="hidden-visually">, {status}</span>
              </li>
            ))}
          </ul>
        </section>
      );
    case 'source':
      return (
        <a className="source" href={webAddress(part.url)} target="_blank" rel="noreferrer">
          {part.title ?? part.url}
        </a>
      );
    case 'file':
      return (
        <a className="source" href={webAddress(part.url)} target="_blank" rel="noreferrer">
          {part.filename ?? part.mediaType}
        </a>
      );
    case 'object':
      return (
        <section className="card">
          <h2>{part.typeName}</h2>
          <pre>{json(part.object ?? part.partial)}</pre>
        </section>
      );
    case 'worker':
      return (
        <section className="card">
          <h2>{part.description ?? part.workerSlug}</h2>
          {part.parts.map((inner, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever added at the end
            <Part key={index} part={inner} />
          ))}
        </section>
      );
    default:
      return null;
  }
}
