import type { TemplateResult } from 'lit';
import type { InteractiveTool } from '../core/client-tools.ts';
import type { UIDataPart, UIMessagePart, UIObjectPart, UIToolCallPart } from '../core/message.ts';
import type { MarkdownViewOptions } from '../markdown/markdown-view.ts';

/** What an application draws: a Lit template, a node or text. Without anything, it is drawn as usual. */
export type Rendered = TemplateResult | Node | string | null | undefined;

export interface RenderContext {
  /** Of the message that the part is in; inside a worker, the id of the worker. */
  readonly messageId: string;
  /** Whose message that is. */
  readonly role: 'user' | 'assistant';
  /** Names the part within the page, also while it streams. */
  readonly key: string;
}

/** Draws a part. Asked again when the part has changed. */
export type PartRenderer<Part extends UIMessagePart = UIMessagePart> = (
  part: Part,
  context: RenderContext,
) => Rendered;

/** What an application draws by itself. Where several fit, the one that says more of the part does: tools before parts; a name without a renderer is none. */
export interface Renderers {
  /** By the type of a part. */
  readonly parts?:
    | {
        readonly [Type in UIMessagePart['type']]?:
          | PartRenderer<Extract<UIMessagePart, { type: Type }>>
          | undefined;
      }
    | undefined;
  /** Tool calls, by the name of the tool. */
  readonly tools?: Readonly<Record<string, PartRenderer<UIToolCallPart> | undefined>> | undefined;
  /** Objects, by their `typeName`. */
  readonly objects?: Readonly<Record<string, PartRenderer<UIObjectPart> | undefined>> | undefined;
  /** Data parts, by their name. */
  readonly data?: Readonly<Record<string, PartRenderer<UIDataPart> | undefined>> | undefined;
  /** What interactive client tools ask, by the name of the tool; answered by its `submit` and `cancel`. */
  readonly clientTools?:
    | Readonly<Record<string, ((tool: InteractiveTool) => Rendered) | undefined>>
    | undefined;
}

/** How the calls of a tool are shown. */
export interface ToolDisplay {
  /** Instead of the name of the tool. */
  readonly title?: string | undefined;
  /** What this call is about, in a few words, behind the title. */
  readonly summary?: ((part: UIToolCallPart) => string | undefined) | undefined;
  /** Instead of the mark of a call that is done: a template or a node. */
  readonly icon?: TemplateResult | Node | undefined;
}

/** How a conversation is drawn, where an application has its own mind. */
export interface DisplayOptions {
  readonly renderers?: Renderers | undefined;
  /** By the name of a tool. */
  readonly toolDisplay?: Readonly<Record<string, ToolDisplay>> | undefined;
  /** How text and reasoning are read and drawn, such as the images that may load. */
  readonly markdown?: MarkdownViewOptions | undefined;
}

/** A property of its own, and none that every object has. */
export function own<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** What the application draws a part with, if it does. */
export function rendererOf(renderers: Renderers, part: UIMessagePart): PartRenderer | undefined {
  const named =
    (part.type === 'tool-call' && own(renderers.tools, part.toolName)) ||
    (part.type === 'object' && own(renderers.objects, part.typeName)) ||
    (part.type === 'data' && own(renderers.data, part.name)) ||
    own(renderers.parts as Record<string, PartRenderer> | undefined, part.type);
  return (named || undefined) as PartRenderer | undefined;
}
