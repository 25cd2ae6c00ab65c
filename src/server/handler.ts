import { type Agent, type RunAgentOptions, runAgent } from '../core/agent.ts';
import { Decisions } from '../core/decisions.ts';
import { BadRequestError, parseClientRequest } from './request.ts';
import { SSE_HEADERS, toSSEStream } from './sse.ts';

export interface AgentHandlerOptions extends RunAgentOptions {
  /** As in `toSSEStream`. */
  readonly heartbeat?: number | undefined;
  /** Longest request body. Bytes; 4,194,304 unless told. */
  readonly maxBodyLength?: number | undefined;
}

const MAX_BODY_LENGTH = 4_194_304;

/**
 * Answers HTTP requests with an agent, on any server that speaks `Request` and `Response`. Takes POST with a
 * JSON body; the JSON type keeps other sites' forms out. Approvals reach the run that waits for them in this
 * process. Failures are JSON: `{error, code}`.
 */
export function createAgentHandler(
  agent: Agent,
  options: AgentHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { heartbeat, maxBodyLength = MAX_BODY_LENGTH, onError } = options;
  const decisions = new Decisions();
  return async (request) => {
    try {
      const parsed = parseClientRequest(await readJSON(request, maxBodyLength));
      if (parsed.kind === 'decision') {
        if (decisions.settle(parsed.decision)) return new Response(null, { status: 204 });
        throw new BadRequestError('Nothing waits for this approval any more.', 'approval-not-pending', 409);
      }
      const gone = new AbortController();
      const { signal } = gone;
      request.signal.addEventListener('abort', () => gone.abort(), { once: true });
      const { kind: _, ...run } = parsed;
      const events = runAgent(
        agent,
        { ...run, signal, decision: (approvalId) => decisions.wait(approvalId, signal) },
        { onError },
      );
      return new Response(toSSEStream(events, { heartbeat, onCancel: () => gone.abort() }), {
        headers: SSE_HEADERS,
      });
    } catch (error) {
      if (error instanceof BadRequestError) return refusal(error);
      onError?.(error);
      return refusal(new BadRequestError('The request could not be handled.', 'internal-error', 500));
    }
  };
}

function refusal({ message, code, status }: BadRequestError): Response {
  const headers: Record<string, string> = status === 405 ? { Allow: 'POST' } : {};
  return Response.json({ error: message, code }, { status, headers });
}

async function readJSON(request: Request, limit: number): Promise<unknown> {
  if (request.method !== 'POST') throw new BadRequestError('Use POST.', 'method-not-allowed', 405);
  const mediaType = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    throw new BadRequestError('The body must be `application/json`.', 'unsupported-media-type', 415);
  }
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > limit)
      throw new BadRequestError(`The body is longer than ${limit} bytes.`, 'body-too-long', 413);
    text += decoder.decode(chunk, { stream: true });
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch {
    throw new BadRequestError('The body is not valid JSON.', 'malformed-json');
  }
}
