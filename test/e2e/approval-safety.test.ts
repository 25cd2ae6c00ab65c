import { approvalDigest } from 'agent-chat-kit/server';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  allow,
  click,
  composer,
  deny,
  longEnough,
  press,
  REQUEST,
  type Request,
  ready,
  Stage,
  say,
  visit,
} from './approval-stage.ts';
import { launch, textOf } from './browser.ts';

const stage = new Stage();
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [browser] = await Promise.all([launch(), stage.open()]);
});
afterAll(async () => {
  await browser?.close();
  stage.close();
});
beforeEach(() => stage.clear());
afterEach(async ({ task }) => {
  const isUsable = page?.url().startsWith(stage.origin) && task.result?.state !== 'fail';
  if (!isUsable) await page?.context().close();
});

/** The page with the chat, as the test before left it where it can be gone on with: to load one takes its time. */
async function atRest(): Promise<void> {
  if (!page || page.isClosed()) page = await visit(browser, stage.origin);
  else await page.evaluate(() => document.querySelector('agent-chat')?.focus());
  await page.locator('agent-composer [part=send]').waitFor();
}

/** A page in which the agent asks for permission. */
async function asked(request: Request = REQUEST): Promise<void> {
  await atRest();
  await say(page);
  stage.tell({ ask: request });
  await allow(page).waitFor();
}

/** What was decided once the user, after all of that, denies. */
async function decided(): Promise<readonly boolean[]> {
  await page.evaluate(() => {
    (window as unknown as { undo?: () => void }).undo?.();
    Object.assign(window, { undo: undefined, changedAt: undefined });
  });
  await expect
    .poll(async () => {
      if (stage.decisions.length === 0)
        await deny(page)
          .click({ timeout: 2_000 })
          .catch(() => {});
      return stage.decisions.length;
    })
    .toBe(1);
  return stage.decisions.map(({ approved }) => approved);
}

/** Covers it with something opaque that lets the pointer through. */
async function cover(selector: string): Promise<void> {
  const box = await page.locator(`agent-approval ${selector}`).first().boundingBox();
  await page.evaluate(({ x, y, width, height }) => {
    const cover = document.createElement('div');
    const rect = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
    Object.assign(cover.style, rect, {
      background: 'white',
      pointerEvents: 'none',
      position: 'fixed',
      zIndex: '9',
    });
    document.body.append(cover);
    Object.assign(window, { undo: () => cover.remove() });
  }, box ?? { x: 0, y: 0, width: 0, height: 0 });
}

/** Gives an element of the page another look. */
const dress = (selector: string, look: Readonly<Record<string, string>>) =>
  page.evaluate(
    ([chosen, styles]) => {
      const element = document.querySelector<HTMLElement>(chosen);
      if (element) Object.assign(element.style, styles);
      Object.assign(window, {
        undo: () => {
          for (const name of Object.keys(styles))
            element?.style.setProperty(
              name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
              '',
            );
        },
      });
    },
    [selector, look] as const,
  );

/**
 * Presses with the mouse right after a change of the page: within less than half a second, as the page itself counts
 * it. On a machine that was too slow for that it is done again, from the beginning where it gave a permission.
 */
async function pressSoonAfter(change: () => Promise<unknown>, press = () => click(page)): Promise<void> {
  await page.evaluate(() => {
    addEventListener('click', ({ timeStamp }) => Object.assign(window, { pressedAt: timeStamp }), true);
  });
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await change();
    await press();
    const gap = await page.evaluate(() => {
      const { pressedAt, changedAt } = window as unknown as Record<string, number>;
      return (pressedAt ?? 0) - (changedAt ?? 0);
    });
    if (gap >= 0 && gap < 450) return;
    // A press that came late may count.
    await page.waitForTimeout(100);
    if (stage.decisions.length === 0) continue;
    stage.clear();
    await asked();
    await ready(page);
  }
  throw new Error('Too slow for this test');
}

