import { partStory, played } from './played.ts';

export default { title: 'Parts/File', component: 'agent-file' };

/** A file of the page itself, which another one replaces each time it is shown. */
function own(content: BlobPart, mediaType: string): string {
  return URL.createObjectURL(new Blob([content], { type: mediaType }));
}

const file = (fields: () => object | Promise<object>) => ({
  loaders: [async () => ({ file: await fields() })],
  render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) =>
    Object.assign(document.createElement('agent-file'), {
      data: { type: 'file', id: 'f', ...(loaded['file'] as object) },
    }),
});

type Story = { readonly canvasElement: HTMLElement };

/** Presses the only button, and waits for what it brings. */
const pressed = (awaited: string) => ({
  play: async ({ canvasElement }: Story) => {
    const root = canvasElement.querySelector('agent-file')?.shadowRoot;
    const until = async (selector: string): Promise<HTMLElement | undefined> => {
      for (let tries = 0; tries < 150; tries += 1) {
        const found = root?.querySelector<HTMLElement>(selector);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return undefined;
    };
    (await until('button'))?.click();
    await until(awaited);
  },
});

/** A landscape, drawn by the page. */
async function picture(width: number, height: number): Promise<object> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context) {
    const sky = context.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, '#9cc4e4');
    sky.addColorStop(1, '#f4e3c8');
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (const [index, colour] of ['#6f8fae', '#4c6d87', '#2f4a5c'].entries()) {
      context.fillStyle = colour;
      context.beginPath();
      context.moveTo(0, height);
      for (let x = 0; x <= width; x += 4) {
        const wave = Math.sin(x / (width / (5 + index)) + index * 2) + Math.sin(x / (width / 17)) / 3;
        context.lineTo(x, height * (0.5 + index * 0.14) - wave * height * 0.08);
      }
      context.lineTo(width, height);
      context.fill();
    }
  }
  const url = URL.createObjectURL(await canvas.convertToBlob({ type: 'image/png' }));
  return { mediaType: 'image/png', url, filename: 'mountains.png', size: 48_213 };
}

const TABLE = [
  'station;date;mean temperature;"what, if anything, is to be noted"',
  ...Array.from(
    { length: 1_240 },
    (_, index) =>
      `Bern-${index % 7};2026-01-${String((index % 28) + 1).padStart(2, '0')};${index % 23}.5;"fog ""low"", later none"`,
  ),
].join('\n');

/** The least that a viewer takes. */
const DOCUMENT = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F 24 Tf 60 100 Td (Minutes of March) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>`;

/** A second in which nothing is heard. */
function silence(): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(44 + 8_000));
  const write = (at: number, text: string): void => {
    for (const [index, character] of [...text].entries()) view.setUint8(at + index, character.charCodeAt(0));
  };
  write(0, 'RIFF');
  view.setUint32(4, 36 + 8_000, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 8_000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  write(36, 'data');
  view.setUint32(40, 8_000, true);
  new Uint8Array(view.buffer).fill(128, 44);
  return view.buffer;
}

const FILM =
  'data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYECGFOAZwEAAAAAAAGQEU2bdLlNu4tTq4QVSalmU6yBbk27i1OrhBZUrmtTrIGTTbuLU6uEH0O2dVOsgdRNu4xTq4QcU7trU6yCAX7srgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBEiYRDbtLyTYCGQ2hyb21lV0GGQ2hyb21lFlSua7yuuteBAXPFhzNaX1TV38iDgQFV7oEBhoVWX1ZQOOCdsIEguoESU8CBAVWwkFWxgQFVuYECVbqBDVW7gQEfQ7Z1AQAAAAAAAJ7ngQCg2KGtgQAAAHACAJ0BKiAAEgAFBwiFhYiZhIgbggJ08sZh/gAA/t4SNlAnrfGE0kdgdaGmpqTugQGlnzACAJ0BKiAAEgAKhwiFhYiZhIg4AgAHkPPJwP7rrgCgv6GfgQDuANEBABQRAAAYAB5X9AwANQcA/tolE3YduT9EYHWhmKaW7oEBpZGxAQAqEcAAGAAYWC/0AAhwAPuBABxTu2uNu4uzgQC3hveBAfGB1A==';

const TEXT = '# Notes\n\nThe archive answered in 1.2 s.\nThree of the pages were empty.\n';

export const Image = partStory('agent-file', 'file', () => played('file'));
export const Picture = file(() => picture(960, 600));
export const TallPicture = file(() => picture(300, 900));
export const SmallPicture = file(() => picture(48, 48));
export const LargerPicture = { ...Picture, ...pressed('dialog[open]') };

/** An image of another host waits for the reader. */
export const ForeignImage = file(() => ({
  mediaType: 'image/png',
  url: 'https://images.example.org/a.png',
  filename: 'a.png',
}));

/** What is no image can still be had. */
export const BrokenImage = file(() => ({
  mediaType: 'image/png',
  url: own('no image', 'image/png'),
  filename: 'broken.png',
  size: 8,
}));

export const Download = file(() => ({
  mediaType: 'application/zip',
  url: 'https://files.example.org/totals.zip',
  filename: 'totals.zip',
  size: 18_432,
}));

export const WithoutEnding = file(() => ({
  mediaType: 'application/vnd.example+zip',
  url: 'https://files.example.org/totals',
  filename: 'Totals of the year',
  size: 1_400_000,
}));

/** An address that leads nowhere is none. */
export const Refused = file(() => ({
  mediaType: 'application/zip',
  url: 'javascript:alert(1)',
  filename: '\u202Egpj.exe',
}));

export const Sound = file(() => {
  const sound = silence();
  return {
    mediaType: 'audio/wav',
    url: own(sound, 'audio/wav'),
    filename: 'interview.wav',
    size: sound.byteLength,
  };
});
export const Film = file(async () => {
  const film = await (await fetch(FILM)).blob();
  return {
    mediaType: 'video/webm',
    url: own(film, 'video/webm'),
    filename: 'walk-through.webm',
    size: film.size,
  };
});
export const ForeignSound = file(() => ({
  mediaType: 'audio/mpeg',
  url: 'https://sounds.example.org/interview.mp3',
  filename: 'interview.mp3',
}));

export const Table = file(() => ({
  mediaType: 'text/csv',
  url: own(TABLE, 'text/csv'),
  filename: 'stations.csv',
  size: TABLE.length,
}));
export const TablePreview = { ...Table, ...pressed('table') };

export const PdfPreview = {
  ...file(() => ({
    mediaType: 'application/pdf',
    url: own(DOCUMENT, 'application/pdf'),
    filename: 'minutes.pdf',
    size: DOCUMENT.length,
  })),
  ...pressed('iframe, [role="status"]'),
};

export const TextPreview = {
  ...file(() => ({
    mediaType: 'text/markdown',
    url: own(TEXT.repeat(1_200), 'text/markdown'),
    filename: 'notes.md',
    size: TEXT.length * 1_200,
  })),
  ...pressed('pre'),
};

/** What is not what it says. */
export const NotPreviewed = {
  ...file(() => ({
    mediaType: 'application/pdf',
    url: own('<html>', 'application/pdf'),
    filename: 'minutes.pdf',
    size: 6,
  })),
  ...pressed('[role="status"]'),
};
