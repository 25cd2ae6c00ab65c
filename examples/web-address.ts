/** The address as a link may have it. Others, such as `javascript:`, lead nowhere. */
export function webAddress(url: string | undefined): string | undefined {
  return url && /^https?:$/.test(new URL(url, location.href).protocol) ? url : undefined;
}