describe('a permission', () => {
  it('is given by one press of what was in sight for long enough', async () => {
    await asked();
    await ready(page);
    await click(page);
    expect(await decided()).toEqual([true]);
    expect(stage.effects).toBe(1);
    expect(stage.decisions[0]?.digest).toBe(await approvalDigest(REQUEST));
    await expect.poll(() => textOf(page.locator('article.assistant'))).toContain('It ran.');
  });

  it('is given while the reader is elsewhere in a long conversation', async () => {
    await asked();
    const scroll = (top: number) =>
      page.evaluate((to) => {
        const list = document.querySelector('agent-chat')?.shadowRoot?.querySelector('agent-message-list');
        list?.shadowRoot?.querySelector('[part=scroller]')?.scrollTo(0, to);
      }, top);
    stage.tell({ type: 'text-delta', id: 'long', delta: 'A line\n\n'.repeat(100) });
    await expect.poll(() => textOf(page.locator('article.assistant').last())).toContain('A line');
    const latest = page.locator('agent-message-list [part=latest]');
    await expect
      .poll(async () => {
        await scroll(0);
        return latest.count();
      })
      .toBe(1);
    await ready(page);
    await click(page);
    expect(await decided()).toEqual([true]);
    await scroll(1e6);
  });

  it('is given by the keyboard', async () => {
    await asked();
    await ready(page);
    await allow(page).focus();
    await page.keyboard.press('Enter');
    expect(await decided()).toEqual([true]);
  });
});

