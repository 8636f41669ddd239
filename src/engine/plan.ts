// Stage 2: changed rows become planned changes, page by page. A page's changes and the mark that its rows are planned
// are written in one transaction, compared with the sequence that was read, so that a change that arrives meanwhile
// is planned again.
import type { ObjectKind } from '../model/directory.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { insertChanges, openChanges, supersedeOpen, UNDECIDED } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { findDepartures, type KnownDeparture } from '../store/departures.ts';
import { shownChanges } from '../store/held-configurations.ts';
import { findLinks } from '../store/links.ts';
import { countToPlan } from '../store/object-counts.ts';
import type { LinkTable } from '../store/schema.ts';
import { pageToPlan, type SourceObjectRow, updateObjects } from '../store/source-objects.ts';
import { runBounded } from './bounded.ts';
import { ensureCapabilities } from './capabilities.ts';
import { changeRow } from './change-row.ts';
import { mappingOf } from './compiled-job.ts';
import { breathe, type CycleContext, planMark, settling } from './context.ts';
import { keepDepartures } from './departures.ts';
import { endAttempts } from './hold.ts';
import { createMatcher } from './match.ts';
import { keepObservation } from './observe.ts';
import { selectedIds } from './on-demand.ts';
import { planObject } from './plan-object.ts';
import type { PlannedObject, PlanningAid } from './planned-object.ts';
import { keepProtection } from './protection.ts';
import { countUnchanged, settleUnchanged } from './settle-plan.ts';
import { createUniqueValues } from './unique-values.ts';

const PAGE = 500;

/** Plans every object that changed. */
export async function planChanges(context: CycleContext): Promise<void> {
  await planKind(context, 'user');
  await planKind(context, 'group');
}

async function planKind(context: CycleContext, kind: ObjectKind): Promise<void> {
  const { job, io } = context;
  const mapping = mappingOf(job, kind);
  if (mapping === null) return;
  const only = selectedIds(context.request.selection, kind);
  const total = await countToPlan(io.store.db, job.id, kind, planMark(context).column, only);
  if (total === 0) return;
  const matcher = createMatcher(context, mapping);
  const uniqueValues = createUniqueValues(context, mapping);
  const capabilities = () => ensureCapabilities(context);
  let after = 0;
  let done = 0;
  for (;;) {
    const rows = await pageToPlan(io.store.db, job.id, kind, after, PAGE, planMark(context).column, only);
    const last = rows.at(-1);
    if (last === undefined) return;
    const links = await findLinks(
      io.store.db,
      job.id,
      kind,
      rows.map((row) => row.id),
    );
    const referenced = await findLinks(
      io.store.db,
      job.id,
      'user',
      mapping.mapsManager ? [...new Set(rows.flatMap((row) => row.manager_id ?? []))] : [],
    );
    const departures = await findDepartures(io.store.db, job.id, kind === 'user' ? rows.map((row) => row.id) : []);
    const planned = await planPage(context, rows, links, {
      context,
      mapping,
      matcher,
      capabilities,
      uniqueValues,
      linkOf: (id) => referenced.get(id),
      departureOf: (id) => departures.get(id),
    });
    if (kind === 'user')
      context.ambiguousPeople += planned.filter((each) => each.fault?.code === 'DuplicateTargetEntries').length;
    await writePlan(context, kind, planned, links, departures);
    context.selected?.note(kind, planned, links);
    after = last.row_id;
    done += rows.length;
    io.progress({ jobId: job.id, stage: 'plan', done, total });
    await breathe(context);
  }
}

/** Plans the rows of a page, a bounded number of them at once; after a fault of the job no further one is begun. */
async function planPage(
  context: CycleContext,
  rows: readonly SourceObjectRow[],
  links: ReadonlyMap<string, LinkTable>,
  aid: PlanningAid,
): Promise<PlannedObject[]> {
  return runBounded(
    rows.map((row) => () => planObject(row, links.get(row.id), aid)),
    context.job.concurrency,
  );
}

/** Writes the plan of a page; a dry run only writes the changes, to be counted and forgotten. */
async function writePlan(
  context: CycleContext,
  kind: ObjectKind,
  planned: readonly PlannedObject[],
  links: ReadonlyMap<string, LinkTable>,
  departures: ReadonlyMap<string, KnownDeparture>,
): Promise<void> {
  const { job, request, io } = context;
  const ids = planned.map((each) => each.row.id);
  const now = io.clock.now().getTime();
  await settling(context, async (trx) => {
    const open = await openChanges(trx, job.id, kind, ids);
    const shown = context.taking === null ? new Map() : await shownChanges(trx, job.id, kind, ids);
    const rows = planned.flatMap(
      (each) =>
        changeRow(context, kind, each, { open: open.get(each.row.id), shown: shown.get(each.row.id) }, now) ?? [],
    );
    // Of a configuration that is only tried, what guards count is counted, and nothing moves.
    if (context.isTrial) return insertChanges(trx, rows.filter(isJudged));
    await markScope(trx, job.id, kind, planned);
    countUnchanged(context, planned);
    // What is held is counted as it stands.
    if (request.dryRun)
      return insertChanges(
        trx,
        rows.filter((row) => !isKeptBack(row)),
      );
    if (context.observes) return keepObservation(trx, context, kind, planned, rows);
    // Whoever cannot be planned now is held, or approved, as before.
    const [failed, judged] = [true, false].map((fails) =>
      planned.filter((each) => (each.fault !== null) === fails).map((each) => each.row.id),
    );
    await supersedeOpen(trx, job.id, kind, judged ?? [], now);
    await supersedeOpen(trx, job.id, kind, failed ?? [], now, UNDECIDED);
    await insertChanges(trx, rows);
    await settleUnchanged(trx, context, kind, planned, links);
    await endAttempts(trx, job.id, rows.filter(isKeptBack));
    if (kind === 'user') await keepDepartures(trx, context, planned, links, departures);
    if (kind === 'user') await keepProtection(trx, job.id, planned);
    await markPlanned(trx, job.id, kind, planned);
  });
}

function isJudged({ status, guard_class: guardClass }: StoredChange): boolean {
  return status === 'observed' && guardClass !== null;
}

function isKeptBack({ status }: StoredChange): boolean {
  return status === 'staged' || status === 'rejected';
}

async function markScope(trx: Db, jobId: string, kind: ObjectKind, planned: readonly PlannedObject[]): Promise<void> {
  for (const inScope of [0, 1]) {
    const moved = planned
      .filter((each) => Number(each.inScope) === inScope && each.row.in_scope !== inScope)
      .map((each) => each.row.id);
    await updateObjects(trx, jobId, kind, moved, { in_scope: inScope });
  }
}

/** Clears "needs planning" only as far as the row was when it was read. */
async function markPlanned(trx: Db, jobId: string, kind: ObjectKind, planned: readonly PlannedObject[]): Promise<void> {
  const bySequence = Map.groupBy(planned, (each) => each.row.changed_seq);
  for (const [sequence, each] of bySequence) {
    const ids = each.map(({ row }) => row.id);
    await updateObjects(trx, jobId, kind, ids, { planned_seq: sequence });
  }
  // Until there is a link the target itself must be asked: whoever leaves before it is made may have an account already.
  const matched = planned.filter(
    ({ row, fault, decision }) =>
      row.fresh_match === 1 && fault === null && decision?.action !== 'create' && decision?.action !== 'adopt',
  );
  await updateObjects(
    trx,
    jobId,
    kind,
    matched.map(({ row }) => row.id),
    { fresh_match: 0 },
  );
}
