// What planning settles by itself, in the transaction of the page: objects that need nothing, and objects that cannot
// be planned. Nothing here has touched the target.

import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import { nextAttempt } from '../rules/escrow-backoff.ts';
import type { Db } from '../store/database.ts';
import { clearEscrow, findEscrows, saveEscrow } from '../store/escrows.ts';
import { removeLink, removePendingReferences, saveLink, savePendingReferences } from '../store/links.ts';
import { forgetMembershipsOf } from '../store/members.ts';
import { appendLog } from '../store/provisioning-log.ts';
import type { EscrowTable, LinkTable } from '../store/schema.ts';
import { BECAUSE, type Exported, emailOf, exportedAfter } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { renewDependants } from './dependants.ts';
import { type LogSubject, logEntry } from './log-entry.ts';
import { type PlannedObject, step } from './planned-object.ts';

/** Counts the objects of a page that become no change. */
export function countUnchanged({ counts, failing }: CycleContext, planned: readonly PlannedObject[]): void {
  for (const { row, fault, decision } of planned) {
    if (fault !== null) {
      counts.failed += 1;
      const known = failing.get(fault.code);
      if (known === undefined)
        failing.set(fault.code, { count: 1, who: row.display_name ?? row.id, message: fault.message });
      else known.count += 1;
    } else if (decision?.action !== 'none') continue;
    else if (decision.because === 'unchanged') counts.unchanged += 1;
    else if (decision.because === 'protected') counts.protected += 1;
    else counts.skipped += 1;
  }
}

/** Settles the objects of a page that become no change. */
export async function settleUnchanged(
  trx: Db,
  context: CycleContext,
  kind: ObjectKind,
  planned: readonly PlannedObject[],
  links: ReadonlyMap<string, LinkTable>,
): Promise<void> {
  const { job } = context;
  const entries: ProvisioningLogEntry[] = [];
  const settled: string[] = [];
  const failed = planned.filter((each) => each.fault !== null);
  const escrows = await findEscrows(
    trx,
    job.id,
    kind,
    failed.map((each) => each.row.id),
  );
  for (const each of planned) {
    const link = links.get(each.row.id) ?? each.foundLink ?? undefined;
    if (each.foundLink !== null) await saveLink(trx, each.foundLink);
    if (each.dropsLink && link !== undefined && isToBeReplaced(kind, each)) await doubtAccount(trx, link);
    else if (each.dropsLink) await forgetAccount(trx, job.id, kind, each.row.id);
    else if (link !== undefined && each.confirmed !== null) await confirm(trx, context, link, each);
    // A request for this object may still fail; the references that wait are those of its newest state all the same.
    if (each.fault === null && link !== undefined && !each.dropsLink) await renewPendingReferences(trx, job.id, each);
    if (each.fault !== null) {
      await escrow(trx, context, subjectOf(kind, each, link), each.fault, escrows.get(each.row.id));
      entries.push(failureEntry(context, kind, each, link, each.fault));
    } else if (each.decision?.action === 'none') {
      // The members of a group may be what failed; completing them clears the escrow then.
      const isComplete = each.decision.because !== 'unchanged' || each.row.members_dirty === 0;
      if (isComplete) settled.push(each.row.id);
      const skip = step('EntrySynchronizationSkip', 'processing', 'skipped', BECAUSE[each.decision.because]);
      entries.push(
        logEntry(context, subjectOf(kind, each, link), {
          action: 'other',
          status: 'skipped',
          steps: [...each.steps, skip],
          modified: [],
          durationInMilliseconds: 0,
        }),
      );
    }
  }
  await clearEscrow(trx, job.id, kind, settled);
  await appendLog(trx, entries);
}

/** The references that wait are those of the newest state; older ones must not be written any more. */
async function renewPendingReferences(trx: Db, jobId: string, planned: PlannedObject): Promise<void> {
  await removePendingReferences(trx, jobId, planned.row.id);
  const waiting = planned.references.map(({ name, referencedId }) => ({
    job_id: jobId,
    source_id: planned.row.id,
    target_attribute: name,
    referenced_id: referencedId,
  }));
  await savePendingReferences(trx, waiting);
}

