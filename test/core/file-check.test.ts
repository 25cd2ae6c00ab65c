import { AgentChatError, type UploadLimits } from 'agent-chat-kit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkFiles } from '../../src/core/file-check.ts';
import { safeFileName } from '../../src/core/safe-file-name.ts';
import { corpus } from '../corpora.ts';

/** Bytes by their characters, one each. */
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));

const file = (name: string, type: string, content: string): File =>
  new File([bytes(content)], name, { type });

/** The code that the files are refused with; undefined where they may be sent. */
async function refusal(files: readonly File[], limits: UploadLimits = {}): Promise<string | undefined> {
  try {
    await checkFiles(files, limits);
    return undefined;
  } catch (error) {
    if (!AgentChatError.isInstance(error)) throw error;
    return error.code;
  }
}

/** The whole error. */
const reason = (files: readonly File[], limits: UploadLimits = {}): Promise<AgentChatError> =>
  checkFiles(files, limits).then(
    () => Promise.reject(new Error('Expected a refusal.')),
    (error: AgentChatError) => error,
  );

/** As the formats begin. */
const png = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR';
const jpeg = '\xff\xd8\xff\xe0\0\x10JFIF\0';
const gif = 'GIF89a\x01\0\x01\0';
const webp = 'RIFF\x24\0\0\0WEBPVP8 ';
const bmp = 'BM\x46\0\0\0\0\0\0\0\x36\0';
const pdf = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
const zip = 'PK\x03\x04\x14\0\x06\0';
const encrypted = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
const gzip = '\x1f\x8b\x08\0\0\0\0\0';
const mp4 = '\0\0\0\x20ftypisom\0\0\x02\0';
const webm = '\x1aE\xdf\xa3\x9fB\x86\x81';
const mp3 = 'ID3\x04\0\0\0\0\0\x23';
const mp3Frame = '\xff\xfb\x90d\0\0';
const wav = 'RIFF\x24\0\0\0WAVEfmt ';
const ogg = 'OggS\0\x02\0\0';
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const html = '<!DOCTYPE html><html><script>alert(1)</script></html>';
const exe = 'MZ\x90\0\x03\0\0\0';
const elf = '\x7fELF\x02\x01\x01\0';
const machO = '\xcf\xfa\xed\xfe\x07\0\0\x01';
const shell = '#!/bin/sh\nrm -rf ~\n';
const php = '<?php system($_GET[0]);';

const everything = {
  png,
  jpeg,
  gif,
  webp,
  bmp,
  pdf,
  zip,
  encrypted,
  gzip,
  mp4,
  webm,
  mp3,
  mp3Frame,
  wav,
  ogg,
  svg,
  html,
  exe,
  elf,
  machO,
  shell,
  php,
};

