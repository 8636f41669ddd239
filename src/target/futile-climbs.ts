// Climbs that led nowhere: after a few for the same attributes a refusal is believed for the life of the process.
import type { PatchOperation, ScimKind } from '../scim/resource.ts';
import { namesOf } from './effect-check.ts';

const MOST = 3;

/** See the comment of the file. */
export class FutileClimbs {
  readonly #counts = new Map<string, number>();

  /** Whether another climb is not worth its requests. */
  isFutile(kind: ScimKind, operations: readonly PatchOperation[]): boolean {
    return (this.#counts.get(keyOf(kind, operations)) ?? 0) >= MOST;
  }

  note(kind: ScimKind, operations: readonly PatchOperation[]): void {
    const key = keyOf(kind, operations);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

function keyOf(kind: ScimKind, operations: readonly PatchOperation[]): string {
  return namesOf(kind, operations).join(' ');
}
