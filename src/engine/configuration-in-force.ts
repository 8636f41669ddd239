// Which configuration a job works with: that of its file, or, while that one is held, the last accepted one. Whether a
// changed one is held is found out by try-configuration.ts.
import { readAccepted } from '../model/accepted-configuration.ts';
import type { ConfigurationReport } from '../model/configuration-report.ts';
import { stableHash } from '../rules/stable-json.ts';
import type { Db } from '../store/database.ts';
import type { HeldConfigurationTable } from '../store/held-configuration-tables.ts';
import {
  countConfigurationChanges,
  endHeldConfiguration,
  findHeldConfiguration,
  narrowConfigurationChanges,
  setConfigurationState,
} from '../store/held-configurations.ts';
import { findJob, readJob, updateJob } from '../store/jobs.ts';
import type { JobTable } from '../store/schema.ts';
import { type CompiledJob, compileInstead } from './compiled-job.ts';
import type { CycleContext, EngineLog } from './context.ts';

/** The job as it works now: by its file, or in the place of a held configuration. */
export async function jobInForce(db: Db, job: CompiledJob, log?: EngineLog): Promise<CompiledJob> {
  const hold = await findHeldConfiguration(db, job.id);
  if (hold === undefined || hold.hash !== job.decidingHash || !isHeld(hold)) return job;
  const row = await findJob(db, job.id);
  const accepted = row === undefined ? null : acceptedInstead(row, job);
  if (accepted !== null) return accepted;
  log?.warn(
    { jobId: job.id },
    'the last accepted configuration cannot be used by this version: the job works with the changed one, and guards hold its changes',
  );
  return job;
}

/** Whether it waits for an approval. */
export function isHeld({ state }: Pick<HeldConfigurationTable, 'state'>): boolean {
  return state === 'held' || state === 'rejected';
}

/** The job with the last accepted configuration; null when that is the one of its file, none is known, or it is no longer understood. */
export function acceptedInstead(row: JobTable, job: CompiledJob): CompiledJob | null {
  if (row.accepted_configuration === null) return null;
  const part = readAccepted(row.accepted_configuration);
  if (part === null || stableHash(part) === job.decidingHash) return null;
  try {
    return compileInstead(job, part);
  } catch {
    return null;
  }
}

/**
 * A cycle that writes works with this configuration: it is the accepted one from now on. An approved one is taken, any other
 * that was held is over.
 */
export async function takeConfiguration(trx: Db, job: CompiledJob, now: number): Promise<void> {
  if (job.insteadOf !== null) return;
  const row = await readJob(trx, job.id);
  const text = JSON.stringify(job.deciding);
  if (row.accepted_configuration !== text)
    await updateJob(trx, job.id, { accepted_configuration: text, accepted_since: now });
  const hold = await findHeldConfiguration(trx, job.id);
  if (hold === undefined) return;
  if (hold.hash !== job.decidingHash || isHeld(hold)) await endHeldConfiguration(trx, job.id);
  else await setConfigurationState(trx, job.id, 'taken');
}

/**
 * What the end of a whole cycle that wrote means for a held configuration. Of what it would do, that is taken out which the
 * job does without it; when nothing is left of what tripped, the next cycle tries it again. What was taken is over.
 */
export async function settleConfiguration(trx: Db, context: CycleContext, isWhole: boolean): Promise<void> {
  const { job, cycleId, io } = context;
  const hold = await findHeldConfiguration(trx, job.id);
  if (hold === undefined) return;
  if (hold.state === 'taken' && isWhole) await endHeldConfiguration(trx, job.id);
  if (job.insteadOf !== hold.hash) return;
  await narrowConfigurationChanges(trx, job.id, cycleId);
  const tripped = reasonsOf(hold).map(({ guardClass }) => guardClass);
  const left = await countConfigurationChanges(trx, job.id);
  if (hold.state !== 'held' || left.some(({ guardClass }) => tripped.includes(guardClass))) return;
  await endHeldConfiguration(trx, job.id);
  context.configuration = null;
  io.log.info(
    { jobId: job.id, cycleId },
    'what held the changed configuration is due without it as well: the next cycle tries it again',
  );
}

/** What a job that works in the place of a held configuration says about it; null for any other. */
export async function reportConfiguration(db: Db, job: CompiledJob): Promise<ConfigurationReport | null> {
  const hold = job.insteadOf === null ? undefined : await findHeldConfiguration(db, job.id);
  if (hold === undefined) return null;
  const { accepted_since: accepted } = await readJob(db, job.id);
  return {
    state: hold.state === 'rejected' ? 'rejected' : 'held',
    since: new Date(hold.since).toISOString(),
    acceptedSince: accepted === null ? null : new Date(accepted).toISOString(),
    reasons: reasonsOf(hold),
  };
}

/** The classes that tripped, and why. */
function reasonsOf({ reasons }: Pick<HeldConfigurationTable, 'reasons'>): ConfigurationReport['reasons'] {
  return JSON.parse(reasons) as ConfigurationReport['reasons'];
}