describe('the limits of an upload', () => {
  const [a, b] = [file('a.txt', 'text/plain', 'x'.repeat(10)), file('b.txt', 'text/plain', 'x'.repeat(6))];

  it('let pass what is just within them', async () => {
    await expect(
      refusal([a, b], { maxFiles: 2, maxFileSize: 10, maxTotalSize: 16, accept: '.txt' }),
    ).resolves.toBeUndefined();
  });

  it.each([
    [{ maxFiles: 1 }, 'too-many-files', 'Too many files: at most 1.'],
    [{ maxFileSize: 9 }, 'file-too-large', '“a.txt” is larger than 9 bytes.'],
    [{ maxTotalSize: 15 }, 'files-too-large', 'The files together are larger than 15 bytes.'],
    [{ accept: 'image/*' }, 'file-type-not-accepted', '“a.txt” is not accepted, only image/*.'],
  ])('say for %o what is wrong, and that trying again does not help', async (limits, code, message) => {
    const error = await reason([a, b], limits);
    expect(error).toMatchObject({
      code,
      message,
      type: 'validation_error',
      source: 'client',
      retryable: false,
    });
    expect(AgentChatError.isInstance(error)).toBe(true);
  });

  it.each([
    [1023, '1023 bytes'],
    [1024, '1 kB'],
    [1_500_000, '1.4 MB'],
    [10_485_760, '10 MB'],
    [3 * 1024 ** 3, '3 GB'],
  ])('are said in units that people read: %d', async (maxFileSize, text) => {
    const large = Object.defineProperty(file('a', '', 'x'), 'size', { value: maxFileSize + 1 });
    expect((await reason([large], { maxFileSize })).message).toBe(`“a” is larger than ${text}.`);
  });

  it('are 20 files, 10 MB each and 50 MB together unless told, also where they are told to be undefined', async () => {
    const sized = (size: number) => Object.defineProperty(file('a', '', 'x'), 'size', { value: size });
    const [small, large] = [sized(1), sized(10_485_760)];
    for (const limits of [{}, { maxFiles: undefined, maxFileSize: undefined, maxTotalSize: undefined }]) {
      await expect(refusal(Array(20).fill(small), limits)).resolves.toBeUndefined();
      await expect(refusal(Array(21).fill(small), limits)).resolves.toBe('too-many-files');
      await expect(refusal(Array(5).fill(large), limits)).resolves.toBeUndefined();
      await expect(refusal([sized(10_485_761)], limits)).resolves.toBe('file-too-large');
      await expect(refusal([...Array(5).fill(large), small], limits)).resolves.toBe('files-too-large');
    }
  });

  it('are looked at before a byte of any file is read', async () => {
    const watched = file('a.png', 'image/png', html);
    const slice = vi.spyOn(watched, 'slice');
    const large = file('b.txt', 'text/plain', 'x'.repeat(100));
    await expect(refusal([watched, large], { maxFileSize: 99 })).resolves.toBe('file-too-large');
    await expect(refusal([watched, large], { maxTotalSize: 100 })).resolves.toBe('files-too-large');
    await expect(refusal([watched, large], { accept: '.png' })).resolves.toBe('file-type-not-accepted');
    expect(slice).not.toHaveBeenCalled();
    await expect(refusal([watched, large])).resolves.toBe('file-content-mismatch');
  });

  it('never need more than the first 512 bytes of a file', async () => {
    const large = file('a.txt', 'text/plain', 'x'.repeat(100_000));
    const slice = vi.spyOn(large, 'slice');
    for (const whole of ['arrayBuffer', 'text', 'stream'] as const) {
      vi.spyOn(large, whole).mockImplementation(() => {
        throw new Error('Nobody is to read all of it.');
      });
    }
    await expect(refusal([large])).resolves.toBeUndefined();
    expect(slice.mock.calls).toEqual([[0, 512]]);
  });

  it('name a file that cannot be read', async () => {
    const gone = file('gone.txt', 'text/plain', 'x');
    const cause = new DOMException('The file could not be read.', 'NotReadableError');
    const piece = Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(cause) });
    vi.spyOn(gone, 'slice').mockReturnValue(piece);
    expect(await reason([gone])).toMatchObject({
      code: 'file-unreadable',
      message: '“gone.txt” could not be read.',
      cause,
    });
  });

  it('call a file by its safe name', async () => {
    const error = await reason([file('\u202Egnp.exe\n', '', 'x')], { accept: '.png' });
    expect(error.message).toBe('“gnp.exe” is not accepted, only .png.');
  });
});

describe('the accepted types', () => {
  it.each([
    ['.pdf,image/*,text/csv', 'a.pdf', 'application/pdf', pdf, true],
    ['.pdf,image/*,text/csv', 'A.PDF', '', pdf, true],
    ['.PDF', 'a.pdf', '', pdf, true],
    ['.pdf,image/*,text/csv', 'a.png', 'image/png', png, true],
    ['.pdf, image/* ,text/csv', 'a.svg', 'image/svg+xml', svg, true],
    ['.pdf,image/*,text/csv', 'a.csv', 'text/csv', 'a;b', true],
    ['TEXT/CSV', 'a.csv', 'text/csv;charset=utf-8', 'a;b', true],
    ['.tar.gz', 'a.tar.gz', '', gzip, true],
    ['.pdf,image/*,text/csv', 'a.txt', 'text/plain', 'x', false],
    ['.pdf', 'pdf', 'application/x-unknown', pdf, false],
    ['.pdf', 'a.pdf.exe', '', exe, false],
    ['.pdf', 'a.pdf\u200B', '', pdf, true],
    ['.exe', '.exe', '', exe, false],
    ['image/png', 'a.svg', 'image/svg+xml', svg, false],
    ['image/png,image/jpeg', 'a.gif', 'image/gif', gif, false],
    ['image/*', 'a.png', '', png, false],
    ['image/*', 'a', 'imagery/png', 'x', false],
    ['', 'a.xyz', '', 'x', true],
    [' , ', 'a.xyz', '', 'x', true],
    ['*/*', 'a.xyz', '', 'x', true],
    ['*', 'a.xyz', '', 'x', true],
  ])('%j with %s of type %j', async (accept, name, type, content, passes) => {
    const code = await refusal([file(name, type, content)], { accept });
    expect(code).toBe(passes ? undefined : 'file-type-not-accepted');
  });
});

