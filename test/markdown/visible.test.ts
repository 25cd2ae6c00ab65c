import { describe, expect, it } from 'vitest';
import { toHtml } from '../../src/markdown/to-html.ts';
import { visible } from '../../src/markdown/visible.ts';
import { corpus } from '../corpora.ts';

const published = corpus('unicode/invisible-and-control-ranges.json') as
  | {
      readonly extraVisuallyBlank: readonly string[];
      readonly ranges: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;
    }
  | undefined;

const HIDDEN_SETS = ['Bidi_Control', 'Default_Ignorable_Code_Point', 'Cf', 'Cc', 'Zl_Zp'];
const number = (code: string): number => Number.parseInt(code, 16);
const marked = (code: number): string => `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;

describe('what is not seen in a text that says where something leads', () => {
  it.skipIf(!published)('is written out, whatever it is', () => {
    const codes = [
      ...HIDDEN_SETS.flatMap((name) =>
        (published?.ranges[name] ?? []).flatMap(([from, to]) =>
          Array.from({ length: number(to) - number(from) + 1 }, (_, index) => number(from) + index),
        ),
      ),
      ...(published?.extraVisuallyBlank ?? []).map(number),
    ].filter((code) => ![9, 10, 13].includes(code));
    expect(codes.length).toBeGreaterThan(4_000);
    const wrong = codes.filter((code) => visible(`a${String.fromCodePoint(code)}b`) !== `a${marked(code)}b`);
    expect(wrong.map(marked)).toEqual([]);
  });

  it('is in order where it makes an emoji, and nothing else changes', () => {
    for (const text of ['❤️ 👩🏽‍💻 👨‍👩‍👧', 'Ünï 漢字 पि', 'one\ttwo\nthree', 'paypal.com']) {
      expect(visible(text)).toBe(text);
    }
    expect(visible('a\u200db')).toBe('a⟨U+200D⟩b');
  });

  it('is written out in titles, descriptions and buttons', () => {
    expect(toHtml('[a](https://a.test "see \u202emoc.knab")')).toContain('title="see ⟨U+202E⟩moc.knab"');
    const image = toHtml('![a\u200bb](https://a.test/x.png "c\u2066d")', { imagePolicy: (url) => url });
    expect(image).toContain('alt="a⟨U+200B⟩b"');
    expect(image).toContain('title="c⟨U+2066⟩d"');
    const held = toHtml('![a\u202eb](https://a\u200b.test/x.png)');
    expect(held).toContain('a⟨U+202E⟩b');
    expect(held).toContain('data-host="a.test"');
    expect(held).toContain('Load image (a.test)');
  });
});

describe('a link whose text looks like the address of another host', () => {
  const shown = (text: string, to: string): string | undefined =>
    /data-chrome="host"> \(([^)]*)\)/.exec(toHtml(`[${text}](${to})`))?.[1];

  it.each([
    ['bank.test', 'a plain name'],
    ['ba\u200bnk.test', 'a space without width'],
    ['\u202abank.test\u202c', 'marks of direction'],
    ['bank\u00ad.test', 'a soft hyphen'],
    ['ｂａｎｋ.test', 'wide letters'],
    ['bank。test', 'another dot'],
    ['bаnk.test', 'a Cyrillic letter'],
    ['https://bаnk.test/login', 'a Cyrillic letter in an address'],
    ['bank.test\u2044login', 'another slash'],
  ])('says where it leads: %s, %s', (text) => {
    expect(shown(text, 'https://evil.example/')).toBe('evil.example');
  });

  it('says how the host is really written that others look like', () => {
    expect(shown('bаnk.test', 'https://bаnk.test/')).toBe('xn--bnk-6cd.test');
    expect(shown('bank.test', 'https://bаnk.test/')).toBe('xn--bnk-6cd.test');
  });

  it('says nothing more where it leads where it says', () => {
    expect(shown('bank.test', 'https://bank.test/login')).toBeUndefined();
    expect(shown('www.Bank.test/login', 'https://bank.test/login')).toBeUndefined();
    expect(shown('ba\u200bnk.test', 'https://bank.test/')).toBeUndefined();
    expect(shown('the manual', 'https://bank.test/')).toBeUndefined();
  });
});
