// Mode observe: the plan of a page is kept to be looked at, beside what the job would do for all other objects. Links,
// the marks of what was planned to be carried out, and the provisioning log of successes stay as they are, so that the
// first cycle that writes begins where it would have begun without having been observed.
import type { ObjectKind } from '../model/directory.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { forgetObserved, insertChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { clearEscrow } from '../store/escrows.ts';
import type { LinkTable } from '../store/schema.ts';
import { updateObjects } from '../store/source-objects.ts';
import type { CycleContext } from './context.ts';
import type { PlannedObject } from './planned-object.ts';
import { settleUnchanged } from './settle-plan.ts';

const NO_LINKS: ReadonlyMap<string, LinkTable> = new Map();

/** Replaces what was observed of these objects; whoever cannot be planned is kept for a later attempt as in any cycle. */
export async function keepObservation(
  trx: Db,
  context: CycleContext,
  kind: ObjectKind,
  planned: readonly PlannedObject[],
  rows: readonly StoredChange[],
): Promise<void> {
  const { id } = context.job;
  const ids = planned.map((each) => each.row.id);
  await forgetObserved(trx, id, { kind, ids });
  await insertChanges(trx, rows);
  const failed = planned
    .filter((each) => each.fault !== null)
    .map((each) => ({ ...each, dropsLink: false, foundLink: null, confirmed: null }));
  await settleUnchanged(trx, context, kind, failed, NO_LINKS);
  // Whoever failed in a cycle that wrote is not planned again by the next one but for the escrow: it stays.
  const planable = planned.filter(({ fault, row }) => fault === null && row.planned_seq < row.changed_seq);
  await clearEscrow(
    trx,
    id,
    kind,
    planable.map((each) => each.row.id),
  );
  for (const [sequence, each] of Map.groupBy(planned, ({ row }) => row.changed_seq))
    await updateObjects(
      trx,
      id,
      kind,
      each.map(({ row }) => row.id),
      { observed_seq: sequence },
    );
}
