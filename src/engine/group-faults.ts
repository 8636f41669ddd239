// What is kept and told of a group whose members could not be brought in step.
import type { ObjectFault } from '../model/errors.ts';
import type { Db } from '../store/database.ts';
import { findEscrows } from '../store/escrows.ts';
import { appendLog } from '../store/provisioning-log.ts';
import type { CycleContext } from './context.ts';
import { type LogSubject, logEntry } from './log-entry.ts';
import { step } from './planned-object.ts';
import { escrow } from './settle-plan.ts';

/** A group with its account. */
export interface LinkedGroup {
  readonly id: string;
  readonly display_name: string | null;
  readonly target_id: string;
}

/** Settles a fault of the members of a group, which is tried again in its time. */
export async function settleMembersFault(
  trx: Db,
  context: CycleContext,
  group: LinkedGroup,
  fault: ObjectFault,
): Promise<void> {
  context.counts.failed += 1;
  const before = (await findEscrows(trx, context.job.id, 'group', [group.id])).get(group.id);
  await escrow(trx, context, groupSubject(group), fault, before, 'reference');
  await tell(trx, context, group, 'failure', fault);
}

/** Tells of a doubt about the members of a group, which nothing follows from. */
export async function warnOfMembers(
  trx: Db,
  context: CycleContext,
  group: LinkedGroup,
  fault: ObjectFault,
): Promise<void> {
  context.counts.warnings += 1;
  await tell(trx, context, group, 'warning', fault);
}

async function tell(
  trx: Db,
  context: CycleContext,
  group: LinkedGroup,
  status: 'failure' | 'warning',
  fault: ObjectFault,
): Promise<void> {
  await appendLog(trx, [
    logEntry(context, groupSubject(group), {
      action: 'update',
      status,
      steps: [step('EntryExportUpdate', 'export', status, fault.message)],
      modified: [],
      fault,
      durationInMilliseconds: 0,
    }),
  ]);
}

/** The group as the provisioning log names it. */
export function groupSubject(group: LinkedGroup): LogSubject {
  return {
    kind: 'group',
    sourceId: group.id,
    displayName: group.display_name,
    targetId: group.target_id,
    changeId: '',
  };
}
