// Which functions exist, found by name without regard to case, and how many arguments each takes.
import type { ExpressionError } from './errors.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { appRoleFunctions } from './functions-app-roles.ts';
import { dateFunctions } from './functions-dates.ts';
import { directoryFunctions } from './functions-directory.ts';
import { logicFunctions } from './functions-logic.ts';
import { multivaluedFunctions } from './functions-multivalued.ts';
import { randomFunctions } from './functions-random.ts';
import { replaceFunctions } from './functions-replace.ts';
import { textFunctions } from './functions-text.ts';
import { textTransformFunctions } from './functions-text-transform.ts';
import { uniqueFunctions } from './functions-unique.ts';
import type { CallNode } from './parse.ts';
import { nearest } from './suggest.ts';
import { CONNECT_ONLY_FUNCTIONS, connectEquivalent } from './unavailable-functions.ts';

const DEFINITIONS: readonly FunctionDefinition[] = [
  ...textFunctions,
  ...textTransformFunctions,
  ...replaceFunctions,
  ...logicFunctions,
  ...multivaluedFunctions,
  ...appRoleFunctions,
  ...dateFunctions,
  ...directoryFunctions,
  ...randomFunctions,
  ...uniqueFunctions,
];

const BY_NAME: ReadonlyMap<string, FunctionDefinition> = new Map(
  DEFINITIONS.map((definition) => [definition.name.toLowerCase(), definition]),
);

/** Canonical names of all functions, in alphabetical order. */
export const SUPPORTED_FUNCTIONS: readonly string[] = DEFINITIONS.map(({ name }) => name).toSorted();

/** How the function is called, optional arguments in brackets: `InStr(value1, value2, [start], [compareType])`. */
export function signatureOf({ name, parameters }: FunctionDefinition): string {
  return `${name}(${parameters.map((parameter) => parameter.replace(/^(.*)\?$/, '[$1]')).join(', ')})`;
}

export function findFunction(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Why a name cannot be called: it is Entra Connect's, or nobody's (with the nearest name). */
export function missingFunction({ name, position }: CallNode): ExpressionError {
  const equivalent = connectEquivalent(name);
  if (equivalent !== undefined) {
    const message = `${name} is a function of Entra Connect sync, not of app provisioning: ${equivalent}.`;
    return { kind: 'unknown-function', message, position, functionName: name };
  }
  const meant = nearest(name, [...SUPPORTED_FUNCTIONS, ...CONNECT_ONLY_FUNCTIONS.keys()]);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return { kind: 'unknown-function', message: `There is no function ${name}.${hint}`, position, functionName: name };
}

/**
 * The arguments without empty slots at the end of a repeating parameter, or why their number does not fit. A required
 * argument that is left out counts as missing.
 */
export function fitSlots(definition: FunctionDefinition, call: CallNode): CallNode | { readonly message: string } {
  const { name, parameters } = definition;
  const repeats = parameters.at(-1)?.endsWith('...') ?? false;
  const slots = repeats ? withoutTrailingGaps(call.slots) : call.slots;
  const signature = signatureOf(definition);
  if (!repeats && slots.length > parameters.length) {
    const most = parameters.length === 0 ? 'no arguments' : `at most ${parameters.length}`;
    return { message: `${name} takes ${most}, not ${slots.length}: ${signature}.` };
  }
  const missing = parameters.find((parameter, index) => !parameter.endsWith('?') && (slots[index] ?? null) === null);
  if (missing !== undefined && !(missing.endsWith('...') && slots.length >= parameters.length)) {
    return { message: `${name} needs ${missing.replace('...', '')}: ${signature}.` };
  }
  return { ...call, slots };
}

function withoutTrailingGaps(slots: CallNode['slots']): CallNode['slots'] {
  const last = slots.findLastIndex((slot) => slot !== null);
  return slots.slice(0, last + 1);
}
