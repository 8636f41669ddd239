// Replace. Which of its seven slots are filled decides what it does; this version has the two literal modes. The modes
// with a regexPattern need .NET's regular expressions, and a linear-time engine for them, and are refused when compiled.
import type { SourceValue } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition } from './function-definition.ts';
import { constantOf, fail, isGiven, MAX_TEXT_LENGTH, strict, textAt } from './function-definition.ts';
import type { CallNode } from './parse.ts';

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
    body: strict(replace),
    check: checkReplace,
  },
];

function checkReplace({ slots }: CallNode): ConstantFault | undefined {
  const has = (index: number) => (slots[index] ?? null) !== null;
  if (has(REGEX_PATTERN)) {
    const usable = has(REPLACEMENT_VALUE) || (has(REGEX_GROUP_NAME) && has(REPLACEMENT_ATTRIBUTE_NAME));
    if (!usable) {
      return {
        kind: 'arity',
        message:
          'Replace: the third argument is a regular expression and needs a replacement. For plain text write ' +
          'Replace(source, "old", , , "new", , ).',
      };
    }
    return {
      kind: 'unsupported-function',
      message:
        'Replace with a regexPattern is not available in this version of scimsync. Use plain text, ' +
        'Replace(source, "old", , , "new", , ), or Split, Item, Mid, Word and StripSpaces.',
    };
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

const OLD_VALUE_EMPTY = 'Replace: oldValue must not be empty.';

function replace(call: Call): SourceValue {
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
function replaceAll(call: Call, text: string, oldValue: string, replacement: string): SourceValue {
  const parts = text.split(oldValue);
  const length = text.length + (parts.length - 1) * (replacement.length - oldValue.length);
  if (length > MAX_TEXT_LENGTH) {
    return fail(call, 'argument', `Replace: the result would be longer than ${MAX_TEXT_LENGTH} characters.`);
  }
  return parts.join(replacement);
}
