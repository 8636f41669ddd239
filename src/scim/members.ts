// The members of a group as a target shows them. A group that shows no list may be empty or hide its members.
import { operationPath } from './pathless.ts';
import { elementsOf, isComplex, memberOf } from './read.ts';
import type { PatchOperation, ScimResource, ScimValue } from './resource.ts';

/** The members of a group by id; services answer ids in another case than they take them. */
export class ShownMembers {
  readonly ids: readonly string[];
  private readonly known: ReadonlyMap<string, ScimValue>;

  /** `elements` are ids, or complex values with one. */
  constructor(elements: readonly ScimValue[]) {
    const known = elements.flatMap((element) => {
      const id = isComplex(element) ? memberOf(element, 'value') : element;
      return typeof id === 'string' ? [{ id, element }] : [];
    });
    this.ids = known.map(({ id }) => id);
    this.known = new Map(known.map(({ id, element }) => [id.toLowerCase(), element]));
  }

  get size(): number {
    return this.known.size;
  }

  has(id: string): boolean {
    return this.known.has(id.toLowerCase());
  }

  /** Those who are not among `ids`. */
  without(ids: readonly string[]): string[] {
    const others = new ShownMembers(ids);
    return this.ids.filter((id) => !others.has(id));
  }

  /** Those of `ids` who are not here. */
  lacks(ids: readonly string[]): string[] {
    return ids.filter((id) => !this.has(id));
  }

  /** Members as they are written: with the type where they show one, since a group may hold groups. */
  written(ids: readonly string[]): ScimValue[] {
    return ids.map((value) => {
      const element = this.known.get(value.toLowerCase());
      const type = isComplex(element) ? memberOf(element, 'type') : undefined;
      return type === undefined ? { value } : { value, type };
    });
  }
}

/** Nobody. */
export const NOBODY = new ShownMembers([]);

/** The members that a group shows; undefined when it shows no list. */
export function membersShown(group: ScimResource): ShownMembers | undefined {
  const members = memberOf(group, 'members');
  if (members === undefined || members === null) return undefined;
  return new ShownMembers(elementsOf(members));
}

/** Whether an operation adds members. */
export function isMemberAddition(operation: PatchOperation): boolean {
  const path = operation.op === 'add' ? operationPath(operation) : undefined;
  return path?.attribute === 'members' && path.schema === undefined && path.filter === undefined;
}

/** Ids of the members that operations add. */
export function addedMembers(operations: readonly PatchOperation[]): string[] {
  const added = operations.filter(isMemberAddition).flatMap(({ value }) => elementsOf(value));
  return [...new ShownMembers(added).ids];
}

/** An addition of members as one of each; any other operation as it is. */
export function singly(operation: PatchOperation): PatchOperation[] {
  if (!isMemberAddition(operation)) return [operation];
  return elementsOf(operation.value).map((element) => ({ ...operation, value: [element] }));
}
