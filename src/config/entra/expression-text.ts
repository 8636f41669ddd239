// Syntax tree of an expression -> its text, the way Entra writes it; and whether two texts mean the same.
import { findFunction } from '../../expressions/function-table.ts';
import { type ExpressionNode, parseExpression } from '../../expressions/parse.ts';

/** A text as the expression language quotes it: only a quote and a backslash are escaped. */
export function quotedText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** The text of a tree; an omitted argument is an empty place between commas. */
export function printExpression(node: ExpressionNode | null): string {
  if (node === null) return '';
  switch (node.kind) {
    case 'call':
      return `${node.name}(${node.slots.map(printExpression).join(', ')})`;
    case 'comparison':
      return `${printExpression(node.left)} ${node.operator} ${printExpression(node.right)}`;
    case 'attribute':
      return `[${node.value}]`;
    case 'text':
      return quotedText(node.value);
    case 'parameter':
      return `%${node.value}%`;
    case 'number':
      return numberText(node.value);
    case 'constant':
      return node.name;
  }
}

/** Digits without an exponent, which the language does not know. */
export function numberText(value: number | bigint): string {
  const text = String(value);
  return /e/i.test(text)
    ? Number(value)
        .toFixed(20)
        .replace(/\.?0+$/, '')
    : text;
}

/** Whether two expressions say the same: white space, spelling of names, quoted numbers and trailing gaps do not matter. */
export function sameExpression(left: string, right: string): boolean {
  if (left === right) return true;
  const one = parseExpression(left);
  const other = parseExpression(right);
  return one.ok && other.ok && canonical(one.node) === canonical(other.node);
}

function canonical(node: ExpressionNode | null): string {
  if (node === null) return '';
  if (node.kind === 'number') return quotedText(numberText(node.value));
  if (node.kind === 'comparison') return `${canonical(node.left)}${node.operator}${canonical(node.right)}`;
  if (node.kind !== 'call') return printExpression(node);
  const last = node.slots.findLastIndex((slot) => slot !== null);
  const name = findFunction(node.name)?.name ?? node.name.toLowerCase();
  return `${name}(${node.slots
    .slice(0, last + 1)
    .map(canonical)
    .join(',')})`;
}
