import { isRecord } from '../../core/is-record.ts';
import type { ProviderMetadata } from '../../core/message.ts';
import type { Fields } from './frame.ts';

/**
 * What Claude wants back with the conversation and no part of ours has a place for. On parts it is the
 * `providerMetadata` named `anthropic`; blocks of their own are `data` parts, at their place in the answer:
 *
 * - `anthropic-result`: where the result of a tool that ran at Anthropic came. Its content is the result of the call;
 *   that of a failure is here.
 * - `anthropic-compaction`, `anthropic-fallback`, …: the block itself.
 * - `anthropic-container`: in which container code ran.
 * - `anthropic-refusal`, `anthropic-context-management`: only said, not given back.
 */
export const RESULT = 'anthropic-result';
export const CONTAINER = 'anthropic-container';

/** Blocks that are given back as they are. */
const KEPT = new Set(['compaction', 'fallback', 'container_upload', 'mcp_tool_listing']);

export function isKept(type: string): boolean {
  return KEPT.has(type);
}

export function keptName(type: string): string {
  return `anthropic-${type.replaceAll('_', '-')}`;
}

export function toMetadata(fields: Fields): ProviderMetadata {
  return { anthropic: fields };
}

export function fromMetadata(part: { readonly providerMetadata?: ProviderMetadata | undefined }): Fields {
  const fields = part.providerMetadata?.['anthropic'];
  return isRecord(fields) ? fields : {};
}
