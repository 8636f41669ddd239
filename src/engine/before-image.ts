// The before-image of a request: what the account held and what was written, attribute by attribute.
import type { ObjectKind } from '../model/directory.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import type { ScimValue } from '../scim/resource.ts';
import type { BeforeImageTable } from '../store/before-image-table.ts';
import type { CycleContext } from './context.ts';

/** One attribute that was written; `kept` is false where its values must not be kept, or only elements of a list changed. */
export interface ImageAttribute {
  readonly name: string;
  readonly kept: boolean;
  /** Undefined for none. */
  readonly before?: ScimValue;
  readonly after?: ScimValue;
}

type Written = Pick<AttributeDifference, 'path' | 'oldValue' | 'newValue'> & { readonly elements?: unknown };

/** What is kept of one request that succeeded; `redacted` names attributes whose values must not be shown. */
export function beforeImage(
  context: CycleContext,
  subject: {
    readonly kind: ObjectKind;
    readonly sourceId: string;
    readonly targetId: string;
    readonly displayName: string | null;
    readonly action: string;
    readonly event: string | null;
  },
  differences: readonly Written[],
  redacted: readonly string[],
): BeforeImageTable {
  // Of an account that was made nothing was there before.
  const overwritten = subject.action === 'create' ? [] : differences;
  const attributes = overwritten.map(({ path, oldValue, newValue, elements }): ImageAttribute => {
    const name = path.text;
    if (name === 'password' || redacted.includes(name) || elements !== undefined) return { name, kept: false };
    return { name, kept: true, ...(oldValue === undefined ? {} : { before: oldValue }), after: newValue };
  });
  return {
    id: context.io.newId(),
    job_id: context.job.id,
    cycle_id: context.cycleId,
    kind: subject.kind,
    source_id: subject.sourceId,
    target_id: subject.targetId,
    display_name: subject.displayName,
    action: subject.action,
    event: subject.event,
    attributes: JSON.stringify(attributes),
    at: context.io.clock.now().getTime(),
  };
}