describe('no permission is given while', () => {
  it.each([
    ['the arguments are covered', '[part=arguments]'],
    ['the button is covered', '[part=allow]'],
    ['all of the card is covered', '[part=approval]'],
  ])('%s', async (_, selector) => {
    await asked();
    await cover(selector);
    await longEnough(page);
    await press(page);
    expect(await decided()).toEqual([false]);
  });

  it('another one of several buttons that allow is covered', async () => {
    await asked({ ...REQUEST, choices: ['once', 'always', 'deny'] });
    const always = page.locator('agent-approval [part=allow]').nth(1);
    const { x, y, width, height } = (await always.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await cover('[part=allow] + [part=allow]');
    await longEnough(page);
    await page.mouse.click(x + width / 2, y + height / 2);
    expect(await decided()).toEqual([false]);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['the chat is transparent', 'agent-chat', { opacity: '0.01' }],
    ['what is around it is transparent', '#around', { opacity: '0.01' }],
    ['it is a little transparent', '#around', { opacity: '0.9' }],
    ['it is scaled down', '#around', { transform: 'scale(0.2)' }],
    ['it is turned', '#around', { transform: 'rotate(20deg)' }],
    ['it is turned upside down', '#around', { transform: 'rotate(180deg)' }],
    ['it is moved out of sight', '#around', { transform: 'translateX(-3000px)' }],
    ['it is cut off', '#around', { clipPath: 'inset(0 0 99% 0)' }],
    ['all but the buttons is cut off', '#around', { clipPath: 'inset(78% 0 0 0)' }],
    ['it is blurred', '#around', { filter: 'blur(20px)' }],
    ['a filter makes it transparent', '#around', { filter: 'opacity(0.01)' }],
    ['a filter makes it white', '#around', { filter: 'brightness(9)' }],
    ['it is blended away', '#around', { mixBlendMode: 'lighten' }],
    ['it cannot be seen', '#around', { visibility: 'hidden' }],
  ])('%s', async (_, selector, look) => {
    await asked();
    await dress(selector, look);
    await longEnough(page);
    await press(page);
    expect(await decided()).toEqual([false]);
  });

  it('a cover has only just been taken away', async () => {
    await asked();
    await cover('[part=approval]');
    await longEnough(page);
    await pressSoonAfter(async () => {
      await page.evaluate(async () => {
        (window as unknown as { undo: () => void }).undo();
        Object.assign(window, { changedAt: performance.now() });
        await new Promise((resolve) => setTimeout(resolve, 100));
      });
    });
    expect(await decided()).toEqual([false]);
  });

  it('it has only just moved under the pointer', async () => {
    await page?.context().close();
    await asked();
    await ready(page);
    let room = 0;
    await pressSoonAfter(async () => {
      room = room === 80 ? 160 : 80;
      await page.evaluate((height) => {
        const style = document.querySelector<HTMLElement>('agent-chat')?.style;
        style?.setProperty('height', `calc(100vh - ${height}px)`);
        const undo = () => style?.setProperty('height', '100vh');
        Object.assign(window, { changedAt: performance.now(), undo });
      }, room);
    });
    expect(await decided()).toEqual([false]);
  });

  it('it has only just taken the place of what the user pressed twice', async () => {
    await asked();
    const box = (await allow(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const at = [box.x + box.width / 2, box.y + box.height / 2] as const;
    const change = async () => {
      await deny(page).click();
      await expect.poll(() => stage.decisions.length).toBe(1);
      await page.locator('agent-composer [part=send]').waitFor();
      // A button of the page, exactly where the card is going to be.
      await page.evaluate(([x, y]) => {
        const decoy = document.createElement('button');
        Object.assign(decoy.style, {
          left: `${x - 30}px`,
          top: `${y - 15}px`,
          width: '60px',
          height: '30px',
        });
        Object.assign(decoy.style, { position: 'fixed', zIndex: '9' });
        decoy.onclick = () => {
          const chat = document.querySelector('agent-chat') as unknown as {
            chat: { sendMessage(text: string): void };
          };
          chat.chat.sendMessage('Again');
          decoy.remove();
          const look = () => {
            const card = document.querySelector('agent-chat')?.shadowRoot?.querySelector('agent-approval');
            const button = card?.shadowRoot?.querySelector('[part=allow]');
            if (button) Object.assign(window, { changedAt: performance.now() });
            else requestAnimationFrame(look);
          };
          look();
        };
        delete (window as unknown as { changedAt?: number }).changedAt;
        document.body.append(decoy);
      }, at);
      stage.clear();
      stage.tell({ ask: REQUEST });
      await page.mouse.click(...at);
      await page.waitForFunction(() => 'changedAt' in window);
    };
    await pressSoonAfter(change, () => page.mouse.click(...at));
    expect(await decided()).toEqual([false]);
  });

  it.each<[string, Request]>([
    ['another tool', { ...REQUEST, toolCallId: 'c2', toolName: 'empty-the-bin' }],
    ['the same call with other arguments', { ...REQUEST, args: { title: 'Everything', for: 'ever' } }],
    ['the same call of another tool', { ...REQUEST, toolName: 'empty-the-bin' }],
  ])('%s has only just taken its place', async (_, other) => {
    await asked();
    await ready(page);
    let turn = 0;
    await pressSoonAfter(async () => {
      turn += 1;
      const last = [other, REQUEST][turn % 2 === 1 ? 0 : 1] ?? REQUEST;
      const before = await textOf(page.locator('agent-approval').first());
      await page.evaluate(
        (text) => {
          const look = () => {
            const card = document.querySelector('agent-chat')?.shadowRoot?.querySelector('agent-approval');
            const now = card?.shadowRoot?.textContent ?? '';
            const read = now.replace(/\s+/g, ' ');
            if (card && read !== text) Object.assign(window, { changedAt: performance.now() });
            else requestAnimationFrame(look);
          };
          delete (window as unknown as { changedAt?: number }).changedAt;
          look();
        },
        await page.evaluate(() =>
          (
            document.querySelector('agent-chat')?.shadowRoot?.querySelector('agent-approval')?.shadowRoot
              ?.textContent ?? ''
          ).replace(/\s+/g, ' '),
        ),
      );
      expect(before).not.toBe('');
      stage.tell({ type: 'approval-voided', approvalId: `a${stage.asked}` }, { ask: last });
      await page.waitForFunction(() => 'changedAt' in window);
    });
    expect(await decided()).toEqual([false]);
  });

  it('a script presses', async () => {
    await asked();
    await ready(page);
    await allow(page).evaluate((button: HTMLElement) => {
      const bubbling = { bubbles: true, cancelable: true, composed: true };
      button.click();
      for (const type of ['pointerdown', 'pointerup', 'click']) {
        button.dispatchEvent(new PointerEvent(type, { ...bubbling, isPrimary: true }));
      }
      for (const type of ['mousedown', 'mouseup', 'click', 'dblclick']) {
        button.dispatchEvent(new MouseEvent(type, { ...bubbling, detail: 1 }));
      }
      for (const key of ['Enter', ' ']) {
        for (const type of ['keydown', 'keypress', 'keyup']) {
          button.dispatchEvent(new KeyboardEvent(type, { ...bubbling, key }));
        }
      }
    });
    expect(await decided()).toEqual([false]);
  });

  it('the user writes, presses Enter and Space, or holds Enter down since they sent', async () => {
    await atRest();
    stage.tell({ ask: REQUEST });
    await composer(page).fill('Tidy up');
    await page.keyboard.down('Enter');
    await allow(page).waitFor();
    const held = Date.now() + 1_500;
    while (Date.now() < held) {
      await page.keyboard.down('Enter');
      await page.waitForTimeout(30);
    }
    await page.keyboard.up('Enter');
    await ready(page);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await composer(page).fill('');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.localName)).toBe(
      'agent-composer',
    );
    expect(await decided()).toEqual([false]);
  });

  it('not all of the arguments is shown', async () => {
    const args = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key${i}`, `value ${i}`]));
    await asked({ ...REQUEST, args });
    await longEnough(page);
    await press(page);
    expect(await allow(page).getAttribute('aria-disabled')).toBe('true');
    expect(stage.decisions).toEqual([]);
    expect(await page.locator('agent-approval pre').innerText()).not.toContain('value 39');
    await page.getByRole('button', { name: 'Show everything' }).click();
    await expect.poll(() => page.locator('agent-approval pre').textContent()).toContain('value 39');
    expect(JSON.parse((await page.locator('agent-approval pre').textContent()) ?? '')).toEqual(args);
    await allow(page).scrollIntoViewIfNeeded();
    await ready(page);
    await click(page);
    expect(await decided()).toEqual([true]);
  });
});

describe('in a frame of another site', () => {
  async function framed(): Promise<ReturnType<Page['frameLocator']>> {
    await page?.context().close();
    page = await visit(browser, `${stage.otherOrigin}/frame`);
    const frame = page.frameLocator('iframe');
    await say(frame);
    stage.tell({ ask: REQUEST });
    await allow(frame).waitFor();
    return frame;
  }

  it('a permission is given where nothing hides it', async () => {
    const frame = await framed();
    await ready(frame);
    await click(page, frame);
    await expect.poll(() => stage.decisions.map(({ approved }) => approved)).toEqual([true]);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['makes the frame transparent', 'iframe', { opacity: '0.01' }],
    ['makes what is around the frame transparent', 'div', { opacity: '0.5' }],
    ['scales the frame down', 'iframe', { transform: 'scale(0.2)' }],
    ['blends the frame away', 'iframe', { mixBlendMode: 'multiply' }],
    ['blurs the frame', 'div', { filter: 'blur(9px)' }],
  ])('none is given where that %s', async (_, selector, look) => {
    const frame = await framed();
    await dress(selector, look);
    await longEnough(page);
    await press(page, frame);
    await page.evaluate(() => (window as unknown as { undo: () => void }).undo());
    await deny(frame).click();
    await expect.poll(() => stage.decisions.map(({ approved }) => approved)).toEqual([false]);
  });

  it('none is given where that covers the frame', async () => {
    const frame = await framed();
    await page.evaluate(() => {
      const cover = document.createElement('div');
      const style = { background: 'white', inset: '0', pointerEvents: 'none', position: 'fixed' };
      Object.assign(cover.style, style);
      document.body.append(cover);
      Object.assign(window, { undo: () => cover.remove() });
    });
    await longEnough(page);
    await press(page, frame);
    await page.evaluate(() => (window as unknown as { undo: () => void }).undo());
    await deny(frame).click();
    await expect.poll(() => stage.decisions.map(({ approved }) => approved)).toEqual([false]);
  });

  it('none is given by the press that only brings the focus there', async () => {
    const frame = await framed();
    await page.locator('input').click();
    await longEnough(page);
    expect(await allow(frame).getAttribute('aria-disabled')).toBe('true');
    const box = (await allow(frame).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await deny(frame).click();
    await expect.poll(() => stage.decisions.map(({ approved }) => approved)).toEqual([false]);
  });
});

/** What an agent may write to look like what asks for a permission. */
const HOSTILE = [
  '<button type="button" onclick="allow()">Allow</button> <form action="/api/chat"><input name="approvalId" value="a1"><input type="submit" value="Approve"></form>',
  '<div role="dialog" aria-label="Allow “delete-note”?"><div role="button" tabindex="0">Allow</div></div><dialog open>Allow?</dialog>',
  '<agent-approval></agent-approval><details open><summary>Allow</summary></details><select><option>Allow</select><textarea>Allow</textarea>',
  '| Allow “delete-note”? | |\n|---|---|\n| **[Allow](https://evil.test/approve)** | [Deny](https://evil.test/deny) |\n| [Allow](javascript:approve()) | [Allow](#allow) |',
  '- [ ] Allow\n- [x] Deny\n\n[Allow]\n\n[Allow]: https://evil.test/allow "Allow"',
  '::: approval\n**Allow** “delete-note”?\n:::\n\n:::button{#allow}\nAllow\n:::\n\n:button[Allow]{onclick=x}',
  '```html\n<button part="allow">Allow</button>\n```\n\n> ## Allow “delete-note”?\n> `{"title": "Groceries"}`\n> **Allow**   Deny',
  '![Allow](https://evil.test/button.png) <img src=x alt=Allow onclick=allow()> <a href="https://evil.test" role="button" part="allow">Allow</a>',
].join('\n\n');

/** A new page in which the agent writes all of that, and then asks for permission. */
async function hostile(options: BrowserContextOptions = {}): Promise<void> {
  await page?.context().close();
  page = await visit(browser, stage.origin, options);
  await say(page);
  stage.tell(
    { type: 'text-start', id: 'h' },
    { type: 'text-delta', id: 'h', delta: HOSTILE },
    { ask: REQUEST },
  );
  await ready(page);
}

describe('what the agent writes', () => {
  it('draws nothing that looks to the browser like a permission, and decides nothing whatever is pressed', async () => {
    await hostile();
    const found = await page.evaluate(() => {
      const elementsIn = (root: ParentNode): Element[] =>
        [...root.querySelectorAll('*')].flatMap((element) => [
          element,
          ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
        ]);
      const article = elementsIn(document).find((element) => element.matches('article.assistant'));
      if (!article) return ['no answer'];
      const CONTROLS =
        'button, input, form, select, textarea, dialog, details, summary, agent-approval, [role], [tabindex], [part~=allow], [onclick], [contenteditable]';
      return (
        elementsIn(article)
          .filter(
            (element) =>
              element.localName.startsWith('agent-') === false || element.localName === 'agent-approval',
          )
          .filter((element) => element.matches(CONTROLS) && !element.closest('[data-chrome]'))
          .filter(
            (element) =>
              !(element instanceof HTMLInputElement && element.type === 'checkbox' && element.disabled),
          )
          // The call that waits is shown by its own element, as any call is.
          .filter((element) => (element.getRootNode() as ShadowRoot).host?.localName !== 'agent-tool-call')
          .map((element) => element.outerHTML.slice(0, 200))
      );
    });
    expect(found.filter((html) => !/^<(pre|div|table|code)[^>]* tabindex="0"/.test(html))).toEqual([]);
    const away: string[] = [];
    page.on('request', (request) => away.push(request.url()));
    await page.evaluate(async () => {
      const elementsIn = (root: ParentNode): HTMLElement[] =>
        [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) => [
          element,
          ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
        ]);
      const article = elementsIn(document).find((element) => element.matches('article.assistant'));
      if (!article) return;
      // What a link would open is not what this is about.
      addEventListener('click', (event) => event.preventDefault(), true);
      for (const element of elementsIn(article)) element.click?.();
    });
    // With the mouse too, all over the message.
    const box = await page.locator('article.assistant').first().boundingBox();
    const list = await page.locator('agent-message-list').boundingBox();
    if (!box || !list) throw new Error('No message');
    for (let y = Math.max(box.y, list.y) + 6; y < Math.min(box.y + box.height, list.y + list.height); y += 18)
      for (const x of [0.05, 0.15, 0.4]) await page.mouse.click(box.x + box.width * x, y);
    expect(stage.decisions).toEqual([]);
    expect(new URL(page.url()).origin).toBe(stage.origin);
    // An image is loaded where the user presses the button for that.
    expect(
      away.filter((url) => (url.includes('evil') && !url.endsWith('/button.png')) || url.includes('/api/')),
    ).toEqual([]);
    expect(await decided()).toEqual([false]);
  });
});

describe.each(['light', 'dark'] as const)('a picture of what the agent writes, %s', (colorScheme) => {
  it('has nothing of the card that asks: neither its ground nor the button that allows', async () => {
    await hostile({ colorScheme, reducedMotion: 'reduce' });
    const card = page.locator('agent-approval');
    const colours = await card.evaluate((element) => {
      const of = (part: string) => element.shadowRoot?.querySelector(`[part=${part}]`) as HTMLElement;
      return ['approval', 'allow'].map((part) => getComputedStyle(of(part)).backgroundColor);
    });
    expect(new Set(colours).size).toBe(2);
    const isThere = await areas(card, colours);
    expect(Math.min(...isThere), String(isThere)).toBeGreaterThan(5);
    expect(await areas(page.locator('article.assistant'), colours)).toEqual([0, 0]);
    expect(await decided()).toEqual([false]);
    await page.context().close();
  });
});

/** How many squares of 6 by 6 pixels in the picture of an element are of each colour and of nothing else. */
async function areas(place: Locator, colours: readonly string[]): Promise<number[]> {
  const picture = (await place.screenshot()).toString('base64');
  return page.evaluate(
    async ([encoded, wanted]) => {
      const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('No picture');
      const pixels = (x: number, y: number, size: number) =>
        new Uint32Array(context.getImageData(x, y, size, size).data.buffer);
      const numbers = wanted.map((colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return pixels(0, 0, 1)[0];
      });
      context.drawImage(bitmap, 0, 0);
      const counts = wanted.map(() => 0);
      for (let y = 0; y + 6 <= bitmap.height; y += 6) {
        for (let x = 0; x + 6 <= bitmap.width; x += 6) {
          const square = pixels(x, y, 6);
          const index = numbers.indexOf(square[0]);
          if (index >= 0 && square.every((pixel) => pixel === square[0]))
            counts[index] = (counts[index] ?? 0) + 1;
        }
      }
      return counts;
    },
    [picture, colours] as const,
  );
}

describe('what was shown', () => {
  const changed = { title: 'Everything' };

  it('is what is allowed: a call that goes on after it was asked about is not asked about any more', async () => {
    await asked();
    await ready(page);
    stage.tell({ type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '{"title":"Everything"}' });
    await allow(page).waitFor({ state: 'detached' });
    expect(stage.decisions).toEqual([]);
    stage.tell({ ask: { ...REQUEST, args: changed } });
    await allow(page).waitFor();
    await ready(page);
    await click(page);
    expect(await decided()).toEqual([true]);
    expect(stage.decisions[0]?.digest).toBe(
      await approvalDigest({ ...REQUEST, toolCallId: 'c1', args: changed }),
    );
  });

  it('goes along with the decision: what runs something else refuses it', async () => {
    await asked();
    await ready(page);
    // The agent waits for the permission of another call than the page was told of.
    stage.expected = { ...REQUEST, args: changed };
    stage.tell({ ask: REQUEST });
    await expect.poll(() => page.locator('agent-approval').count()).toBe(1);
    await ready(page);
    await click(page);
    await page.locator('agent-error').waitFor();
    expect(stage.decisions).toEqual([]);
    expect(stage.effects).toBe(0);
    stage.expected = undefined;
    await page.context().close();
  });
});

describe('two tabs', () => {
  it.each([0, 1, 2])(
    'that allow and deny at once have one effect at most, and both know it (%i)',
    async (turn) => {
      await page?.context().close();
      page = await visit(browser, `${stage.origin}/tabs?${turn}`);
      await say(page);
      stage.tell({ ask: REQUEST });
      await allow(page).waitFor();
      // Of another window: what stands behind another tab cannot be read, and so not be allowed.
      const other = await visit(browser, page.url());
      await allow(other).waitFor();
      await Promise.all([ready(page), ready(other)]);
      // The one that comes too late may find nothing to press any more.
      const one = { timeout: 2_000 };
      const decide = [
        () =>
          allow(page)
            .click(one)
            .catch(() => {}),
        () =>
          deny(other)
            .click(one)
            .catch(() => {}),
      ];
      await Promise.all((turn === 1 ? decide.reverse() : decide).map((act) => act()));
      for (const tab of [page, other]) await allow(tab).waitFor({ state: 'detached' });
      expect(stage.decisions.length).toBe(1);
      const [{ approved } = { approved: false }] = stage.decisions;
      expect(stage.effects).toBe(approved ? 1 : 0);
      for (const tab of [page, other]) {
        await expect
          .poll(() => textOf(tab.locator('article.assistant').last()))
          .toContain(approved ? 'It ran.' : 'It did not run.');
      }
    },
  );
});
