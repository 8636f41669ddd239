// Replace. Which of its seven slots are filled decides which of five things it does: two with plain text, three with a
// regular expression of .NET (docs/expressions.md has them in a table).
import { toText } from './coerce.ts';
import type { Value } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition, StrictBody } from './function-definition.ts';
import { constantOf, fail, failTooLong, isGiven, MAX_TEXT_LENGTH, strict, textAt } from './function-definition.ts';
import type { CallNode, ExpressionNode } from './parse.ts';
import { type CompiledPattern, compilePattern, type GroupSpans, MAX_STEPS, type StepBudget } from './regex.ts';
import { substituted, withGroupReplaced } from './regex-substitution.ts';

const OLD_VALUE = 1;
const REGEX_PATTERN = 2;
const REGEX_GROUP_NAME = 3;
const REPLACEMENT_VALUE = 4;
const REPLACEMENT_ATTRIBUTE_NAME = 5;
const TEMPLATE = 6;

export const replaceFunctions: readonly FunctionDefinition[] = [
  {
    name: 'Replace',
    parameters: [
      'source',
      'oldValue?',
      'regexPattern?',
      'regexGroupName?',
      'replacementValue?',
      'replacementAttributeName?',
      'template?',
    ],
    each: 0,
    body: bodyOf,
    check: checkReplace,
    warn: warnAboutPattern,
  },
];

function checkReplace({ slots }: CallNode): ConstantFault | undefined {
  const has = (index: number) => (slots[index] ?? null) !== null;
  if (has(REGEX_PATTERN)) {
    const isUsable = has(REPLACEMENT_VALUE) || (has(REGEX_GROUP_NAME) && has(REPLACEMENT_ATTRIBUTE_NAME));
    return isUsable ? checkPattern(slots[REGEX_PATTERN], slots[REGEX_GROUP_NAME]) : NO_REPLACEMENT;
  }
  if (!has(OLD_VALUE) || !(has(REPLACEMENT_VALUE) || has(TEMPLATE))) {
    return {
      kind: 'arity',
      message:
        'Replace needs oldValue and either replacementValue or template: Replace(source, "old", , , "new", , ). ' +
        'To delete a text use "" as its replacement.',
    };
  }
  return constantOf(slots[OLD_VALUE]) === '' ? { kind: 'argument', message: OLD_VALUE_EMPTY } : undefined;
}

const NO_REPLACEMENT: ConstantFault = {
  kind: 'arity',
  message:
    'Replace: the third argument is a regular expression and needs a replacement. For plain text write ' +
    'Replace(source, "old", , , "new", , ).',
};

const OLD_VALUE_EMPTY = 'Replace: oldValue must not be empty.';

type Slot = ExpressionNode | null | undefined;

/** The text of a constant; undefined when it depends on the object. */
function constantText(slot: Slot): string | undefined {
  const constant = constantOf(slot);
  if (constant === undefined) return undefined;
  const text = toText(constant);
  return text.ok && text.value !== null ? text.value : undefined;
}

function checkPattern(patternSlot: Slot, groupSlot: Slot): ConstantFault | undefined {
  const text = constantText(patternSlot);
  if (text === undefined) return undefined;
  const compiled = compilePattern(text);
  if (!compiled.ok) {
    const message = `Replace: regexPattern cannot be used, at its character ${compiled.position + 1}: ${compiled.message}.`;
    return { kind: 'regex', message, ...placeOf(patternSlot) };
  }
  const group = constantText(groupSlot);
  if (group === undefined || compiled.pattern.slotOf(group) !== undefined) return undefined;
  const message = `Replace: regexPattern has no group ${group}; a group is written (?<${group}>…).`;
  return { kind: 'regex', message, ...placeOf(groupSlot) };
}

const placeOf = (slot: Slot) => (slot === null || slot === undefined ? {} : { position: slot.position });

function warnAboutPattern({ slots }: CallNode): readonly string[] {
  const text = constantText(slots[REGEX_PATTERN]);
  const compiled = text === undefined ? undefined : compilePattern(text);
  return compiled?.ok ? compiled.pattern.warnings.map((warning) => `Replace: in regexPattern, ${warning}.`) : [];
}

type Compiled = ReturnType<typeof compilePattern>;

