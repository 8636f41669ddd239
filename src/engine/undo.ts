// Undoes a cycle: shown, judged by guards, carried out, and held, so that the next cycle does not do it again. References
// that are completed with memberships are not touched.
import type { CycleRequest, CycleSummary, JobStatus } from '../model/cycle.ts';
import { PHASES } from '../model/cycle.ts';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import type { UndoReport } from '../model/undo-report.ts';
import { evaluateGuard } from '../rules/guard.ts';
import { stableHash } from '../rules/stable-json.ts';
import { statusesOf } from '../store/approved-changes.ts';
import { imagesOfCycle } from '../store/before-images.ts';
import { countRemovalsSince } from '../store/change-counts.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { insertChanges, supersedeOpen } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { nextSequence, readJob } from '../store/jobs.ts';
import { countLinks, findLinks, saveLink } from '../store/links.ts';
import { countTargetMembers } from '../store/members.ts';
import { changedMemberships } from '../store/membership-images.ts';
import { updateObjects } from '../store/source-objects.ts';
import { sendReleased } from './apply.ts';
import type { ChangePayload, Exported } from './change-payload.ts';
import { ending, summary } from './close.ts';
import { type CycleContext, settling } from './context.ts';
import { modifiedProperties } from './log-entry.ts';
import { payloadText } from './payload-text.ts';
import { type PlannedUndo, planUndo, undoneObjects } from './plan-undo.ts';
import { type PlannedGroupUndo, planMembersUndo } from './plan-undo-members.ts';
import { groupReport, hasMembersToUndo, releaseMembers, sendMembers } from './undo-members.ts';

const DAY_MS = 24 * 3_600_000;

/** What undoing and doing again are called, from the side of the account. */
const AGAIN = { update: 'update', enable: 'disable', disable: 'enable' } as const;

/** Plans, judges and carries out; sends nothing for a plan, or where a guard trips and this very plan was not approved. */
export async function undoCycle(
  context: CycleContext,
  { cycleId, set }: NonNullable<CycleRequest['undo']>,
): Promise<CycleSummary> {
  const { job, io } = context;
  const objects = undoneObjects(await imagesOfCycle(io.store.db, job.id, cycleId));
  const planned = await planUndo(context, objects);
  const due = planned.filter((each) => each.action !== null);
  const changed = await changedMemberships(io.store.db, job.id, cycleId);
  const groups = await planMembersUndo(context, changed);
  const dueGroups = groups.filter(hasMembersToUndo);
  const size = due.length + dueGroups.length;
  const id = `undo-${size}-${stableHash([...due.map(keyOf), ...dueGroups.map(keyOfGroup)].toSorted()).slice(0, 10)}`;
  const held = set === id ? [] : await judge(context, due, dueGroups);
  const carriesOut = context.carriesOut && held.length === 0 && size > 0;
  const rows = new Map<PlannedUndo, string>();
  let failedGroups: ReadonlySet<PlannedGroupUndo> = new Set();
  if (carriesOut) {
    const verify = await settling(context, async (trx) => {
      await release(trx, context, due, rows);
      return releaseMembers(trx, context, dueGroups);
    });
    await sendReleased(context);
    failedGroups = await sendMembers(context, dueGroups, verify);
  }
  const statuses = await statusesOf(io.store.db, [...rows.values()]);
  const failed = due.filter((each) => carriesOut && statuses.get(rows.get(each) ?? '') !== 'success');
  const now = io.clock.now();
  await settling(context, async (trx) => {
    // What was not restored is not held back either.
    for (const kind of OBJECT_KINDS)
      await supersedeOpen(trx, job.id, kind, idsOf(failed, kind), now.getTime(), ['staged']);
    await updateCycle(trx, context.cycleId, ending(context, now));
  });
  const report: UndoReport = {
    cycleId,
    set: id,
    carriedOut: carriesOut,
    held,
    objects: planned.map((each) => reportOf(each, carriesOut, failed.includes(each))),
    groups: groups.map((each) => groupReport(each, carriesOut, failedGroups.has(each))),
    memberships: changed.length,
  };
  return { ...summary(context, now, (await readJob(io.store.db, job.id)).status as JobStatus), undo: report };
}

function keyOf({ object, action, differences }: PlannedUndo): string {
  const values = differences.map(({ path, oldValue, newValue }) => [path.text, oldValue ?? null, newValue]);
  return stableHash([object.kind, object.id, object.targetId, action, values]);
}

function keyOfGroup({ id, targetId, add, remove }: PlannedGroupUndo): string {
  return stableHash(['members', id, targetId, add.map((each) => each.id), remove.map((each) => each.id)]);
}