describe('a file that is what it says', () => {
  it.each([
    ['a.png', 'image/png', png],
    ['a.PNG', 'image/png', png],
    ['a.jpg', 'image/jpeg', jpeg],
    ['a.jpeg', 'image/jpg', jpeg],
    ['a.gif', 'image/gif', gif],
    ['a.webp', 'image/webp', webp],
    ['a.bmp', 'image/bmp', bmp],
    ['a.bmp', 'image/x-bmp', bmp],
    ['a.pdf', 'application/pdf', pdf],
    ['a.pdf', 'application/pdf', `\xef\xbb\xbf\n${pdf}`],
    ['a.ai', 'application/postscript', pdf],
    ['a.zip', 'application/x-zip-compressed', zip],
    ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', zip],
    ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', encrypted],
    ['a.xlsx', '', zip],
    ['a.epub', 'application/epub+zip', zip],
    ['a.gz', 'application/gzip', gzip],
    ['a.json.gz', 'application/x-gzip', gzip],
    ['a.mp4', 'video/mp4', mp4],
    ['a.m4a', 'audio/mp4', mp4],
    ['a.m4a', 'audio/x-m4a', mp4],
    ['a.mov', 'video/quicktime', mp4],
    ['a.heic', 'image/heic', mp4],
    ['a.avif', 'image/avif', mp4],
    ['a.webm', 'video/webm', webm],
    ['a.mkv', 'video/x-matroska', webm],
    ['a.mp3', 'audio/mpeg', mp3],
    ['a.mp3', 'audio/mpeg', mp3Frame],
    ['a.mpg', 'video/mpeg', '\0\0\x01\xba!\0'],
    ['a.wav', 'audio/wav', wav],
    ['a.wav', 'audio/x-wav', wav],
    ['a.wav', 'audio/wav', 'RIFF\n\r\0\0WAVEfmt '],
    ['a.ogg', 'audio/ogg', ogg],
    ['a.opus', 'audio/ogg', ogg],
    ['a.svg', 'image/svg+xml', svg],
    ['a.svg', 'image/svg+xml', `\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made -->\n${svg}`],
    ['a.svg', 'image/svg+xml', `<?xml version="1.0"?><!-- a > b -->${svg}`],
    ['a.svg', 'image/svg+xml', `<!-- ${'a licence '.repeat(80)} -->${svg}`],
    ['a.svg', 'image/svg+xml', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" [<!ENTITY a "b">]><svg>'],
    ['a.svg', 'image/svg+xml', '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>'],
    ['drawing', 'image/svg+xml', svg],
    ['a.html', 'text/html', html],
    ['a.html', 'text/html', `<!doctype html><html><body>${svg}`],
    ['a.xhtml', 'application/xhtml+xml', `<?xml version="1.0"?><html>`],
    ['a.xml', 'text/xml', '<?xml version="1.0"?><feed/>'],
    ['a.md', 'text/markdown', '<h1 align="center">Title</h1>'],
    ['a.md', '', '<!-- a comment -->\n# Title'],
    ['a.txt', 'text/plain', html],
    ['a.txt', 'text/plain', 'MZ is how a program begins.'],
    ['a.txt', 'text/plain', 'BMW, PKW, LKW'],
    ['a.txt', 'text/plain', 'The free software'],
    ['a.txt', 'text/plain', 'ID3 is a tree.'],
    ['a.txt', 'text/plain', '\xff\xfeh\0i\0'],
    ['a.csv', 'application/vnd.ms-excel', 'a;b'],
    ['a.xls', 'application/vnd.ms-excel', '<html><table>'],
    ['a.py', 'text/x-python', '#!/usr/bin/env python3'],
    ['a.sh', 'application/x-sh', shell],
    ['a.ts', 'video/mp2t', '#!/usr/bin/env node'],
    ['a.ts', 'video/mp2t', "import a from 'b'"],
    ['a.php', 'application/x-httpd-php', php],
    ['a.json', 'application/json', '{}'],
    ['setup.exe', 'application/x-msdownload', exe],
    ['setup.exe', '', exe],
    ['lib.so', 'application/x-sharedlib', elf],
    ['a.class', 'application/java-vm', '\xca\xfe\xba\xbe\0\0\0\x41'],
    ['a.ico', 'image/vnd.microsoft.icon', '\0\0\x01\0\x01\0'],
    ['a.tiff', 'image/tiff', 'II*\0\x08\0'],
    ['a.psd', 'image/vnd.adobe.photoshop', '8BPS\0\x01'],
    ['a.mod', 'audio/x-mod', 'module example.com/a'],
    ['a.dat', '', 'what'],
    ['a.dat', 'application/octet-stream', '\0\x01\x02\x03'],
    ['a.bin', 'application/octet-stream', png],
    ['noextension', '', pdf],
  ])('passes: %s of type %j', async (name, type, content) => {
    await expect(refusal([file(name, type, content)])).resolves.toBeUndefined();
  });

  it('passes where it is empty', async () => {
    await expect(
      refusal([file('a.png', 'image/png', ''), file('__init__.py', 'text/x-python', '')]),
    ).resolves.toBeUndefined();
  });

  it('passes whatever it is where nothing at all is said, but for an SVG', async () => {
    for (const [name, content] of Object.entries(everything)) {
      for (const type of ['', 'application/octet-stream']) {
        const code = await refusal([file('blob', type, content)]);
        expect(code, name).toBe(name === 'svg' ? 'file-content-mismatch' : undefined);
      }
    }
  });
});

describe('a file that is plainly something else', () => {
  /** What may carry each name and type; all else is to be refused. */
  const claims = [
    ['a.png', 'image/png', ['png']],
    ['a.jpg', 'image/jpeg', ['jpeg']],
    ['a.gif', 'image/gif', ['gif']],
    ['a.webp', 'image/webp', ['webp']],
    ['a.bmp', 'image/bmp', ['bmp']],
    ['a.svg', 'image/svg+xml', ['svg']],
    ['a.pdf', 'application/pdf', ['pdf']],
    ['a.zip', 'application/zip', ['zip', 'encrypted']],
    ['a.docx', '', ['zip', 'encrypted']],
    ['a.gz', 'application/gzip', ['gzip']],
    ['a.mp4', 'video/mp4', ['mp4']],
    ['a.webm', 'video/webm', ['webm']],
    ['a.mp3', 'audio/mpeg', ['mp3', 'mp3Frame']],
    ['a.wav', 'audio/wav', ['wav']],
    ['a.ogg', 'audio/ogg', ['ogg']],
    ['a.txt', 'text/plain', ['html', 'shell', 'php']],
    ['a.csv', 'text/csv', ['html', 'shell', 'php']],
    ['a.json', 'application/json', ['html', 'shell', 'php']],
    ['a.html', 'text/html', ['html', 'shell', 'php']],
    ['a.xml', 'application/xml', ['html', 'shell', 'php']],
    ['a.php', '', ['html', 'shell', 'php']],
  ] as const;

  for (const [name, type, allowed] of claims) {
    const forms: readonly (readonly [string, string])[] = [
      [name, type],
      [name, ''],
      [name.toUpperCase(), 'application/octet-stream'],
      ['noextension', type],
    ];
    for (const [called, declared] of forms) {
      if (called === 'noextension' && (declared === '' || declared === 'audio/mpeg')) continue;
      it(`is refused: anything but ${allowed} as ${called} of type “${declared}”`, async () => {
        for (const [kind, content] of Object.entries(everything)) {
          const isAllowed =
            (allowed as readonly string[]).includes(kind) && (kind !== 'svg' || declared === type);
          const code = await refusal([file(called, declared, content)]);
          expect(code, kind).toBe(isAllowed ? undefined : 'file-content-mismatch');
        }
      });
    }
  }

  it.each([
    ['x.gif', 'text/php', gif],
    ['x.gif', 'text/php', php],
    ['x.png', 'application/x-httpd-php', png],
    ['x.png', 'application/x-httpd-php', php],
    ['evil.html', 'image/gif', html],
    ['evil.html', 'image/gif', gif],
    ['xss.xhtml', 'image/png', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'],
    ['xss.xhtml', 'image/png', png],
    ['shell.pHp', 'image/jpeg', jpeg],
    ['shell.PhAr', 'image/png', png],
    ['shell.jpg.php', 'image/jpeg', jpeg],
    ['shell.php.jpg', 'image/jpeg', php],
    ['photo.jpg', 'image/jpeg', png],
    ['photo.jpg', 'image/png', png],
    ['photo.jpg', 'image/png', jpeg],
    ['photo.tiff', 'image/tiff', html],
    ['photo.tiff', 'image/tiff', shell],
    ['photo.tiff', 'image/tiff', exe],
    ['sound.flac', 'audio/flac', html],
    ['film.avi', 'video/x-msvideo', exe],
    ['invoice.doc', 'application/msword', exe],
    ['invoice.rtf', 'application/rtf', elf],
    ['invoice.pdf\u202E', 'application/pdf', exe],
    ['photo.png ', 'image/png', html],
    ['paper.pdf', 'application/pdf', '<!-- a comment --><html>'],
    ['paper.docx', '', '<?xml version="1.0"?><html>'],
    ['a.svg', 'image/svg+xml', html],
    ['a.svg', 'image/svg+xml', 'not even markup'],
    ['a.svgz', 'image/svg+xml', gzip],
    ['a.svgz', '', gzip],
    ['a.svg', '', svg],
    ['a.svg', 'text/plain', svg],
    ['a.xml', 'text/xml', `<?xml version="1.0"?>\n<!DOCTYPE svg>\n${svg}`],
    ['a.png', 'image/svg+xml', svg],
  ])('is refused: %s of type %j', async (name, type, content) => {
    expect(await reason([file(name, type, content)])).toMatchObject({
      code: 'file-content-mismatch',
      type: 'validation_error',
      retryable: false,
      message: `“${safeFileName(name)}” is not what its name or type says.`,
    });
  });

  it('is found among files that are what they say', async () => {
    const good = file('a.png', 'image/png', png);
    const error = await reason([good, file('b.png', 'image/png', html), good]);
    expect(error.message).toContain('“b.png”');
  });

  it('is answered at once, whatever its bytes are', async () => {
    const hard = ['<?>', '<!--', '<!---->', '<? ', '<', '\0', '\xff', ' <a', '<svg:'].map((text) =>
      text.repeat(512).slice(0, 512),
    );
    const start = performance.now();
    for (const content of hard) await refusal([file('a.svg', 'image/svg+xml', content)]);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 600 }),
        fc.string(),
        fc.constantFrom('', 'image/svg+xml', 'text/plain', 'image/png', 'application/pdf'),
        async (content, name, type) => {
          await refusal([new File([new Uint8Array(content)], name, { type })]);
        },
      ),
      { numRuns: 300 },
    );
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

const lies = corpus('uploads/filenames.json') as
  | {
      readonly filenames: readonly string[];
      readonly contentTypeLies: readonly (readonly [type: string, name: string])[];
    }
  | undefined;

describe.skipIf(!lies)('published tricks with files', () => {
  it.each(lies?.contentTypeLies ?? [])('%s as the type of %s is found out', async (type, name) => {
    // One of them is no lie.
    if (type === 'image/svg+xml') {
      await expect(refusal([file(name, type, svg)])).resolves.toBeUndefined();
      return;
    }
    for (const content of [html, php, svg, png, gif, 'anything']) {
      await expect(refusal([file(name, type, content)])).resolves.toBe('file-content-mismatch');
    }
  });

  it.each(lies?.filenames ?? [])('the name %j is defused', (name) => {
    expectSafe(safeFileName(name));
  });

  it('no name of a web server’s settings is left', () => {
    expect(safeFileName('.htaccess')).toBe('htaccess');
  });
});

/** What is true of every safe name. */
function expectSafe(name: string): void {
  expect(name).not.toBe('');
  expect(name).toBe(name.normalize('NFC'));
  expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
  expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\\/<>:"|?*]/u);
  expect(name).not.toMatch(/^[. ]|[. ]$/);
  expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i);
  expect(safeFileName(name)).toBe(name);
}

describe('a safe file name', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['Bericht für Ünal (2).pdf', 'Bericht für Ünal (2).pdf'],
    ['レポート.pdf', 'レポート.pdf'],
    ['../../../tmp/lol.png', 'lol.png'],
    ['C:\\Users\\me\\photo.png', 'photo.png'],
    ['image.png../../../../../../../etc/passwd', 'passwd'],
    ['file.php/', 'file.php'],
    ['file.php.\\', 'file.php'],
    ['file.jsp/././././.', 'file.jsp'],
    ['file.php......', 'file.php'],
    ['file.php ', 'file.php'],
    ['file.php\u0000.gif', 'file.php.gif'],
    ['myfile\n.txt', 'myfile.txt'],
    ['name.\u202Ephp.jpg', 'name.php.jpg'],
    ['a\u200Bb\u00ADc\u{E0041}\u2800d.txt', 'abcd.txt'],
    ['a\u00A0\u2003\tb.txt', 'a b.txt'],
    ['n\u006F\u0308tes.txt', 'n\u00F6tes.txt'],
    ['file.asp::$data.', 'file.asp__$data'],
    ['"><img src=x onerror=alert(1)>.png', '___img src=x onerror=alert(1)_.png'],
    ['.htaccess', 'htaccess'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['LPT¹ .txt', '_LPT¹ .txt'],
    ['CO\u200BN', '_CON'],
    ['console.log', 'console.log'],
    ['com.txt', 'com.txt'],
    ['\uD800a.txt', 'a.txt'],
    ['👍.png', '👍.png'],
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    [' / . / ', 'file'],
    ['\u202E\u0000', 'file'],
  ])('of %j is %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe);
    expectSafe(safe);
  });

  it('is short enough, with whole characters and its extension', () => {
    expect(safeFileName(`${'a'.repeat(300)}.pdf`)).toBe(`${'a'.repeat(251)}.pdf`);
    expect(safeFileName(`${'a'.repeat(251)}.pdf`)).toBe(`${'a'.repeat(251)}.pdf`);
    expect(safeFileName(`${'é'.repeat(300)}.pdf`)).toBe(`${'é'.repeat(125)}.pdf`);
    expect(safeFileName(`${'👍'.repeat(300)}.pdf`)).toBe(`${'👍'.repeat(62)}.pdf`);
    expect(safeFileName('a'.repeat(300))).toBe('a'.repeat(255));
    // What is too long for an extension is none.
    expect(safeFileName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`);
    expect(safeFileName(`${'a'.repeat(254)}.${'b'.repeat(40)}`)).toBe('a'.repeat(254));
  });

  it('holds for anything', () => {
    const pieces = fc.constantFrom(
      ...[
        '.',
        '..',
        '/',
        '\\',
        ' ',
        '\0',
        '\u202E',
        '\u200D',
        'e\u0301',
        '\u0301',
        '\uD83D',
        '\uDC4D',
        'CON',
      ],
      ...[
        'nul',
        '.txt',
        ':',
        '\u2028',
        '\u3000',
        '\u2800',
        '\u226E',
        '\u0338',
        'é',
        '👨‍👩‍👧',
        'a'.repeat(90),
      ],
    );
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 }))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(names, (name) => expectSafe(safeFileName(name))),
      { numRuns: 3_000 },
    );
  });

  it('is found at once, however long the name', () => {
    const start = performance.now();
    for (const text of ['.', ' ', '/', '\\', 'a', '.a', ' a', '\u202E', '/.', 'e\u0301']) {
      expectSafe(safeFileName(`x${text.repeat(200_000)}y`));
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

const unseen = corpus('unicode/invisible-and-control-ranges.json') as
  | {
      readonly extraVisuallyBlank: readonly string[];
      readonly ranges: Readonly<Record<string, readonly (readonly [string, string])[]>>;
    }
  | undefined;

describe.skipIf(!unseen)('characters that nobody sees', () => {
  it('are in no safe name', () => {
    const { extraVisuallyBlank = [], ranges = {} } = unseen ?? {};
    const all = [...Object.values(ranges).flat(), ...extraVisuallyBlank.map((code) => [code, code] as const)];
    let count = 0;
    for (const [from, to] of all) {
      for (let code = Number.parseInt(from, 16); code <= Number.parseInt(to, 16); code += 1) {
        const char = String.fromCodePoint(code);
        // What parts words becomes a space.
        const safe = /\p{Z}/u.test(char) ? 'a b.txt' : 'ab.txt';
        expect(safeFileName(`a${char}b.txt`), code.toString(16)).toBe(safe);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(4_000);
  });
});
