import type { MathNode } from 'mathjs';

const FUNCTIONS = new Set(
  'abs acos asin atan cbrt ceil cos exp floor log log10 log2 max mean min mod pow round sign sin sqrt tan'.split(
    ' ',
  ),
);
const CONSTANTS = new Set(['pi', 'e', 'tau', 'phi']);
const MAX_LENGTH = 200;

/** What a visitor may calculate is not what was asked. The message is meant for them. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';
}

/** The value of an arithmetic expression. Only numbers, operators and a fixed set of functions are run. */
export async function calculate(expression: string): Promise<number> {
  if (expression.length > MAX_LENGTH)
    throw new ArithmeticError(`That is longer than ${MAX_LENGTH} characters.`);
  // Many conversations calculate nothing, and the library is large.
  const { parse } = await import('mathjs/number');
  let tree: MathNode;
  try {
    tree = parse(expression);
  } catch {
    throw new ArithmeticError(`“${expression}” is not an expression I can read.`);
  }
  tree.traverse((node, path, parent) => {
    const name = 'name' in node ? String(node.name) : '';
    const allowed =
      node.type === 'ConstantNode' ||
      node.type === 'OperatorNode' ||
      node.type === 'ParenthesisNode' ||
      node.type === 'FunctionNode' ||
      (node.type === 'SymbolNode' &&
        (path === 'fn' && parent.type === 'FunctionNode' ? FUNCTIONS.has(name) : CONSTANTS.has(name)));
    if (!allowed)
      throw new ArithmeticError(`I only calculate with numbers; “${node.toString()}” is something else.`);
  });
  const value: unknown = tree.compile().evaluate({});
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new ArithmeticError('The result is not a plain number.');
  return value;
}

/** The expression in what somebody wrote, or null where there is none. */
export function expressionIn(text: string): string | null {
  const match = /(?:[a-z]{2,5}\()?[-(\d.][\d\s.+\-*/^%(),a-z]*/i.exec(
    text.replace(/×/g, '*').replace(/÷/g, '/'),
  );
  const expression = match?.[0].replace(/[^\d)a-z]+$/i, '').trim() ?? '';
  return /\d/.test(expression) && /[+\-*/^%(]/.test(expression) ? expression : null;
}
