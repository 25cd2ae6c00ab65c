import { BadRequestError } from './request.ts';

/** Longest request body unless told. Bytes. */
export const MAX_BODY_LENGTH = 4_194_304;

/** The JSON body of a POST. Throws {@link BadRequestError}; the JSON type keeps other sites' forms out. */
export async function readJSON(request: Request, limit: number): Promise<unknown> {
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

/** What a client is told of a request that was not taken. */
export function refusal({ message, code, status }: BadRequestError): Response {
  const headers: Record<string, string> = status === 405 ? { Allow: 'POST' } : {};
  return Response.json({ error: message, code }, { status, headers });
}
