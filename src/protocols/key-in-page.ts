import { AgentChatError } from '../core/error.ts';

const KEY_HEADERS = ['authorization', 'x-api-key', 'api-key'];

/**
 * What refuses requests from a page that carry a key to one of these hosts (or a host below it): whoever opens the
 * page could read the key. Keys belong on a server; see `proxyAgent` of `agent-chat-kit/server`.
 */
export function refuseKeysInPage(
  hosts: readonly string[],
  { dangerouslyAllowBrowser = false }: { readonly dangerouslyAllowBrowser?: boolean | undefined },
) {
  return ({ hostname }: URL, headers: Headers): void => {
    const isPage = typeof document !== 'undefined' && typeof window !== 'undefined';
    if (dangerouslyAllowBrowser || !isPage || !KEY_HEADERS.some((name) => headers.has(name))) return;
    if (!hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`))) return;
    throw new AgentChatError(
      `A page must not send a key to ${hostname}, as everybody who opens it can read the key. Keep it on a server.`,
      { type: 'permission_error', source: 'client', retryable: false, code: 'key-in-page' },
    );
  };
}
