// How Graph names the parameters of functions in an attributeMappingSource ("synchronizationSchema: functions",
// "parseExpression"). Fourteen functions are published there; the others get the names of the functions reference.
import { findFunction } from '../../expressions/function-table.ts';

/** Names in the order of the arguments; one that ends in `...` repeats. */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  append: ['source', 'suffix'],
  approleassignments: ['source'],
  defaultdomain: [],
  isnothing: ['source'],
  ispresent: ['source'],
  join: ['separator', 'source...'],
  mid: ['source', 'start', 'length'],
  not: ['source'],
  prepend: ['prefix', 'source'],
  replace: [
    'source',
    'Find',
    'RegularExpression',
    'RegularExpressionGroupName',
    'Replacement',
    'ReplacementPropertyName',
    'Template',
  ],
  singleapproleassignment: ['source'],
  split: ['source', 'delimiter'],
  stripspaces: ['source'],
  switch: ['source', 'defaultValue', 'switchValue...'],
};

/** Names of the arguments of a function, as far as they are known; without regard to case. */
export function parameterNames(functionName: string): readonly string[] {
  const key = functionName.toLowerCase();
  if (Object.hasOwn(PUBLISHED, key)) return PUBLISHED[key] ?? [];
  return (findFunction(functionName)?.parameters ?? []).map((name) => name.replace(/\?$/, ''));
}

/** The name of the argument at an index; what repeats has one name each time. */
export function parameterName(functionName: string, index: number): string {
  const names = parameterNames(functionName);
  const repeating = names.filter((name) => name.endsWith('...'));
  const fixed = names.length - repeating.length;
  const named = index < fixed || repeating.length === 0 ? names[index] : repeating[(index - fixed) % repeating.length];
  return (named ?? `parameter${index + 1}`).replace(/\.\.\.$/, '');
}

/** How many arguments are written even when the last ones are omitted: Entra writes all of Replace's. */
export function writtenArguments(functionName: string): number {
  return functionName.toLowerCase() === 'replace' ? parameterNames(functionName).length : 0;
}
