import { isRecord } from './is-record.ts';

/** What a person is asked to permit. */
export interface ApprovalSubject {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * SHA-256, in hexadecimal, of what a person was shown: whoever runs the tool can hold it against what is to run.
 * The order of names in the arguments makes no difference. Undefined where the page is not in a secure context.
 */
export async function approvalDigest({
  toolCallId,
  toolName,
  args,
}: ApprovalSubject): Promise<string | undefined> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return undefined;
  const text = JSON.stringify([toolCallId, toolName, args], (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(byName)) : value,
  );
  const bytes = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
