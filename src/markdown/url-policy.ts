const LINK_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);
const OWN_PROTOCOLS = new Set(['http:', 'https:', 'blob:']);
const RASTER_DATA = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/i;
/** Longest `data:` image that is shown. Characters. */
const MAX_DATA_URL = 1_400_000;

/** The address as a link may have it, or null: only web and mail addresses, and none that carry a password. */
export function linkTarget(address: string): string | null {
  const url = parse(address);
  if (!url || !LINK_PROTOCOLS.has(url.protocol) || url.username || url.password) return null;
  return url.href;
}

/**
 * Whether showing this image tells no other host that it was shown: it is of the page's own origin, a blob
 * made by the page, or a raster image that the address itself contains.
 */
export function loadsFromHere(address: string): boolean {
  if (isRasterData(address)) return true;
  const url = parse(address);
  return url !== null && OWN_PROTOCOLS.has(url.protocol) && url.origin === globalThis.location?.origin;
}

/** The address from which an image may be loaded once somebody asks for it, or null. */
export function imageAddress(address: string): string | null {
  if (isRasterData(address)) return address;
  const url = parse(address);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password
    ? url.href
    : null;
}

/** The host an address leads to, for people to read; empty where it has none. */
export function hostOf(address: string): string {
  return parse(address)?.host ?? '';
}

function isRasterData(address: string): boolean {
  return address.length <= MAX_DATA_URL && RASTER_DATA.test(address);
}

/** Texts name the same address again and again. */
let last: { readonly address: string; readonly url: URL | null } = { address: '', url: null };

function parse(address: string): URL | null {
  if (last.address === address) return last.url;
  let url: URL | null = null;
  try {
    url = new URL(address, globalThis.location?.href);
  } catch {
    // No address.
  }
  last = { address, url };
  return url;
}
