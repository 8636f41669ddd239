// Settles what was sent: change, link, log entry, escrow and what depends on it, together in one fenced transaction.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { protectsKnown, protectsNew } from '../rules/protect.ts';
import type { BeforeImageTable, MembershipImageTable } from '../store/before-image-table.ts';
import { keepImages } from '../store/before-images.ts';
import { settleChanges } from '../store/changes.ts';
import { updateCycle } from '../store/cycles.ts';
import type { Db } from '../store/database.ts';
import { clearEscrow, findEscrows } from '../store/escrows.ts';
import { nextSequence } from '../store/jobs.ts';
import { removePendingReference, saveLinks, savePendingReferences } from '../store/links.ts';
import { forgetMembershipsOf, forgetTargetMembers } from '../store/members.ts';
import { keepMembershipImages } from '../store/membership-images.ts';
import { appendLog } from '../store/provisioning-log.ts';
import type { LinkTable, PendingReferenceTable } from '../store/schema.ts';
import { updateObjects } from '../store/source-objects.ts';
import { doneTo } from './applied.ts';
import { beforeImage } from './before-image.ts';
import { entryOf, subjectOf } from './change-log-entry.ts';
import { type Exported, emailOf, exportedAfter } from './change-payload.ts';
import { type CycleContext, settling } from './context.ts';
import { settleDepartures } from './departures.ts';
import { type RenewedAccount, renewDependants } from './dependants.ts';
import { adapts } from './dialect.ts';
import type { ChangeOutcome } from './execute.ts';
import { markInStep } from './groups-in-step.ts';
import { discreet } from './log-entry.ts';
import { memberImages } from './member-images.ts';
import { movedReferences } from './moved-references.ts';
import { noteRemovals } from './sent-members.ts';
import { doubtOrForget, escrow, forgetAccount } from './settle-plan.ts';
import { noteWrites } from './unstable.ts';

/** What a batch writes together, once all of its outcomes were looked at. */
interface Batch {
  readonly entries: ProvisioningLogEntry[];
  readonly images: BeforeImageTable[];
  readonly memberImages: MembershipImageTable[];
  readonly succeeded: Record<ObjectKind, string[]>;
  readonly links: LinkTable[];
  /** People whose accounts are in a new state. */
  readonly renewed: RenewedAccount[];
  /** Ids of the people whose reference was written or waits again, by target attribute. */
  readonly references: Map<string, string[]>;
  readonly waiting: PendingReferenceTable[];
}

/** Settles a batch of outcomes, of different objects. */
export async function settleOutcomes(context: CycleContext, outcomes: readonly ChangeOutcome[]): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    const batch: Batch = {
      entries: [],
      images: [],
      memberImages: [],
      succeeded: { user: [], group: [] },
      links: [],
      renewed: [],
      references: new Map(),
      waiting: [],
    };
    const now = context.io.clock.now().getTime();
    const [well, badly] = [true, false].map((isWell) =>
      outcomes.filter(({ fault }) => (fault === null) === isWell).map(({ change }) => change.id),
    );
    await settleChanges(trx, well ?? [], 'success', now);
    await settleChanges(trx, badly ?? [], 'failure', now);
    for (const each of outcomes) {
      const { fault, warning, payload } = each;
      const outcome =
        fault === null && warning === null
          ? each
          : { ...each, fault: discreet(fault, payload), warning: discreet(warning, payload) };
      if (outcome.fault === null) {
        await settleSuccess(trx, context, batch, outcome);
        batch.succeeded[outcome.change.kind as ObjectKind].push(outcome.change.source_id);
        batch.images.push(...imageOf(context, outcome));
      } else await settleFailure(trx, context, outcome);
      count(context, outcome);
      context.careful?.note(outcome);
      batch.entries.push(entryOf(context, outcome));
    }
    await saveLinks(trx, batch.links);
    // Before accounts of this batch are made known to the groups of their people.
    await markInStep(trx, context, groupsInStep(outcomes));
    for (const [name, ids] of batch.references) await removePendingReference(trx, job.id, name, ids);
    await savePendingReferences(trx, [...batch.waiting, ...(await movedReferences(trx, job.id, outcomes))]);
    await renewDependants(trx, context, batch.renewed);
    await settleDepartures(trx, context, outcomes);
    await clearEscrow(trx, job.id, 'user', batch.succeeded.user);
    await clearEscrow(trx, job.id, 'group', batch.succeeded.group);
    await appendLog(trx, batch.entries);
    await keepImages(trx, batch.images);
    await keepMembershipImages(trx, batch.memberImages);
    await updateCycle(trx, context.cycleId, { counts: JSON.stringify(context.counts) });
  });
}

