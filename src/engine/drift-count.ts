// Adds up what reading a target back shows: counts of everything, examples of a few.
import type { AttributeDrift, DriftedObject, DriftReport, MemberDrift } from '../model/drift-report.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { modifiedProperties } from './log-entry.ts';

const EXAMPLES = 3;
const NAMED = 20;

/** A report that is being made. */
export class DriftCount {
  readonly #attributes = new Map<string, { count: number; examples: AttributeDrift['examples'][number][] }>();
  readonly #gone: DriftedObject[] = [];
  readonly #groups: MemberDrift[] = [];
  #checked = 0;
  #left = 0;
  #drifted = 0;
  #goneCount = 0;
  #missing = 0;
  #extra = 0;
  #unreadable = 0;

  /** An object that was compared. */
  check(): void {
    this.#checked += 1;
  }

  /** An object that could not be compared, or that something else is about. */
  leave(): void {
    this.#left += 1;
  }

  gone(object: DriftedObject): void {
    this.#goneCount += 1;
    if (this.#gone.length < NAMED) this.#gone.push(object);
  }

  /** Values named in `redacted` are not shown. */
  differs(object: DriftedObject, differences: readonly AttributeDifference[], redacted: readonly string[]): void {
    this.#drifted += 1;
    for (const { displayName, oldValue, newValue } of modifiedProperties(differences, redacted)) {
      const attribute = this.#attributes.get(displayName) ?? { count: 0, examples: [] };
      attribute.count += 1;
      if (attribute.examples.length < EXAMPLES)
        attribute.examples.push({ ...object, wanted: newValue, found: oldValue });
      this.#attributes.set(displayName, attribute);
    }
  }

  members(group: DriftedObject, missing: number, extra: number): void {
    this.#missing += missing;
    this.#extra += extra;
    if (missing + extra > 0 && this.#groups.length < NAMED) this.#groups.push({ ...group, missing, extra });
  }

  /** A group of which no member shows. */
  hidesMembers(): void {
    this.#unreadable += 1;
  }

  report(unstable: DriftReport['unstable']): DriftReport {
    return {
      checked: this.#checked,
      left: this.#left,
      drifted: this.#drifted,
      attributes: [...this.#attributes]
        .map(([attribute, { count, examples }]) => ({ attribute, count, examples }))
        .toSorted((a, b) => b.count - a.count || a.attribute.localeCompare(b.attribute)),
      gone: { count: this.#goneCount, objects: this.#gone },
      members: { missing: this.#missing, extra: this.#extra, groups: this.#groups, unreadable: this.#unreadable },
      unstable,
    };
  }
}
