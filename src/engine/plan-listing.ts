// The rows of a plan, one object after the other: what would be done, why, and which values would change from what to what.
import type { ProvisioningStep } from '../model/cycle.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { Db } from '../store/database.ts';
import { type PlanPosition, pagePlan } from '../store/plan-pages.ts';
import type { ChangePayload } from './change-payload.ts';
import { modifiedProperties } from './log-entry.ts';
import { readPayload } from './payload-text.ts';

/** One object of a plan. */
export interface ListedChange {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string | null;
  readonly action: string;
  readonly targetId: string | null;
  /** Why a removal: unassigned, blocked …; null for everything else. */
  readonly event: string | null;
  /** The guard class it counts in; null when none counts it. */
  readonly guardClass: string | null;
  /** What scoping and matching said. */
  readonly because: string;
  readonly changes: readonly {
    readonly attribute: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

const PAGE = 500;

/** All objects of the plan of a job, in the order of the phases, by name within each. */
export async function* listPlan(db: Db, jobId: string): AsyncIterable<ListedChange> {
  for (let after: PlanPosition | null = null; ; ) {
    const page = await pagePlan(db, jobId, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    for (const change of page) yield listedChange(change);
    after = { phase: last.phase, name: last.display_name ?? '', id: last.id };
  }
}

function listedChange(change: StoredChange): ListedChange {
  const payload = readPayload(change.payload);
  const steps = JSON.parse(change.steps ?? '[]') as ProvisioningStep[];
  return {
    kind: change.kind,
    id: change.source_id,
    displayName: change.display_name,
    action: change.action,
    targetId: change.target_id,
    event: change.event,
    guardClass: change.guard_class,
    because: steps
      .filter((each) => each.provisioningStepType !== 'import')
      .map((each) => each.description)
      .join(' '),
    changes: shownProperties(change.action, payload),
  };
}

/** The values of a planned change from what to what; those that must not be shown are `[Redact]`. */
export function shownProperties(action: string, payload: Partial<ChangePayload>): ListedChange['changes'] {
  const properties =
    action === 'create'
      ? (payload.desired ?? []).map(({ path, value }) => ({ path, oldValue: undefined, newValue: value }))
      : (payload.differences ?? []);
  return modifiedProperties(properties, payload.redacted ?? []).map(({ displayName, oldValue, newValue }) => ({
    attribute: displayName,
    oldValue,
    newValue,
  }));
}
