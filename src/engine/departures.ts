// Keeps, with every plan that is carried out and every answer of the target, who left, since when, and what came of it:
// what deletions after some days count from, and what `scimsync report leavers` proves. People only.
import type { DepartureOutcome } from '../model/departure.ts';
import type { Db } from '../store/database.ts';
import type { DepartureTable } from '../store/departure-table.ts';
import {
  confirmStripped,
  endDeparture,
  findDepartures,
  forgetSetValues,
  insertDeparture,
  type KnownDeparture,
  momentOfSequence,
  updateDeparture,
} from '../store/departures.ts';
import type { LinkTable } from '../store/schema.ts';
import { markGroupsOfMembers } from '../store/source-objects.ts';
import { type CycleContext, settling } from './context.ts';
import type { ChangeOutcome } from './execute.ts';
import type { PlannedObject } from './planned-object.ts';

/** Keeps what the plan of a page of people says about who left and who is back, in the transaction of the page. */
export async function keepDepartures(
  trx: Db,
  context: CycleContext,
  planned: readonly PlannedObject[],
  links: ReadonlyMap<string, LinkTable>,
  known: ReadonlyMap<string, KnownDeparture>,
): Promise<void> {
  for (const each of planned) {
    const departure = known.get(each.row.id);
    const link = each.foundLink ?? links.get(each.row.id);
    // Nothing is known of somebody whom no filter could judge: neither that they left nor that they are back.
    if (each.row.state === 'unread' || each.fault?.code === 'FilterUndecided') continue;
    if (each.event === null || link === undefined) {
      if (departure !== undefined) await settleReturn(trx, context, each, departure);
    } else await keepAbsence(trx, context, each, link, departure?.current ?? null);
  }
}

/** The person is back, or has no account any more. */
async function settleReturn(
  trx: Db,
  context: CycleContext,
  { row, event, decision }: PlannedObject,
  { current }: KnownDeparture,
): Promise<void> {
  const { job, io } = context;
  // Nothing of the account differs from what mappings ask for, so nothing is left to be undone.
  if (event === null && decision?.action === 'none' && decision.because === 'unchanged')
    await forgetSetValues(trx, job.id, row.id);
  if (current === null) return;
  await endDeparture(trx, current.id, event === null ? 'returned' : 'gone', io.clock.now().getTime());
  // Whoever was taken out of groups is put into them again.
  if (current.stripped_at !== null) await markGroupsOfMembers(trx, job.id, [row.id], false);
}

async function keepAbsence(
  trx: Db,
  context: CycleContext,
  planned: PlannedObject,
  link: LinkTable,
  current: DepartureTable | null,
): Promise<void> {
  const { event, row } = planned;
  if (event === null) return;
  const now = context.io.clock.now().getTime();
  const isSame = current?.event === event;
  if (current !== null && !isSame) await endDeparture(trx, current.id, 'otherEvent', now);
  const seen = isSame ? current.first_seen : ((await momentOfSequence(trx, context.job.id, row.changed_seq)) ?? now);
  const kept: DepartureTable = isSame
    ? current
    : {
        id: context.io.newId(),
        job_id: context.job.id,
        source_id: row.id,
        target_id: link.target_id,
        event,
        disabled_at: current?.disabled_at ?? null,
        first_seen: seen,
        outcome: null,
        confirmed_at: null,
        delete_at: null,
        deleted_at: null,
        stripped_at: current?.stripped_at ?? null,
        set_values: null,
        ended_at: null,
        ended_by: null,
      };
  if (!isSame) await insertDeparture(trx, kept);
  await updateDeparture(trx, kept.id, { target_id: link.target_id, ...planOf(planned, kept, now) });
  if (planned.dropsLink) await endDeparture(trx, kept.id, 'gone', now);
}

/** What a plan says about an event: when the account is to be deleted, and what there is nothing to be done about. */
function planOf(planned: PlannedObject, kept: DepartureTable, now: number): Partial<DepartureTable> {
  const { decision, intention, fault } = planned;
  const isTimed = intention.type === 'disable' || intention.type === 'reduce';
  // What is due keeps the date until it is done.
  const deleteAt = isTimed ? intention.deleteAt : intention.type === 'delete' ? kept.delete_at : null;
  if (fault !== null || decision?.action !== 'none') return { delete_at: deleteAt };
  const because = decision.because;
  const outcome = OUTCOMES[because];
  if (outcome === undefined) return { delete_at: deleteAt };
  if (outcome === 'leftAlone' || outcome === 'protected')
    return { delete_at: null, ...(kept.confirmed_at === null ? { outcome } : {}) };
  if (kept.outcome !== null && kept.outcome !== 'leftAlone' && kept.outcome !== 'protected')
    return { delete_at: deleteAt };
  // The date that the plan named holds to the millisecond.
  const since = deleteAt === null || !isTimed ? now : deleteAt - (intention.deleteAfter ?? 0);
  const disabled = outcome === 'alreadyDisabled' ? { disabled_at: kept.disabled_at ?? since } : {};
  return { delete_at: deleteAt, outcome, confirmed_at: now, ...disabled };
}