function isToBeReplaced(kind: ObjectKind, { decision }: PlannedObject): boolean {
  return kind === 'user' && (decision?.action === 'create' || decision?.action === 'adopt');
}

/**
 * The account of a person could not be found, and perhaps another one is to take its place. Until that is settled, which a
 * guard may hold and the target refuse, the link stays: a target that had only lost its way shows the account again, and
 * whoever leaves meanwhile is looked for. Nothing is known of the account, so it is asked for whenever the person is planned.
 */
async function doubtAccount(trx: Db, link: LinkTable): Promise<void> {
  await saveLink(trx, { ...link, exported: '{}' });
  await removePendingReferences(trx, link.job_id, link.source_id);
}

/**
 * A write was answered 404. A group is matched again; of a person that says nothing yet, and the next plan searches: without
 * the link somebody who left would count as never provisioned, and a new account in its place for no guard.
 */
export async function doubtOrForget(
  trx: Db,
  jobId: string,
  kind: ObjectKind,
  sourceId: string,
  link: LinkTable | undefined,
): Promise<void> {
  if (kind === 'group') await forgetAccount(trx, jobId, kind, sourceId);
  else if (link !== undefined) await doubtAccount(trx, link);
}

/** The account of an object is gone: link and memberships are forgotten, and the object may be matched again. */
export async function forgetAccount(trx: Db, jobId: string, kind: ObjectKind, sourceId: string): Promise<void> {
  await removeLink(trx, jobId, kind, sourceId);
  if (kind === 'user') await removePendingReferences(trx, jobId, sourceId);
  await forgetMembershipsOf(trx, jobId, kind, sourceId);
}

async function confirm(trx: Db, context: CycleContext, link: LinkTable, planned: PlannedObject): Promise<void> {
  const exported = exportedAfter(JSON.parse(link.exported) as Exported, planned.confirmed ?? []);
  const now: LinkTable = {
    ...link,
    exported: JSON.stringify(exported),
    active: exported['active'] === false ? 0 : 1,
    email: emailOf(exported) ?? link.email,
    cycle_id: context.cycleId,
    verify: 0,
  };
  await saveLink(trx, now);
  // The target holds it because a request whose answer was lost was carried out: what depends on it is due all the same.
  if (link.kind === 'user') await renewDependants(trx, context, [{ before: link, now, enabled: false }]);
}

function subjectOf(kind: ObjectKind, planned: PlannedObject, link: LinkTable | undefined): LogSubject {
  return {
    kind,
    sourceId: planned.row.id,
    displayName: planned.row.display_name,
    targetId: link?.target_id ?? null,
    changeId: '',
  };
}

function failureEntry(
  context: CycleContext,
  kind: ObjectKind,
  planned: PlannedObject,
  link: LinkTable | undefined,
  fault: ObjectFault,
): ProvisioningLogEntry {
  return logEntry(context, subjectOf(kind, planned, link), {
    action: 'other',
    status: 'failure',
    steps: [...planned.steps, step('EntryProcessing', 'processing', 'failure', fault.message)],
    modified: [],
    fault,
    durationInMilliseconds: 0,
  });
}

/** Keeps a failed object for a later attempt, which plans it afresh; one of which only references failed says so. */
export async function escrow(
  trx: Db,
  context: CycleContext,
  subject: LogSubject,
  fault: ObjectFault,
  before: EscrowTable | undefined,
  concerns: 'object' | 'reference' = 'object',
): Promise<void> {
  const now = context.io.clock.now().getTime();
  const firstSeen = before?.first_seen ?? now;
  const attempts = (before?.attempts ?? 0) + 1;
  await saveEscrow(trx, {
    job_id: context.job.id,
    kind: subject.kind,
    source_id: subject.sourceId,
    display_name: subject.displayName,
    code: fault.code,
    message: fault.message,
    attempts,
    first_seen: firstSeen,
    next_attempt: nextAttempt(fault.code, attempts, firstSeen, now),
    reference: concerns === 'reference' ? 1 : 0,
  });
}
