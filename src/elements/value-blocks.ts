import { ownField } from './value-reader.ts';

/** A piece of what a tool brings back. */
export type Block =
  | { readonly type: 'text'; readonly text: string; readonly name: string }
  | { readonly type: 'image'; readonly data: string; readonly mediaType: string; readonly name: string }
  | { readonly type: 'address'; readonly address: string; readonly name: string }
  | { readonly type: 'value'; readonly value: unknown };

/** More blocks than this are a list like any other. */
const MAX_BLOCKS = 100;
/** What a result may have beside its content without it being something else that has a field of that name. */
const FIELDS = new Set([
  ...['content', 'structuredContent', 'isError', '_meta'],
  ...['type', 'tool_use_id', 'is_error', 'cache_control'],
]);
const TYPES = new Set([
  ...['text', 'image', 'audio', 'resource', 'resource_link', 'document', 'media'],
  ...['image_url', 'input_text', 'input_image', 'output_text'],
]);
const DATA = /^data:([a-z]+\/[\w.+-]+);base64,/i;

/**
 * The blocks of a result of MCP, Anthropic or OpenAI; undefined where the value is none. Throws nothing, whatever the
 * value does when it is read.
 */
export function blocksOf(value: unknown): readonly Block[] | undefined {
  try {
    if (Array.isArray(value)) return blocksIn(value);
    const content = ownField(value, 'content');
    if (!Array.isArray(content) || !Object.keys(value as object).every((key) => FIELDS.has(key)))
      return undefined;
    const structured = ownField(value, 'structuredContent');
    const blocks = blocksIn(content);
    return blocks && structured !== undefined ? [...blocks, { type: 'value', value: structured }] : blocks;
  } catch {
    return undefined;
  }
}

/** Whether a result says that it is an error. */
export function isError(value: unknown): boolean {
  return ownField(value, 'isError') === true || ownField(value, 'is_error') === true;
}

function blocksIn(list: readonly unknown[]): readonly Block[] | undefined {
  if (list.length === 0 || list.length > MAX_BLOCKS) return undefined;
  if (!list.every((item) => TYPES.has(textField(item, 'type')))) return undefined;
  const blocks = list.map(blockOf);
  return blocks.every(({ type }) => type === 'value') ? undefined : blocks;
}

function blockOf(item: unknown): Block {
  const name = textField(item, 'title') || textField(item, 'name');
  const text = ownField(item, 'text');
  if (typeof text === 'string' && textField(item, 'type').endsWith('text'))
    return { type: 'text', text, name };
  const source = ownField(item, 'source') ?? ownField(item, 'resource') ?? item;
  const inside = ownField(source, 'text');
  if (source !== item && typeof inside === 'string')
    return { type: 'text', text: inside, name: name || textField(source, 'uri') };
  const image = ownField(item, 'image_url');
  const address = typeof image === 'string' ? image : textField(image, 'url') || textField(source, 'url');
  const [start, inAddress] = DATA.exec(address.slice(0, 100)) ?? [];
  const data = start ? address.slice(start.length) : textField(source, 'data') || textField(source, 'blob');
  const mediaType =
    inAddress ??
    (textField(source, 'mimeType') || textField(source, 'media_type') || textField(source, 'mediaType'));
  if (data && mediaType.startsWith('image/'))
    return {
      type: 'image',
      data,
      mediaType: mediaType.toLowerCase(),
      name: name || textField(source, 'uri'),
    };
  const isImage = textField(item, 'type').includes('image');
  return address && !start && isImage ? { type: 'address', address, name } : { type: 'value', value: item };
}

function textField(value: unknown, key: string): string {
  const field = ownField(value, key);
  return typeof field === 'string' ? field : '';
}
