// Adding elements to a list that has others. Some services take what is added for the whole list, so the others are looked at
// before and after, once for each attribute; where they went, the list is stated as a whole then and from then on.
import { applyPatch, isSameElement, united } from '../scim/apply-patch.ts';
import { factName } from '../scim/effect.ts';
import { operationPath, toAddedElements } from '../scim/pathless.ts';
import { elementsOf, findElement, isMultiple, readAttribute } from '../scim/read.ts';
import type { PatchOperation, ScimKind, ScimResource, ScimValue } from '../scim/resource.ts';
import type { Replacement } from './replacement.ts';
import type { LadderContext, PatchResult } from './requests.ts';

interface Addition {
  readonly operation: PatchOperation;
  readonly name: string;
  /** Elements that are there already, as the rest of the change leaves them. */
  readonly held: readonly ScimValue[];
}

/** One PATCH; what an addition of elements took with it is put back, by PUT where it has to be. */
export async function patchKeepingElements(
  context: LadderContext,
  replacement: Replacement,
  kind: ScimKind,
  id: string,
  operations: readonly PatchOperation[],
  signal: AbortSignal,
): Promise<PatchResult> {
  const { requests, learning, adapted } = context;
  const before = mayLoseElements(learning, kind, operations) ? await requests.get(kind, id, signal) : undefined;
  if (before?.ok !== true || before.value === null) return requests.patch(kind, id, operations, signal);
  const additions = additionsTo(before.value, kind, operations);
  const stating = additions.filter(({ name }) => learning.knows('statedWhole', name));
  const sent = operations.map((each) => {
    const addition = stating.find(({ operation }) => operation === each);
    return addition === undefined ? each : wholeList(addition);
  });
  const result = await requests.patch(kind, id, sent, signal);
  const watched = additions.filter((each) => !stating.includes(each));
  if (!result.ok || watched.length === 0) return result;
  // An answer may show a part of the resource: what is missing from it is looked for.
  const answered = result.value;
  const isEnough = answered !== null && !watched.some((each) => losesElements(answered, each));
  const read = isEnough ? result : await requests.get(kind, id, signal);
  if (!read.ok || read.value === null) return result;
  const after = read.value;
  const lossy = watched.filter((each) => losesElements(after, each));
  learning.note(
    'proven',
    watched.filter((each) => !lossy.includes(each)).map(({ name }) => name),
  );
  if (lossy.length === 0) return result;
  learning.note(
    'statedWhole',
    lossy.map(({ name }) => name),
  );
  const because = 'The target took what was added for the whole list.';
  adapted({ rung: 'wholeList', kind, id, because });
  const whole = lossy.map(wholeList);
  const restored = await requests.patch(kind, id, whole, signal);
  const seen = await requests.get(kind, id, signal);
  const isRestored = seen.ok && seen.value !== null && !lossy.some((each) => losesElements(seen.value ?? {}, each));
  if (restored.ok && isRestored) return restored;
  return (await replacement.send(kind, id, whole, { because, only: false }, signal)) ?? restored;
}

/** Whether elements are added of which nobody has seen yet that the others stay. */
export function mayLoseElements(
  learning: LadderContext['learning'],
  kind: ScimKind,
  operations: readonly PatchOperation[],
): boolean {
  return operations.some((each) => {
    const name = additionName(kind, each);
    return name !== undefined && !learning.knows('proven', name);
  });
}

/** Members have a bound of their own, and are never stated whole. */
function additionName(kind: ScimKind, operation: PatchOperation): string | undefined {
  const path = operationPath(operation);
  if (operation.op !== 'add' || path?.filter !== undefined || path?.attribute === 'members') return undefined;
  return isMultiple(operation.value) ? `${factName(kind, operation) ?? ''} addition` : undefined;
}

// Where there is nothing to lose nothing is to be watched, and nothing proven.
function additionsTo(resource: ScimResource, kind: ScimKind, operations: readonly PatchOperation[]): Addition[] {
  return operations.flatMap((operation) => {
    const name = additionName(kind, operation);
    const path = operationPath(operation);
    const others = operations.filter((each) => each !== operation);
    const kept = name === undefined ? undefined : applyPatch(resource, others);
    const held = path === undefined || kept === undefined ? [] : elementsOf(readAttribute(kept, path));
    return name === undefined || held.length === 0 ? [] : [{ operation, name, held }];
  });
}

function losesElements(after: ScimResource, { operation, held }: Addition): boolean {
  const path = operationPath(operation);
  const left = path === undefined ? [] : elementsOf(readAttribute(after, path));
  return held.some((each) => !left.some((one) => isSameElement(one, each)));
}

function wholeList({ operation, held }: Addition): PatchOperation {
  return { ...operation, op: 'replace', value: united(held, elementsOf(operation.value)) };
}

/**
 * The change with elements that are not there added whole; undefined when there are none. The resource is read first: an element
 * that exists would be added a second time.
 */
export async function withAddedElements(
  operations: readonly PatchOperation[],
  read: () => Promise<ScimResource | undefined>,
): Promise<readonly PatchOperation[] | undefined> {
  const candidates = operations.filter((one) => one.op !== 'remove' && operationPath(one)?.filter !== undefined);
  const current = candidates.length === 0 ? undefined : await read();
  if (current === undefined) return undefined;
  const missing = candidates.filter((operation) => {
    const path = operationPath(operation);
    return path !== undefined && findElement(current, path) === undefined;
  });
  return missing.length === 0 ? undefined : toAddedElements(operations, (one) => missing.includes(one));
}
