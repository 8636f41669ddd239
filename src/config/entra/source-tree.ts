// Entra's attributeMappingSource (type, name, expression and, for a function, its parameters by name) <-> the text of an
// expression. Graph stores every constant as text, numbers included; an omitted parameter is simply not there.
import { type ExpressionNode, parseExpression } from '../../expressions/parse.ts';
import type { EntraSource } from './document.ts';
import { numberText, printExpression, quotedText, sameExpression } from './expression-text.ts';
import { parameterName, parameterNames, writtenArguments } from './function-parameters.ts';

/** A source tree as Graph takes it, and what about it is not published by Graph. */
export interface BuiltSource {
  readonly source: EntraSource;
  /** True when there is a comparison in it: Graph's form of one is not published. */
  readonly compares: boolean;
}

/** The tree of an expression that parses; the text of the whole stays as it was written. */
export function sourceOfExpression(text: string): BuiltSource | undefined {
  const parsed = parseExpression(text);
  if (!parsed.ok) return undefined;
  const built = treeOf(parsed.node);
  return { source: { ...built, expression: text.trim() }, compares: hasComparison(parsed.node) };
}

/** The source of an attribute. */
export function sourceOfAttribute(name: string): EntraSource {
  return { expression: `[${name}]`, name, type: 'Attribute', parameters: [] };
}

/** The source of a constant. */
export function sourceOfConstant(text: string): EntraSource {
  return { expression: quotedText(text), name: text, type: 'Constant', parameters: [] };
}

function treeOf(node: ExpressionNode): EntraSource {
  switch (node.kind) {
    case 'attribute':
      return sourceOfAttribute(node.value);
    case 'text':
      return sourceOfConstant(node.value);
    case 'number':
      return sourceOfConstant(numberText(node.value));
    case 'constant':
    case 'parameter': {
      const text = printExpression(node);
      return { expression: text, name: text, type: 'Constant', parameters: [] };
    }
    case 'comparison':
      return {
        expression: printExpression(node),
        name: node.operator,
        type: 'Function',
        parameters: [
          { key: 'left', value: treeOf(node.left) },
          { key: 'right', value: treeOf(node.right) },
        ],
      };
    case 'call':
      return {
        expression: printExpression(node),
        name: node.name,
        type: 'Function',
        parameters: node.slots.flatMap((slot, index) =>
          slot === null ? [] : [{ key: parameterName(node.name, index), value: treeOf(slot) }],
        ),
      };
  }
}

function hasComparison(node: ExpressionNode): boolean {
  if (node.kind === 'comparison') return true;
  return node.kind === 'call' && node.slots.some((slot) => slot !== null && hasComparison(slot));
}

/** What a source says, as text of the expression language. */
export interface SourceText {
  readonly type: 'Attribute' | 'Constant' | 'Function';
  /** The name of the attribute, the text of the constant, or the expression. */
  readonly text: string;
  /** The parameters of the tree say something else than its expression, which counts. */
  readonly disagrees?: string;
}

/** What is wrong with a source that says nothing usable. */
export interface UnusableSource {
  readonly problem: string;
}

/** Reads a source of any type; one that lacks its expression is printed from its parameters. */
export function textOfSource(source: EntraSource): SourceText | UnusableSource {
  const written = source.expression?.trim() ?? '';
  switch (typeOf(source, written)) {
    case 'attribute': {
      const name = attributeName(written) ?? source.name ?? '';
      return name === '' ? { problem: 'It names no attribute.' } : { type: 'Attribute', text: name };
    }
    case 'constant':
      return constantText(source, written);
    case 'function':
      return functionText(source, written);
    default:
      return { problem: `There is no source of the type ${JSON.stringify(source.type)}.` };
  }
}

/** Without a type it is an attribute (Graph's default), unless its expression is plainly something else. */
function typeOf({ type, parameters }: EntraSource, written: string): string {
  if (type !== null && type !== undefined && type !== '') return type.toLowerCase();
  if ((parameters ?? []).length > 0) return 'function';
  const parsed = written === '' ? undefined : parseExpression(written);
  if (parsed?.ok !== true || parsed.node.kind === 'attribute') return 'attribute';
  return parsed.node.kind === 'text' ? 'constant' : 'function';
}

function attributeName(written: string): string | undefined {
  const parsed = written === '' ? undefined : parseExpression(written);
  return parsed?.ok === true && parsed.node.kind === 'attribute' ? parsed.node.value : undefined;
}

function constantText({ name }: EntraSource, written: string): SourceText {
  const parsed = written === '' ? undefined : parseExpression(written);
  if (parsed?.ok === true && parsed.node.kind === 'text') return { type: 'Constant', text: parsed.node.value };
  // NULL, True or vbTextCompare without quotes are words of the language, not texts.
  if (parsed?.ok === true && (parsed.node.kind === 'constant' || parsed.node.kind === 'parameter'))
    return { type: 'Function', text: written };
  return { type: 'Constant', text: name ?? written };
}

function functionText(source: EntraSource, written: string): SourceText | UnusableSource {
  const printed = printCall(source);
  if (written === '') return 'problem' in printed ? printed : { type: 'Function', text: printed.text };
  const disagrees =
    (source.parameters ?? []).length > 0 && !('problem' in printed) && !sameExpression(written, printed.text);
  return { type: 'Function', text: written, ...(disagrees ? { disagrees: printed.text } : {}) };
}

const COMPARISON = /^(?:=|<>|>=?|<=?)$/;

function printCall({ name, parameters }: EntraSource): { readonly text: string } | UnusableSource {
  if (name === null || name === undefined || name === '') return { problem: 'It names no function.' };
  const slots: (string | null)[] = Array.from({ length: writtenArguments(name) }, () => null);
  const names = parameterNames(name).map((each) => each.replace(/\.\.\.$/, ''));
  const repeatsFrom = parameterNames(name).findIndex((each) => each.endsWith('...'));
  for (const { key, value } of parameters ?? []) {
    const printed = value === null || value === undefined ? null : printArgument(value);
    if (printed !== null && typeof printed !== 'string') return printed;
    slots[slotOf(key ?? '', names, repeatsFrom, slots)] = printed;
  }
  const texts = Array.from(slots, (slot) => slot ?? '');
  if (COMPARISON.test(name) && texts.length === 2) return { text: `${texts[0]} ${name} ${texts[1]}` };
  return { text: `${name}(${texts.join(', ')})` };
}

/** Where a parameter stands: where its name says, behind the last one when it repeats or nobody knows the name. */
function slotOf(key: string, names: readonly string[], repeatsFrom: number, slots: readonly (string | null)[]): number {
  const next = slots.findLastIndex((slot) => slot !== null) + 1;
  const index = names.findIndex((name) => name.toLowerCase() === key.toLowerCase());
  if (index < 0) return next;
  if (repeatsFrom >= 0 && index >= repeatsFrom) return Math.max(next, repeatsFrom);
  return slots[index] === null || slots[index] === undefined ? index : next;
}

function printArgument(source: EntraSource): string | UnusableSource {
  const read = textOfSource(source);
  if ('problem' in read) return read;
  if (read.type === 'Function') return read.text;
  return read.type === 'Attribute' ? `[${read.text}]` : quotedText(read.text);
}
