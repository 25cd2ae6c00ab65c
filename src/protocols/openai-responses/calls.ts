import type { PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import { type Item, listOf, textOf, toMetadata, wordOf } from './items.ts';
import type { Slot } from './slot.ts';

/** What the pieces of a call’s input are put behind for them to be JSON; nothing where they are JSON themselves. */
const OPENINGS: ReadonlyMap<unknown, (item: Item) => string> = new Map<unknown, (item: Item) => string>([
  ['response.function_call_arguments.delta', () => ''],
  ['response.mcp_call_arguments.delta', () => ''],
  ['response.custom_tool_call_input.delta', () => '{"input":"'],
  ['response.code_interpreter_call_code.delta', () => '{"code":"'],
  ['response.shell_call_command.delta', () => '{"commands":["'],
  ['response.apply_patch_call_operation_diff.delta', openingOfPatch],
]);

/** Where an event has the whole input of a call. */
const WHOLE: ReadonlyMap<unknown, string> = new Map([
  ['response.function_call_arguments.done', 'arguments'],
  ['response.mcp_call_arguments.done', 'arguments'],
  ['response.custom_tool_call_input.done', 'input'],
  ['response.code_interpreter_call_code.done', 'code'],
]);

function openingOfPatch({ operation }: Item): string {
  const { type, path } = isRecord(operation) ? operation : {};
  return `{"type":${JSON.stringify(textOf(type))},"path":${JSON.stringify(textOf(path))},"diff":"`;
}

export function isInput({ type }: Item): boolean {
  return OPENINGS.has(type) || WHOLE.has(type);
}

/** What an event says of the input of a call. */
export function input(slot: Slot, event: Item): StreamEvent[] {
  const { toolCallId, item, last } = slot;
  const { type, delta, command_index: command } = event;
  const field = WHOLE.get(type);
  if (field !== undefined) {
    slot.item = { ...item, [field]: event[field] };
    return [];
  }
  if (!textOf(delta)) return [];
  slot.last = wordOf(command);
  const opening = OPENINGS.get(type)?.(item);
  if (!opening) return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: textOf(delta) }];
  const before = last === undefined ? opening : last === slot.last ? '' : '","';
  const inputTextDelta = before + JSON.stringify(delta).slice(1, -1);
  return [{ type: 'tool-input-delta', toolCallId, inputTextDelta }];
}

/** A call as the page is asked about it. */
export function callOf({ toolCallId, kind, item }: Slot): PendingToolCall {
  const given = kind?.input(item);
  const args = isRecord(given) ? given : given === undefined || given === null ? {} : { input: given };
  return { toolCallId, toolName: kind?.toolName ?? (textOf(item['name']) || 'tool'), args };
}

/** The call with all of its arguments and, where the item says it, what it gave. */
export function endOfCall(slot: Slot): StreamEvent[] {
  const { item, toolCallId, kind, ranThere } = slot;
  const { toolName, args } = callOf(slot);
  const events: StreamEvent[] = [
    {
      type: 'tool-input-available',
      toolCallId,
      toolName,
      input: args,
      providerMetadata: toMetadata({ item: withoutImage(item), ...(ranThere && { ranThere }) }),
    },
  ];
  if (kind?.output || ranThere) {
    slot.isAnswered = true;
    events.push(outputEvent(toolCallId, item, kind?.output?.(item)));
  }
  if (item['type'] === 'mcp_approval_request') {
    events.push({ type: 'approval-request', approvalId: toolCallId, toolCallId, toolName, args });
  }
  return [...events, ...filesOf(slot)];
}

export function outputEvent(toolCallId: string, item: Item, output: unknown): StreamEvent {
  const { status, error } = item;
  if ((error === undefined || error === null) && status !== 'failed') {
    return { type: 'tool-output-available', toolCallId, output };
  }
  const why = isRecord(error) ? error['message'] : error;
  return {
    type: 'tool-output-error',
    toolCallId,
    error: textOf(why) || textOf(output) || 'The tool failed.',
  };
}

/** Images are files of the message: once is enough. */
function withoutImage(item: Item): Item {
  if (item['type'] !== 'image_generation_call') return item;
  const { result: _, ...rest } = item;
  return rest;
}

/** The image so far, as a file of its own. */
export function partialImage(slot: Slot, event: Item): StreamEvent[] {
  const { partial_image_b64: image, partial_image_index: index, output_format: format } = event;
  if (!textOf(image)) return [];
  slot.image = textOf(image);
  return [fileOf(slot, `partial-${wordOf(index)}`, imageUrl(slot.image, format))];
}

/** The files that a call made. */
function filesOf(slot: Slot): StreamEvent[] {
  const { type, result, outputs, output_format: format } = slot.item;
  if (type === 'image_generation_call' && textOf(result) && result !== slot.image) {
    return [fileOf(slot, 'image', imageUrl(textOf(result), format))];
  }
  if (type !== 'code_interpreter_call') return [];
  return listOf(outputs).flatMap((output, index) =>
    isRecord(output) && output['type'] === 'image' && textOf(output['url'])
      ? [fileOf(slot, `image-${index}`, textOf(output['url']))]
      : [],
  );
}

function fileOf({ toolCallId, key }: Slot, name: string, url: string): StreamEvent {
  const [scheme, mediaType] = url.slice(0, 64).split(/[:;,]/);
  return {
    type: 'file-available',
    id: `${key}:${name}`,
    mediaType: (scheme === 'data' && mediaType) || 'image/png',
    url,
    toolCallId,
  };
}

function imageUrl(base64: string, format: unknown): string {
  // Some servers give an address.
  if (base64.startsWith('http')) return base64;
  return `data:image/${/^[a-z]+$/.test(textOf(format)) ? format : 'png'};base64,${base64}`;
}
