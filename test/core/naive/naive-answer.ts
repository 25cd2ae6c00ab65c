import type { StreamEvent, UIMessagePart, UITextPart, UIToolCallPart, UIWorkerPart } from 'agent-chat-kit';
import { naivePartialJson } from './naive-partial-json.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * An answer as one collects it first: one cursor for the text that is open, one current block for everybody, and
 * results that are looked for where the first call was.
 */
export class NaiveAnswer {
  readonly parts: UIMessagePart[] = [];
  status: 'streaming' | 'done' = 'streaming';
  #text: Mutable<UITextPart> | null = null;
  #thread: string | undefined;
  #args = '';

  apply(event: StreamEvent): void {
    switch (event.type) {
      case 'block-start':
        this.#text = null;
        this.#thread = event.thread;
        return;
      case 'text-start':
        this.#text = { type: 'text', text: '', status: 'streaming', ...this.#inThread() };
        this.#partsOf(event.workerId).push(this.#text);
        return;
      case 'text-delta':
        if (this.#text) this.#text.text += event.delta;
        return;
      case 'text-end':
        if (this.#text) this.#text.status = 'done';
        this.#text = null;
        return;
      case 'tool-input-start': {
        const { toolCallId, toolName } = event;
        this.#args = '';
        this.#partsOf(event.workerId).push({
          type: 'tool-call',
          toolCallId,
          toolName,
          args: {},
          status: 'pending',
          ...this.#inThread(),
        });
        return;
      }
      case 'tool-input-delta': {
        this.#args += event.inputTextDelta;
        const args = naivePartialJson(this.#args);
        if (args) this.#change(event, { args: args as UIToolCallPart['args'] });
        return;
      }
      case 'tool-output-available':
        return this.#change(event, { result: event.output, status: 'done' });
      case 'tool-output-error':
        return this.#change(event, { error: event.error, status: event.error ? 'error' : 'done' });
      case 'worker-start': {
        const { workerId, workerSlug } = event;
        this.parts.push({ type: 'worker', workerId, workerSlug, parts: [], status: 'running' });
        return;
      }
      case 'worker-result':
        Object.assign(this.#worker(event.workerId) ?? {}, { status: 'done' });
        return;
      case 'finish':
        return this.finish();
    }
  }

  finish(): void {
    this.status = 'done';
    for (const part of this.parts) if (part.type === 'text') Object.assign(part, { status: 'done' });
  }

  #inThread(): { thread?: string } {
    return this.#thread === undefined ? {} : { thread: this.#thread };
  }

  #worker(workerId: string): UIWorkerPart | undefined {
    return this.parts.find((part) => part.type === 'worker' && part.workerId === workerId) as UIWorkerPart;
  }

  #partsOf(workerId: string | undefined): UIMessagePart[] {
    const worker = workerId === undefined ? undefined : this.#worker(workerId);
    return worker ? (worker.parts as UIMessagePart[]) : this.parts;
  }

  #change({ toolCallId }: { toolCallId: string }, change: Partial<UIToolCallPart>): void {
    const call = this.parts.find((part) => part.type === 'tool-call' && part.toolCallId === toolCallId);
    if (call) Object.assign(call, change);
  }
}
