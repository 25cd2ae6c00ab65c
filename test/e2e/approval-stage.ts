import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApprovalDecision, StreamEvent } from 'agent-chat-kit';
import { type Agent, createAgentHandler, createMemoryLog, toNodeHandler } from 'agent-chat-kit/server';
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright';
import { expect } from 'vitest';
import { ROOT } from '../guards/files.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'none'; img-src blob:; connect-src 'self'; font-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
const PAGE =
  '<!doctype html><title>Chat</title><script type="module" src="/agent-chat.js"></script><script type="module" src="/page.js"></script><div id="around"><agent-chat endpoint="/api/chat"></agent-chat></div>';
/** The policy forbids styles in the markup. */
const SCRIPT =
  "document.body.style.margin = '0'; document.querySelector('agent-chat').style.height = '100vh'; history.scrollRestoration = 'manual';";
const TABS = PAGE.replace('<agent-chat ', '<agent-chat session-id="shared" ');

export type Request = Omit<Extract<StreamEvent, { type: 'approval-request' }>, 'type' | 'approvalId'>;
/** What the agent does next, in the hands of the test. */
export type Step = StreamEvent | { readonly ask: Request };

export const REQUEST = {
  toolCallId: 'c1',
  toolName: 'delete-note',
  args: { title: 'Groceries', for: 'ever' },
} satisfies Request;

/** A page with a chat, an agent that does what the test tells it, and all that was decided. */
export class Stage {
  readonly decisions: ApprovalDecision[] = [];
  /** How often a tool ran. */
  effects = 0;
  readonly #servers: Server[] = [];
  #steps: Step[] = [];
  #wake = () => {};
  asked = 0;
  /** What the agent is about to run, where that is not what it says. */
  expected: Request | undefined;
  origin = '';
  /** The same server by another name: another site to the browser. */
  otherOrigin = '';

  async open(): Promise<void> {
    const agent = this.#agent();
    const answer = toNodeHandler(createAgentHandler(agent, { log: createMemoryLog() }));
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname.startsWith('/api/')) void answer(request, response);
      else if (/^\/agent-chat(?:\/[\w.-]+)?\.js$/.test(pathname))
        response
          .writeHead(200, { 'Content-Type': 'text/javascript' })
          .end(readFileSync(`${ROOT}dist${pathname}`));
      else if (pathname === '/page.js')
        response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(SCRIPT);
      else if (pathname === '/' || pathname === '/tabs') {
        response
          .writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': POLICY })
          .end(pathname === '/' ? PAGE : TABS);
      } else if (pathname === '/frame') {
        response
          .writeHead(200, { 'Content-Type': 'text/html' })
          .end(
            `<!doctype html><title>Other</title><input><div><iframe width="800" height="600" src="${this.origin}"></iframe></div>`,
          );
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#servers.push(server);
    const { port } = server.address() as AddressInfo;
    this.origin = `http://127.0.0.1:${port}`;
    this.otherOrigin = `http://localhost:${port}`;
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** As if nothing had been asked yet. */
  clear(): void {
    this.decisions.length = 0;
    this.effects = 0;
    this.#steps = [];
  }

  tell(...steps: readonly Step[]): void {
    this.#steps.push(...steps);
    this.#wake();
  }

  #agent(): Agent {
    const stage = this;
    return async function* (run) {
      const { signal } = run;
      const events: StreamEvent[] = [];
      let isDecided = false;
      signal.addEventListener('abort', () => stage.#wake(), { once: true });
      while (!signal.aborted) {
        const event = events.shift();
        const step = event ? undefined : stage.#steps.shift();
        if (event) yield event;
        else if (isAsk(step)) {
          stage.asked += 1;
          const approvalId = `a${stage.asked}`;
          const { toolCallId = approvalId, toolName, args } = stage.expected ?? step.ask;
          const subject = { toolCallId, toolName, args };
          run.decision(approvalId, subject).then(
            (decision) => {
              stage.decisions.push(decision);
              const { approved } = decision;
              if (approved) stage.effects += 1;
              events.push(
                { type: 'approval-resolved', approvalId, approved },
                { type: 'text-delta', id: 't', delta: approved ? 'It ran.' : 'It did not run.' },
              );
              isDecided = true;
              stage.#wake();
            },
            () => {},
          );
          yield { type: 'approval-request', approvalId, ...step.ask };
        } else if (step) yield step;
        else if (isDecided) return;
        else
          await new Promise<void>((resolve) => {
            stage.#wake = resolve;
          });
      }
    };
  }
}

/** Events may have fields of any name, so `in` does not tell. */
const isAsk = (step: Step | undefined): step is { readonly ask: Request } =>
  step !== undefined && !('type' in step);

type Place = Page | FrameLocator;

export const allow = (place: Place) => place.locator('agent-approval [part=allow]').first();
export const deny = (place: Place) => place.locator('agent-approval [part=deny]').first();
export const composer = (place: Place) => place.locator('agent-composer textarea');

/** A page in which the user has said something; the agent does what it is told from here on. */
export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

export async function say(place: Place, words = 'Tidy up'): Promise<void> {
  await composer(place).fill(words);
  await composer(place).press('Enter');
}

/** Until a press of the button would count. */
export const ready = (place: Place) =>
  expect.poll(() => allow(place).getAttribute('aria-disabled', { timeout: 1_000 })).toBe('false');

/** For so long that a press would count, had nothing been done against it. */
export const longEnough = (page: Page) => page.waitForTimeout(1_200);

/** Presses it with the mouse where it is shown, whatever is there. */
export async function click(page: Page, place: Place = page): Promise<void> {
  const box = await allow(place).boundingBox();
  if (box) await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

/** Presses it in every way that a person has; it has to stay there meanwhile. */
export async function press(page: Page, place: Place = page): Promise<void> {
  await click(page, place);
  await allow(place).evaluate((button: HTMLElement) => button.focus({ preventScroll: true }));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
}
