// Random expressions: some from the grammar, with the right or a wrong number of arguments, some by damaging good ones.
import { findFunction, SUPPORTED_FUNCTIONS } from '../../src/expressions/function-table.ts';
import type { RandomSource } from './random-source.ts';
import { randomText } from './random-source.ts';

export const ATTRIBUTES = [
  'mail',
  'displayName',
  'proxyAddresses',
  'accountEnabled',
  'appRoleAssignments',
  'employeeHireDate',
];

const BARE = [
  'IgnoreAttributeFlow',
  'IgnoreObjectFlow',
  'vbTextCompare',
  'vbBinaryCompare',
  'NULL',
  'True',
  'False',
  '%Domain%',
];

const TELLING = [
  'd',
  'm',
  'ww',
  'yyyy',
  'n',
  '@',
  'tr-TR',
  'M/d/yyyy h:mm:ss tt',
  'yyyy-MM-dd',
  'o',
  'AssumeUniversal',
  'x',
  '&HFF',
  '0',
  '1',
  '10',
  '(a+)+$',
  '(?<x>\\\\d+)',
  '^(.*?)(?<id>.{0,8})$',
  '\\\\w+\\\\b',
  '[^a-z]*',
  '(a|aa)+\\\\1$',
  '(?=.*x).*',
  '(?<=a)b',
  '(?>a+)a',
  '((a*)*)*b',
  '\u0024{x}',
  '$1$2$&',
] as const; // prettier-ignore

const COMPARISONS = ['=', '<>', '<', '<=', '>', '>='] as const;

/** An expression of the grammar; usually it compiles. */
export function grownExpression(random: RandomSource, depth = 0): string {
  const operand = randomOperand(random, depth);
  return random.once(8) ? `${operand} ${random.pick(COMPARISONS)} ${randomOperand(random, depth)}` : operand;
}

function randomOperand(random: RandomSource, depth: number): string {
  switch (random.below(depth > 4 ? 6 : 12)) {
    case 0:
    case 1:
      return `[${random.pick(ATTRIBUTES)}]`;
    case 2:
      return quoted(random.pick(TELLING));
    case 3:
      return quoted(randomText(random, 6));
    case 4:
      return random.pick(['0', '1', '2', '-1', '3.5', '&HF7', '99999999999999999999', '256']);
    case 5:
      return random.pick(BARE);
    default:
      return randomCall(random, depth + 1);
  }
}

/** Escapes as the language wants it, or only the quotes, which leaves other backslashes to mean what they may. */
const quoted = (text: string): string => `"${text.replaceAll(/["]/g, '\\"').replace(/\\$/, '')}"`;

function randomCall(random: RandomSource, depth: number): string {
  const name = random.pick(SUPPORTED_FUNCTIONS);
  const parameters = findFunction(name)?.parameters ?? [];
  const slots = parameters.flatMap((parameter) => {
    const times = parameter.endsWith('...') ? 1 + random.below(2) : 1;
    const omits = parameter.endsWith('?') && random.once(2);
    return Array.from({ length: times }, () => (omits ? '' : grownExpression(random, depth)));
  });
  if (random.once(20)) slots.push(grownExpression(random, depth));
  if (random.once(20)) slots.pop();
  return `${name}(${slots.join(random.pick([',', ', ', ' ,\n']))})`;
}

/** A few characters removed, doubled, exchanged or put in, or the head of one expression with the tail of another. */
export function damaged(random: RandomSource, expressions: readonly string[]): string {
  let text = random.pick(expressions);
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(text.length + 1);
    const to = Math.min(text.length, at + 1 + random.below(4));
    switch (random.below(5)) {
      case 0:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, to) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + randomText(random, 3) + text.slice(at);
        break;
      case 3:
        text = text.slice(0, at) + random.pick(['(', ')', ',', '"', '[', ']', '\\', ' ', '&H', '%']) + text.slice(to);
        break;
      default: {
        const other = random.pick(expressions);
        text = text.slice(0, at) + other.slice(random.below(other.length + 1));
      }
    }
  }
  return text;
}