/** Guards count accounts that are disabled, identities that change and members who are removed, as in every cycle. */
async function judge(
  { job, io }: CycleContext,
  due: readonly PlannedUndo[],
  groups: readonly PlannedGroupUndo[],
): Promise<string[]> {
  const { db } = io.store;
  const { guards, profile } = job.settings;
  const people = await countLinks(db, job.id, 'user', true);
  const bases = { leavers: people, identity: people, memberships: await countTargetMembers(db, job.id) };
  const recent = await countRemovalsSince(db, job.id, io.clock.now().getTime() - DAY_MS);
  const disables = due.filter((each) => each.action === 'disable').length;
  const counts = {
    leavers: disables,
    identity: due.filter((each) => each.changesIdentity).length,
    memberships: groups.reduce((sum, each) => sum + each.remove.length, 0),
  };
  const held = (['leavers', 'identity', 'memberships'] as const).flatMap((name) => {
    const numbers = { planned: counts[name], held: 0, recent: recent.get(name) ?? 0, linkedActive: bases[name] };
    const verdict = evaluateGuard(name, guards[name], numbers);
    return verdict.held ? [verdict.because] : [];
  });
  const isFinal = disables > 0 && guards.irreversible === 'stage' && profile.irreversible.includes('disable');
  return isFinal ? [...held, `${disables} accounts would be disabled, which the target cannot take back`] : held;
}

/** Lets everything through, and holds what a later cycle would do again; both before anything is sent. */
async function release(
  trx: Db,
  context: CycleContext,
  due: readonly PlannedUndo[],
  rows: Map<PlannedUndo, string>,
): Promise<void> {
  const { job, io } = context;
  const now = io.clock.now().getTime();
  const sequence = await nextSequence(trx, job.id);
  for (const kind of OBJECT_KINDS) {
    const ids = idsOf(due, kind);
    if (ids.length === 0) continue;
    await supersedeOpen(trx, job.id, kind, ids, now);
    // The next cycle looks at them again: what it would not do again is not held any longer.
    await updateObjects(trx, job.id, kind, ids, { changed_seq: sequence });
    await doubtMemory(trx, context, due, kind);
  }
  const changes: StoredChange[] = [];
  for (const each of due) {
    if (each.action === null) continue;
    const restored = rowOf(context, each, each.action, now);
    rows.set(each, restored.id);
    changes.push(restored, { ...againRow(restored, each, each.action), id: io.newId() });
  }
  await insertChanges(trx, changes);
}

/** Until the answer is settled nobody knows what these attributes hold: a cycle after a crash has to read them. */
async function doubtMemory(
  trx: Db,
  { job }: CycleContext,
  due: readonly PlannedUndo[],
  kind: ObjectKind,
): Promise<void> {
  const links = await findLinks(trx, job.id, kind, idsOf(due, kind));
  for (const { object, differences } of due) {
    const link = object.kind === kind ? links.get(object.id) : undefined;
    if (link === undefined) continue;
    const doubted = new Set(differences.map(({ path }) => path.text));
    const known = Object.entries(JSON.parse(link.exported) as Exported).filter(([name]) => !doubted.has(name));
    await saveLink(trx, { ...link, exported: JSON.stringify(Object.fromEntries(known)) });
  }
}

function rowOf(context: CycleContext, planned: PlannedUndo, action: keyof typeof AGAIN, now: number): StoredChange {
  const { object, desired, differences } = planned;
  const payload: ChangePayload = { desired, differences, references: [], redacted: [], matchedBy: '' };
  const phase = action === 'disable' ? 'disables' : object.kind === 'user' ? 'users' : 'groups';
  return {
    id: context.io.newId(),
    job_id: context.job.id,
    cycle_id: context.cycleId,
    kind: object.kind,
    source_id: object.id,
    display_name: object.displayName,
    phase: PHASES.indexOf(phase),
    action,
    target_id: object.targetId,
    waits_for: null,
    guard_class: null,
    event: null,
    payload: payloadText(payload),
    steps: null,
    differences: differences.length,
    amount: 1,
    status: 'pending',
    created_at: now,
    settled_at: null,
    by_configuration: 0,
    ...NO_DECISION,
  };
}

/** What the next cycle would do again, held in the class `undone`. */
function againRow(
  restored: StoredChange,
  { object, differences }: PlannedUndo,
  action: keyof typeof AGAIN,
): StoredChange {
  const reversed = differences.map((each) => ({ ...each, oldValue: each.newValue, newValue: each.oldValue ?? null }));
  const payload = { desired: [], differences: reversed, references: [], redacted: [], matchedBy: '' };
  return {
    ...restored,
    action: AGAIN[action],
    guard_class: 'undone',
    event: object.event,
    payload: payloadText(payload),
    status: 'staged',
  };
}

function idsOf(planned: readonly PlannedUndo[], kind: ObjectKind): string[] {
  return planned.flatMap(({ object }) => (object.kind === kind ? [object.id] : []));
}

function reportOf(
  { object, action, differences, leftAlone }: PlannedUndo,
  carriedOut: boolean,
  failed: boolean,
): UndoReport['objects'][number] {
  const outcome = action === null ? 'leftAlone' : failed ? 'failed' : carriedOut ? 'restored' : 'planned';
  return {
    kind: object.kind,
    id: object.id,
    name: object.displayName,
    action,
    outcome,
    changes: modifiedProperties(differences, []).map(({ displayName, oldValue, newValue }) => ({
      attribute: displayName,
      oldValue,
      newValue,
    })),
    leftAlone,
  };
}
