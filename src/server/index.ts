/**
 * The server's side: events of an agent onto HTTP and sockets, and requests to agents. In: an async iterable
 * of events. Out: a `Response` or socket frames. May import `core`; needs no framework and no package.
 */
export { type Agent, type AgentRun, type RunAgentOptions, runAgent } from '../core/agent.ts';
export { type ApprovalSubject, approvalDigest } from '../core/approval-digest.ts';
export { AgentChatError } from '../core/error.ts';
export type { StreamEvent, ToolResult } from '../core/event.ts';
export { generateId } from '../core/generate-id.ts';
export type { UIMessage } from '../core/message.ts';
export type { ApprovalDecision, ChatRequest, RunName } from '../core/transport.ts';
export {
  createMemoryLog,
  type EventLog,
  EvictedError,
  type LoggedEvent,
  type MemoryLogOptions,
} from './event-log.ts';
export { type AgentHandlerOptions, createAgentHandler } from './handler.ts';
export { toNodeHandler } from './node.ts';
export { type ProxiedProtocol, type ProxyAgentOptions, proxyAgent } from './proxy.ts';
export { createSocketHandler, type ServerSocket, type SocketHandlerOptions } from './socket.ts';
export { SSE_HEADERS, type SSEStreamOptions, toSSEStream } from './sse.ts';
export { createEventWriter, type EventWriter, type ToolOptions } from './writer.ts';
