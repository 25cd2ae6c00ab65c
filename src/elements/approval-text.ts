import { visible, writtenOut } from '../markdown/visible.ts';

/** With more than this, arguments are shown in part until the user asks for the rest. */
const MAX_LINES = 12;
const MAX_CHARACTERS = 1_200;
/** So many lines are laid out together: what is out of sight costs nothing. */
const CHUNK = 64;
/** Spaces that look like the usual one, but are another. */
const ODD_SPACE = /(?! )\p{Zs}/gu;
/** What stands for something hidden. */
const MARK = /⟨U\+[\dA-F]{4,6}⟩/g;
const WEB_ADDRESS = /https?:\/\/([^\s/"'?#\\]{1,255})/giu;

/** What a person reads of the arguments of a tool call before they allow it: everything, as it would run. */
export interface ApprovalText {
  /** The JSON in pieces, one below the other. */
  readonly chunks: readonly string[];
  /** Its beginning, where it is too long to be read at a glance. */
  readonly beginning: string | null;
  readonly isEmpty: boolean;
  /** How many characters were hidden, and are written out now. */
  readonly hidden: number;
  /** Hosts that are not what they look like, as they are written and as they are. */
  readonly hosts: readonly { readonly written: string; readonly real: string }[];
}

export function approvalText(args: Readonly<Record<string, unknown>>): ApprovalText {
  const json = JSON.stringify(args, null, 2) ?? '';
  // The JSON of a hidden character may be its escape, which can be read.
  const text = visible(json).replace(ODD_SPACE, writtenOut);
  const lines = text.split('\n');
  const isLong = lines.length > MAX_LINES || text.length > MAX_CHARACTERS;
  const chunks: string[] = [];
  for (let i = 0; i < lines.length; i += CHUNK) chunks.push(`${lines.slice(i, i + CHUNK).join('\n')}\n`);
  return {
    chunks,
    beginning: isLong ? `${lines.slice(0, MAX_LINES).join('\n').slice(0, MAX_CHARACTERS)}…` : null,
    isEmpty: Object.keys(args).length === 0,
    hidden: (text.match(MARK)?.length ?? 0) - (json.match(MARK)?.length ?? 0),
    hosts: disguised(json),
  };
}

function disguised(text: string): { written: string; real: string }[] {
  const found = new Map<string, string>();
  for (const [address, host = ''] of text.matchAll(WEB_ADDRESS)) {
    // Other letters may become plain ones when they are made small.
    const written = host.slice(host.lastIndexOf('@') + 1).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const real = realHost(address);
    if (real !== written && !written.startsWith(`${real}:`)) found.set(written, real);
  }
  return [...found].map(([written, real]) => ({ written: visible(written), real }));
}

function realHost(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return '?';
  }
}