/** Groups that were created with everybody they are to hold: there is nothing to compare them with later in the cycle. */
function groupsInStep(outcomes: readonly ChangeOutcome[]): string[] {
  return outcomes.flatMap(({ fault, membersInStep, change }) =>
    fault === null && membersInStep ? [change.source_id] : [],
  );
}

/** What an undo needs; a request that wrote no attribute (members, a link only) leaves nothing to restore. */
function imageOf(context: CycleContext, outcome: ChangeOutcome): BeforeImageTable[] {
  const { change, targetId, differences, payload, adopted } = outcome;
  const action = adopted ? 'adopt' : change.action;
  if (targetId === null || (differences.length === 0 && action !== 'create' && action !== 'delete')) return [];
  const { sourceId, kind, displayName } = subjectOf(outcome);
  const subject = { kind, sourceId, displayName, targetId, action, event: change.event };
  return [beforeImage(context, subject, differences, payload.redacted)];
}

async function settleSuccess(trx: Db, context: CycleContext, batch: Batch, outcome: ChangeOutcome): Promise<void> {
  const { change, targetId } = outcome;
  const { job } = context;
  const kind = change.kind as ObjectKind;
  if (change.action === 'delete') return forgetAccount(trx, job.id, kind, change.source_id);
  if (targetId === null) return;
  const isReplaced = outcome.link !== undefined && outcome.link.target_id !== targetId;
  if (isReplaced) await forgetAccount(trx, job.id, kind, change.source_id);
  const link = isReplaced ? undefined : outcome.link;
  const before = link === undefined ? {} : (JSON.parse(link.exported) as Exported);
  const exported = exportedAfter(before, outcome.written);
  const at = context.io.clock.now();
  if (link !== undefined)
    await noteWrites(trx, job.id, kind, change.source_id, outcome.payload.differences, before, at.getTime());
  const now: LinkTable = {
    job_id: job.id,
    kind,
    source_id: change.source_id,
    target_id: targetId,
    matched_by: link?.matched_by ?? outcome.payload.matchedBy,
    exported: JSON.stringify(exported),
    active: exported['active'] === false ? 0 : 1,
    email: emailOf(exported) ?? link?.email ?? null,
    cycle_id: context.cycleId,
    protected: protectedAfter(context, outcome, exported, targetId),
    verify: 0,
    linked_at: link?.linked_at ?? at.toISOString(),
  };
  batch.links.push(now);
  if (kind === 'group') return settleMembers(trx, context, batch, outcome, targetId);
  settleReferences(job.id, batch, outcome);
  batch.renewed.push({ before: link, now, enabled: change.action === 'enable' });
}

/** Whether the account is protected now: as it was judged while planning, or by what it holds by our hand. */
function protectedAfter(
  { job }: CycleContext,
  { change, payload, link, isProtected }: ChangeOutcome,
  exported: Exported,
  targetId: string,
): LinkTable['protected'] {
  if (change.kind !== 'user' || job.protection.filters.length === 0) return 0;
  const judged = isProtected ?? payload.isProtected;
  if (judged === true) return 1;
  if (change.action === 'create' && judged === undefined)
    return protectsNew(job.protection, exported, targetId) ? 1 : 0;
  const known = protectsKnown(job.protection, exported, targetId);
  if (known !== null) return known ? 1 : 0;
  return judged === false ? 0 : (link?.protected ?? 0);
}

