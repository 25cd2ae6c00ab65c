import { isRecord } from '../../core/is-record.ts';
import type { FileReference, UIToolCallPart } from '../../core/message.ts';
import { outputOf } from '../steps.ts';
import { type Item, listOf, textOf } from './items.ts';

type ToAnswer = (
  part: UIToolCallPart,
  said: ReturnType<typeof outputOf>,
  files: readonly FileReference[],
  call: Item,
) => Item | null;

/** What the page’s answer to a call looks like. Handlers may answer as OpenAI writes it, or with words. */
const ANSWERS: ReadonlyMap<unknown, ToAnswer> = new Map<unknown, ToAnswer>([
  ['function_call', (_, { text }, files) => ({ output: withFiles(text, files) })],
  ['custom_tool_call', (_, { text }, files) => ({ output: withFiles(text, files) })],
  ['local_shell_call', (_, { text }) => ({ output: text })],
  [
    'shell_call',
    ({ result }, { text, isError }) => {
      const output = isRecord(result) ? result['output'] : result;
      if (Array.isArray(output)) return { output };
      const outcome = { type: 'exit', exit_code: isError ? 1 : 0 };
      return { output: [{ stdout: isError ? '' : text, stderr: isError ? text : '', outcome }] };
    },
  ],
  [
    'apply_patch_call',
    ({ result }, { text, isError }) => {
      const { status, output } = isRecord(result) ? result : {};
      const hasFailed = isError || status === 'failed';
      return { status: hasFailed ? 'failed' : 'completed', output: isRecord(result) ? textOf(output) : text };
    },
  ],
  [
    'computer_call',
    ({ result }, _, files) => {
      const { output = result, acknowledged_safety_checks: checks } = isRecord(result) ? result : {};
      const { image_url, file_id } = isRecord(output) ? output : {};
      const url = files[0]?.url || textOf(image_url) || textOf(output);
      // There is no other answer than what the screen shows.
      if (!url && !textOf(file_id)) return null;
      return {
        output: { type: 'computer_screenshot', ...(url ? { image_url: url } : { file_id }) },
        ...(Array.isArray(checks) && { acknowledged_safety_checks: checks }),
      };
    },
  ],
  [
    'tool_search_call',
    ({ result }, _said, _files, { execution }) => {
      if (execution !== 'client') return null;
      const tools = listOf(isRecord(result) ? result['tools'] : result);
      return { execution, status: 'completed', tools };
    },
  ],
]);

/** The item that answers a call; undefined where it needs none, null where there is none to give. */
export function answerTo(
  call: Item,
  part: UIToolCallPart,
  files: readonly FileReference[] = [],
): Item | undefined | null {
  const { type, call_id, caller } = call;
  const toAnswer = ANSWERS.get(type);
  if (!toAnswer) return undefined;
  const answer = toAnswer(part, outputOf(part), files, call);
  return (
    answer && {
      type: `${textOf(type).replace(/_call$/, '')}${type === 'tool_search_call' ? '' : '_call'}_output`,
      call_id,
      ...answer,
      ...(isRecord(caller) && { caller }),
    }
  );
}

function withFiles(text: string, files: readonly FileReference[]): string | readonly Item[] {
  return files.length === 0 ? text : [{ type: 'input_text', text }, ...files.map(contentOf)];
}

/** A file as the model takes it, otherwise as words that name it. */
export function contentOf({ id, url, mediaType, filename = 'file' }: FileReference): Item {
  const isImage = mediaType.toLowerCase().startsWith('image/');
  const isData = url.slice(0, 5).toLowerCase() === 'data:';
  if (isData || /^https?:/i.test(url)) {
    if (isImage) return { type: 'input_image', image_url: url, detail: 'auto' };
    return isData ? { type: 'input_file', filename, file_data: url } : { type: 'input_file', file_url: url };
  }
  // A file of the Files API of OpenAI has no address.
  if (id.startsWith('file-')) {
    return isImage
      ? { type: 'input_image', file_id: id, detail: 'auto' }
      : { type: 'input_file', file_id: id };
  }
  return { type: 'input_text', text: `[Attached file: ${filename}, ${mediaType || 'of unknown type'}]` };
}
