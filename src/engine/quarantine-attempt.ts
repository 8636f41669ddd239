// Tries whether the cause of a quarantine is gone, without a whole cycle: one question to the side that refused, and, where
// too many objects failed, a few of them planned and sent afresh. Whoever passes is followed by a whole cycle at once.
import { type CycleSummary, probeRequest } from '../model/cycle.ts';
import { JobFault } from '../model/errors.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { isCauseGone, PROBED_OBJECTS, UNCOUNTED_CODES } from '../rules/quarantine.ts';
import { countKeptBack } from '../store/change-counts.ts';
import { markEscrowsDue, peopleToProbe } from '../store/escrows.ts';
import { fence, type Lease, nextSequence, readJob, updateJob } from '../store/jobs.ts';
import { readLog } from '../store/provisioning-log.ts';
import { findQuarantine } from '../store/quarantines.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import { runCycle } from './cycle.ts';
import { judgeStanding, settleQuarantine } from './quarantine.ts';

/** What an attempt showed: the job stays in quarantine, or a whole cycle is to follow what was tried. */
export type Attempt =
  | { readonly type: 'stays'; readonly summary: CycleSummary }
  | { readonly type: 'goesOn'; readonly tried: CycleSummary | null };

/**
 * Tries a job that is in quarantine; null for one that is in none.
 * @throws JobFault when a side still refuses, or does not answer.
 */
export async function tryQuarantined(
  job: CompiledJob,
  lease: Lease,
  io: EngineIo,
  limit: number | undefined,
): Promise<Attempt | null> {
  const quarantine = await findQuarantine(io.store.db, job.id);
  if (quarantine === null) return null;
  io.log.info(
    { jobId: job.id, reason: quarantine.reason, attempt: quarantine.seriesCount },
    'in quarantine: whether the cause is gone is found out with few requests',
  );
  await askRefuser(job, quarantine, io);
  const attempt = await probeObjects(job, lease, io, limit);
  if (attempt.type === 'goesOn')
    await io.store.transaction(async (trx) => {
      await fence(trx, lease, io.clock.now().getTime());
      await markEscrowsDue(trx, job.id, Number.MAX_SAFE_INTEGER, await nextSequence(trx, job.id));
    });
  return attempt;
}

/** The report of a whole cycle, with what was done to the few objects that were tried before it. */
export function withTried(summary: CycleSummary, tried: CycleSummary | null): CycleSummary {
  if (tried === null) return summary;
  const counts = { ...summary.counts };
  for (const name of ['created', 'adopted', 'updated', 'enabled', 'disabled', 'deleted'] as const)
    counts[name] += tried.counts[name];
  return { ...summary, counts };
}

/** Asks the side that refused, and the target in any case. */
async function askRefuser(job: CompiledJob, { error }: Quarantine, io: EngineIo): Promise<void> {
  if (error?.code.startsWith('Source') === true)
    await io.source.readServicePrincipal(job.settings.source.servicePrincipalId, io.signal);
  const attribute = job.user.matching[0]?.name;
  if (attribute === undefined) return;
  const answer = await io.target.find(job.user.scimKind, attribute, io.newId(), io.signal);
  if (answer.ok) return;
  const { code, message } = answer.fault;
  if (code === 'InternalServerError' || code === 'Timeout' || code === 'WebExceptionProtocolError')
    throw new JobFault('TargetUnreachable', message);
}

/** Tries a few of the failing people again; goes on when they succeed, or when there is nothing to find out with them. */
async function probeObjects(job: CompiledJob, lease: Lease, io: EngineIo, limit: number | undefined): Promise<Attempt> {
  const { db } = io.store;
  const nothingToTry: Attempt = { type: 'goesOn', tried: null };
  const { configuration_hash: hash, contacted } = await readJob(db, job.id);
  // A person who sets a limit tries carefully already; a changed configuration is a reason to hope; an observed job writes
  // nothing that could fail.
  if (limit !== undefined || hash !== job.configurationHash || job.settings.mode === 'observe' || io.readOnly === true)
    return nothingToTry;
  if ((await judgeStanding(db, job)).event === 'cycleEnded') return nothingToTry;
  // Nobody is created while the creations of a first contact are held.
  if (contacted === 0 && (await countKeptBack(db, job.id, 'creates')) > 0) return nothingToTry;
  const people = await peopleToProbe(db, job.id, UNCOUNTED_CODES, PROBED_OBJECTS);
  if (people.length === 0) return nothingToTry;
  const summary = await runCycle(job, probeRequest(people), lease, io);
  const log = await readLog(db, { jobId: job.id, cycleId: summary.cycle.id, limit: 1000 });
  // What a guard counts was planned well and not sent: it says nothing.
  const tried = new Set(log.map(({ entry }) => entry.sourceIdentity.id));
  const failed = new Set(
    log.flatMap(({ entry }) => (entry.provisioningStatusInfo.status === 'failure' ? [entry.sourceIdentity.id] : [])),
  );
  if (isCauseGone(tried.size, failed.size)) return { type: 'goesOn', tried: summary };
  const now = io.clock.now().getTime();
  const quarantine = await io.store.transaction(async (trx) => {
    await fence(trx, lease, now);
    await updateJob(trx, job.id, { last_fault: null });
    const { event, error } = await judgeStanding(trx, job);
    return settleQuarantine(trx, job, event === 'cycleEnded' ? 'attemptFailed' : event, error, now);
  });
  const { objects: _, ...rest } = summary;
  const probe = { tried: tried.size, failed: failed.size };
  return {
    type: 'stays',
    summary: { ...rest, status: 'Quarantine', ...(quarantine === null ? {} : { quarantine }), probe },
  };
}
