// Which functions exist, found by name without regard to case, and how many arguments each takes.
import type { ExpressionError } from './errors.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { appRoleFunctions } from './functions-app-roles.ts';
import { logicFunctions } from './functions-logic.ts';
import { multivaluedFunctions } from './functions-multivalued.ts';
import { replaceFunctions } from './functions-replace.ts';
import { textFunctions } from './functions-text.ts';
import { textTransformFunctions } from './functions-text-transform.ts';
import type { CallNode } from './parse.ts';
import { nearest } from './suggest.ts';
import { CONNECT_ONLY_FUNCTIONS, connectEquivalent, UNSUPPORTED_FUNCTIONS } from './unavailable-functions.ts';

const DEFINITIONS: readonly FunctionDefinition[] = [
  ...textFunctions,
  ...textTransformFunctions,
  ...replaceFunctions,
  ...logicFunctions,
  ...multivaluedFunctions,
  ...appRoleFunctions,
];

const BY_NAME: ReadonlyMap<string, FunctionDefinition> = new Map(
  DEFINITIONS.map((definition) => [definition.name.toLowerCase(), definition]),
);

/** Canonical names of the functions this version evaluates, in alphabetical order. */
export const SUPPORTED_FUNCTIONS: readonly string[] = DEFINITIONS.map(({ name }) => name).toSorted();

export function findFunction(name: string): FunctionDefinition | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** Why a name cannot be called: not in this version, of Entra Connect only, or nobody's (with the nearest name). */
export function missingFunction({ name, position }: CallNode): ExpressionError {
  const wanted = name.toLowerCase();
  const later = UNSUPPORTED_FUNCTIONS.find((candidate) => candidate.toLowerCase() === wanted);
  if (later !== undefined) {
    const message = `The function ${later} is not available in this version of scimsync.`;
    return { kind: 'unsupported-function', message, position, functionName: later };
  }
  const equivalent = connectEquivalent(name);
  if (equivalent !== undefined) {
    const message = `${name} is a function of Entra Connect sync, not of app provisioning: ${equivalent}.`;
    return { kind: 'unknown-function', message, position, functionName: name };
  }
  const meant = nearest(name, [...SUPPORTED_FUNCTIONS, ...UNSUPPORTED_FUNCTIONS, ...CONNECT_ONLY_FUNCTIONS.keys()]);
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
  const signature = `${name}(${parameters.map((parameter) => parameter.replace(/^(.*)\?$/, '[$1]')).join(', ')})`;
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