const OUTCOMES: Readonly<Record<string, DepartureOutcome>> = {
  alreadyDisabled: 'alreadyDisabled',
  deprovisioned: 'attributesSet',
  goneFromTarget: 'gone',
  lifecycleSaysNothing: 'leftAlone',
  flowTypesExclude: 'leftAlone',
  ignoredByExpression: 'leftAlone',
  protected: 'protected',
};

/** Keeps what the target confirmed about people who left or are back, in the transaction that settles it. */
export async function settleDepartures(
  trx: Db,
  context: CycleContext,
  outcomes: readonly ChangeOutcome[],
): Promise<void> {
  const { job, io } = context;
  const people = outcomes.filter(({ change, fault }) => change.kind === 'user' && fault === null);
  const known = await findDepartures(
    trx,
    job.id,
    people.map(({ change }) => change.source_id),
  );
  const now = io.clock.now().getTime();
  for (const { change, payload, warning } of people) {
    const departure = known.get(change.source_id);
    if (departure === undefined) continue;
    if (change.event === null) {
      if (departure.current === null) await forgetSetValues(trx, job.id, change.source_id);
      // Undone: the account is active although the person is away, and its days count from when it is disabled again.
      else if (change.action === 'enable') await updateDeparture(trx, departure.current.id, NOTHING_DONE);
    } else if (departure.current !== null) {
      if (warning?.code === 'DisabledInstead') await settleDisabledInstead(trx, departure.current, now);
      else await settleRemoval(trx, context, departure.current, change, payload, now);
    }
  }
}

const NOTHING_DONE = { outcome: null, confirmed_at: null, disabled_at: null, delete_at: null } as const;

/** The account is there still, without access, and no business of this job any more. */
async function settleDisabledInstead(trx: Db, current: DepartureTable, now: number): Promise<void> {
  const confirmed = { outcome: 'disabled', confirmed_at: current.confirmed_at ?? now, delete_at: null };
  await updateDeparture(trx, current.id, { ...confirmed, disabled_at: current.disabled_at ?? now });
  await endDeparture(trx, current.id, 'gone', now);
}

async function settleRemoval(
  trx: Db,
  { job }: CycleContext,
  current: DepartureTable,
  change: ChangeOutcome['change'],
  payload: ChangeOutcome['payload'],
  now: number,
): Promise<void> {
  if (change.action === 'delete') {
    const confirmed = current.confirmed_at === null ? { outcome: 'deleted', confirmed_at: now } : {};
    await updateDeparture(trx, current.id, { ...confirmed, deleted_at: now });
    return endDeparture(trx, current.id, 'deleted', now);
  }
  const strips = payload.removesMemberships === true;
  const done = strips ? 'membershipsRemoved' : 'attributesSet';
  const disabledAt = current.disabled_at ?? now;
  const before = current.outcome === 'leftAlone' || current.outcome === 'protected' ? null : current.outcome;
  await updateDeparture(trx, current.id, {
    outcome: change.action === 'disable' ? 'disabled' : (before ?? done),
    ...(change.action === 'disable' ? { disabled_at: disabledAt } : {}),
    ...(change.action === 'disable' && payload.deleteAfter !== undefined
      ? { delete_at: disabledAt + payload.deleteAfter }
      : {}),
    // Taking somebody out of groups comes after this request, and is confirmed by itself.
    confirmed_at: strips ? null : (current.confirmed_at ?? now),
    ...(strips ? { stripped_at: current.stripped_at ?? now } : {}),
    ...(payload.set === undefined ? {} : { set_values: JSON.stringify(payload.set) }),
  });
  if (strips) await markGroupsOfMembers(trx, job.id, [change.source_id], false);
}

/** After memberships were brought in step: who is in no group any more. */
export function confirmDepartures(context: CycleContext): Promise<void> {
  return settling(context, (trx) => confirmStripped(trx, context.job.id, context.io.clock.now().getTime()));
}
