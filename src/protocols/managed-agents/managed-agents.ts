import { unsupported } from '../../core/error.ts';
import type { ToolResult } from '../../core/event.ts';
import { isOtherThread, type UIMessage } from '../../core/message.ts';
import type { ApprovalDecision, ChatRequest } from '../../core/transport.ts';
import { blockOfFile, type RequestBlock, textBlocks } from '../anthropic/files.ts';
import { refuseKeysInPage } from '../key-in-page.ts';
import type { Protocol } from '../protocol.ts';
import { SessionMemory } from './memory.ts';
import { ManagedAgentsDecoder } from './stream.ts';

export interface ManagedAgentsProtocolOptions {
  /** Further betas, beside the one of Managed Agents. */
  readonly betas?: readonly string[] | undefined;
  /** Lets a page send its key to Anthropic itself: whoever opens the page can then read the key. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

const VERSION = '2023-06-01';
const BETA = 'managed-agents-2026-04-01';

/**
 * The events of Claude Managed Agents: bodies for `/events`, and what `/events/stream` says. One `memory` serves all
 * streams of a session.
 */
export function managedAgents(
  options: ManagedAgentsProtocolOptions = {},
  memory: SessionMemory = new SessionMemory(),
): Protocol {
  const { betas = [], dangerouslyAllowBrowser } = options;
  return {
    name: 'managed-agents',
    headers: {
      Accept: 'text/event-stream, application/json',
      'anthropic-version': VERSION,
      'anthropic-beta': [BETA, ...betas].join(','),
      ...(dangerouslyAllowBrowser && { 'anthropic-dangerous-direct-browser-access': 'true' }),
    },
    keepsHistory: true,
    encode: (request, messages) => ({
      events:
        request.type === 'continue'
          ? request.toolResults.map(resultEvent)
          : [{ type: 'user.message', content: saidIn(request, messages) }],
    }),
    encodeDecision: (decision) => ({ events: [confirmationEvent(decision)] }),
    decode: () => new ManagedAgentsDecoder(memory),
    assertAllowed: refuseKeysInPage(['anthropic.com'], options),
  };
}

/** The message that is asked with. Sessions keep what was before. */
function saidIn(
  { input }: ChatRequest & { readonly type: 'trigger' },
  messages: readonly UIMessage[],
): readonly RequestBlock[] {
  const message = messages.findLast(({ role }) => role === 'user');
  const blocks = (message?.parts ?? []).flatMap((part): readonly RequestBlock[] => {
    if (isOtherThread(part)) return [];
    if (part.type === 'file') return [blockOfFile(part)];
    if (part.type === 'text') return textBlocks(part.text);
    return part.type === 'object' ? textBlocks(JSON.stringify(part.object ?? null)) : [];
  });
  const words = input?.['USER_MESSAGE'];
  return blocks.length > 0 || typeof words !== 'string' ? blocks : textBlocks(words);
}

function resultEvent({ toolCallId, result, error, files = [] }: ToolResult): RequestBlock {
  const text = error ?? (typeof result === 'string' ? result : (JSON.stringify(result) ?? ''));
  return {
    type: 'user.custom_tool_result',
    custom_tool_use_id: toolCallId,
    content: [...textBlocks(text), ...files.map(blockOfFile)],
    ...(error !== undefined && { is_error: true }),
  };
}

function confirmationEvent({ approvalId, approved, reason, args }: ApprovalDecision): RequestBlock {
  if (args) throw unsupported('The arguments of this call cannot be changed.', 'approval-args');
  return {
    type: 'user.tool_confirmation',
    tool_use_id: approvalId,
    result: approved ? 'allow' : 'deny',
    ...(!approved && reason && { deny_message: reason }),
  };
}