/** Patterns that are made from an object's values are kept for the objects that follow: this many for each call. */
const KEPT_PATTERNS = 16;

function bodyOf({ slots }: CallNode, budget: StepBudget): StrictBody {
  const kept = new Map<string, Compiled>();
  const patternOf = (text: string): Compiled => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const compiled = compilePattern(text);
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_PATTERNS && oldest !== undefined) kept.delete(oldest);
    kept.set(text, compiled);
    return compiled;
  };
  const constant = constantText(slots[REGEX_PATTERN]);
  if (constant !== undefined) patternOf(constant);
  return strict((call) => {
    return isGiven(call, REGEX_PATTERN) ? replaceMatches(call, patternOf, budget) : replaceText(call);
  });
}

function replaceText(call: Call): Value {
  const source = textAt(call, 0);
  const oldValue = textAt(call, OLD_VALUE) ?? '';
  const replacement = textAt(call, REPLACEMENT_VALUE) ?? '';
  const template = textAt(call, TEMPLATE);
  if (source === null) return null;
  if (oldValue === '') return fail(call, 'argument', OLD_VALUE_EMPTY);
  if (isGiven(call, REPLACEMENT_VALUE)) return replaceAll(call, source, oldValue, replacement);
  return template === null ? null : replaceAll(call, template, oldValue, source);
}

/** Every occurrence, from left to right; no character of the replacement has a meaning. */
function replaceAll(call: Call, text: string, oldValue: string, replacement: string): Value {
  const parts = text.split(oldValue);
  const length = text.length + (parts.length - 1) * (replacement.length - oldValue.length);
  return length > MAX_TEXT_LENGTH ? failTooLong(call) : parts.join(replacement);
}

function replaceMatches(call: Call, patternOf: (text: string) => Compiled, budget: StepBudget): Value {
  const source = textAt(call, 0);
  const patternText = textAt(call, REGEX_PATTERN);
  const group = textAt(call, REGEX_GROUP_NAME);
  const replacement = textAt(call, REPLACEMENT_VALUE) ?? '';
  const other = textAt(call, REPLACEMENT_ATTRIBUTE_NAME);
  if (call.fault !== undefined) return null;
  if (patternText === null) return fail(call, 'argument', 'Replace: regexPattern must not be null.');
  const compiled = patternOf(patternText);
  if (!compiled.ok) return failPattern(call, compiled.position);
  const { pattern } = compiled;
  const needsGroup = isGiven(call, REGEX_GROUP_NAME);
  const slot = needsGroup ? pattern.slotOf(group ?? '') : 0;
  if (slot === undefined) return fail(call, 'regex', 'Replace: regexPattern has no group of the name regexGroupName.');
  if (needsGroup && isGiven(call, REPLACEMENT_ATTRIBUTE_NAME)) {
    if (source !== null && source !== '') return source;
    return other === null ? null : extracted(call, pattern, other, slot, budget);
  }
  if (source === null) return null;
  const matches = pattern.matches(source, budget);
  if (matches === 'too-complex') return failTooComplex(call);
  const result = needsGroup
    ? withGroupReplaced(source, matches, slot, replacement, MAX_TEXT_LENGTH)
    : substituted(source, matches, replacement, pattern, MAX_TEXT_LENGTH);
  return result ?? failTooLong(call);
}

/** What the group captured in the first match; null when there is none. */
function extracted(call: Call, pattern: CompiledPattern, text: string, slot: number, budget: StepBudget): Value {
  const match: GroupSpans | undefined | 'too-complex' = pattern.match(text, budget);
  if (match === 'too-complex') return failTooComplex(call);
  const span = match?.[slot];
  return span === undefined ? null : text.slice(span.start, span.end).toWellFormed();
}

/** Says nothing of the pattern's content, which is made from the object's values. */
function failPattern(call: Call, position: number): null {
  const message = `Replace: regexPattern, as it is for this object, is no regular expression, at its character ${position + 1}.`;
  return fail(call, 'regex', message);
}

function failTooComplex(call: Call): null {
  const message =
    `Replace: regexPattern needs more than ${MAX_STEPS} steps for this value and was given up. Make the pattern plainer: ` +
    'anchor it with ^ and $, and repeat nothing that is repeated inside, as in (a+)+.';
  return fail(call, 'regex', message);
}
