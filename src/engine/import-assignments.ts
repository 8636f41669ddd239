// Reads who is assigned to the application. There is no delta for assignments, so the list is read in full and
// compared; an assignment that is missing is believed gone when a second complete reading agrees.
import type { AppRole } from '../model/directory.ts';
import {
  assignedGroups,
  countAssignmentsUnseen,
  countDefaultAccess,
  removeAssignmentsUnseen,
  storeAssignments,
} from '../store/assignments.ts';
import { nextReading, updateJob } from '../store/jobs.ts';
import { addUnread } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling, warn } from './context.ts';

/** Brings the assignments up to date; returns whether Default Access is left out. */
export async function importAssignments(context: CycleContext): Promise<boolean> {
  const { job, io } = context;
  const first = await readOnce(context);
  if ((await countAssignmentsUnseen(io.store.db, job.id, first)) > 0) {
    await readOnce(context);
    await settling(context, (trx) => removeAssignmentsUnseen(trx, job.id, first));
  }
  const excludes = excludesDefaultAccess(job.settings.source.excludeDefaultAccess, context.appRoles);
  await settling(context, async (trx) => addUnread(trx, job.id, 'group', await assignedGroups(trx, job.id, excludes)));
  await explainDefaultAccess(context, excludes);
  return excludes;
}

async function readOnce(context: CycleContext): Promise<number> {
  const { job, io } = context;
  const reading = await settling(context, (trx) => nextReading(trx, job.id));
  for await (const page of io.source.readAssignments(job.settings.source.servicePrincipalId, io.signal)) {
    await settling(context, (trx) => storeAssignments(trx, job.id, page, reading));
    await breathe(context);
  }
  return reading;
}

/**
 * The rule `auto`: Default Access is left out when the application has at least one enabled role for users; an
 * application without roles has nothing else.
 */
export function excludesDefaultAccess(setting: 'auto' | boolean, roles: readonly AppRole[]): boolean {
  if (setting !== 'auto') return setting;
  return roles.some((role) => role.isEnabled && role.allowedMemberTypes.includes('User'));
}

/** Says what became of Default Access, since Entra itself leaves it out silently. */
async function explainDefaultAccess(context: CycleContext, excludes: boolean): Promise<void> {
  const { job, io } = context;
  const left = await countDefaultAccess(io.store.db, job.id);
  await settling(context, (trx) => updateJob(trx, job.id, { default_access_left_out: excludes ? left : 0 }));
  if (left === 0) return;
  const fields = { jobId: job.id, cycleId: context.cycleId, assignments: left };
  if (!excludes) {
    const why = job.settings.source.excludeDefaultAccess === 'auto' ? 'the application has no role for users' : 'false';
    io.log.info(fields, `assignments with Default Access are included (source.excludeDefaultAccess: ${why})`);
    return;
  }
  io.log.info(fields, 'assignments with Default Access are left out (source.excludeDefaultAccess)');
  const row = await io.store.db
    .selectFrom('assignment')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', job.id)
    .where('principal_type', '!=', 'ServicePrincipal')
    .executeTakeFirstOrThrow();
  if (Number(row.count) === left)
    warn(
      context,
      'ImportSkipped',
      { assignments: left },
      'nobody is in scope: every assignment has Default Access; set source.excludeDefaultAccess: false to include them',
    );
}