/** Only what this request was to write is settled: a reference may have been queued anew while it was on its way. */
function settleReferences(jobId: string, batch: Batch, { change, payload, waiting }: ChangeOutcome): void {
  for (const { name } of payload.references) {
    const ids = batch.references.get(name) ?? [];
    ids.push(change.source_id);
    batch.references.set(name, ids);
  }
  for (const { name, referencedId } of waiting)
    batch.waiting.push({
      job_id: jobId,
      source_id: change.source_id,
      target_attribute: name,
      referenced_id: referencedId,
    });
}

async function settleMembers(
  trx: Db,
  context: CycleContext,
  batch: Batch,
  outcome: ChangeOutcome,
  targetId: string,
): Promise<void> {
  const { job, counts } = context;
  const groupId = outcome.change.source_id;
  await forgetTargetMembers(trx, job.id, groupId, outcome.membersRemoved);
  await noteRemovals(trx, context, { ...outcome.change, id: groupId }, outcome.membersCounted);
  // Who was in a group that is adopted, nobody has looked.
  const added = isAdoption(outcome) ? [] : outcome.membersAdded;
  batch.memberImages.push(
    ...memberImages(context, { id: groupId, target_id: targetId }, added, outcome.membersRemoved),
  );
  counts.memberships.added += outcome.membersAdded.length;
  counts.memberships.removed += outcome.membersRemoved.length;
  // What did not fit into the request is completed with the references; an adopted group is compared as it is.
  const sent = outcome.membersAdded.length + outcome.membersRemoved.length;
  const settled = sent > 0 && !outcome.verifyMembers;
  const takesOver = isAdoption(outcome) && job.settings.adoption.groupMembers === 'remove';
  await updateObjects(trx, job.id, 'group', [groupId], {
    members_dirty: 1,
    ...(takesOver ? { members_verify: 1 } : settled ? { members_verify: 0 } : {}),
  });
}

function isAdoption({ adopted, change }: ChangeOutcome): boolean {
  return adopted || change.action === 'adopt';
}

async function settleFailure(trx: Db, context: CycleContext, outcome: ChangeOutcome): Promise<void> {
  const { change, fault } = outcome;
  const { job } = context;
  const kind = change.kind as ObjectKind;
  if (fault === null) return;
  if (fault.code === 'InvalidAnchor' && adapts(context))
    await doubtOrForget(trx, job.id, kind, change.source_id, outcome.link);
  // A group that was refused holds nobody; one whose creation is in doubt may hold whoever was sent with it.
  if (kind === 'group' && outcome.link === undefined && fault.ambiguous !== true)
    await forgetMembershipsOf(trx, job.id, kind, change.source_id);
  if (fault.ambiguous === true)
    await updateObjects(trx, job.id, kind, [change.source_id], {
      fresh_match: 1,
      changed_seq: await nextSequence(trx, job.id),
    });
  const before = (await findEscrows(trx, job.id, kind, [change.source_id])).get(change.source_id);
  await escrow(trx, context, subjectOf(outcome), fault, before);
}

function count({ counts }: CycleContext, outcome: ChangeOutcome): void {
  if (outcome.fault !== null) {
    counts.failed += 1;
    return;
  }
  if (outcome.warning !== null) counts.warnings += 1;
  switch (outcome.adopted ? 'adopt' : doneTo(outcome)) {
    case 'create':
      counts.created += 1;
      break;
    case 'adopt':
      counts.adopted += 1;
      break;
    case 'update':
      counts.updated += 1;
      break;
    case 'enable':
      counts.enabled += 1;
      break;
    case 'disable':
      counts.disabled += 1;
      break;
    case 'delete':
      counts.deleted += 1;
      break;
    default:
      throw new Error(`unknown action ${outcome.change.action}`);
  }
}
