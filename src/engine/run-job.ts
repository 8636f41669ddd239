// Runs one cycle of a job under its lease, kept alive meanwhile. What every way of starting a cycle has in common.
import { type CycleRequest, type CycleSummary, isWhole } from '../model/cycle.ts';
import { ERROR_TABLE, JobFault } from '../model/errors.ts';
import { requestCounts, requestsSince } from '../model/request-counts.ts';
import { acquireLease, ensureJob, fence, type Lease, readJob, releaseLease, updateJob } from '../store/jobs.ts';
import { storeFault } from '../store/store-fault.ts';
import type { CompiledJob } from './compiled-job.ts';
import { jobInForce } from './configuration-in-force.ts';
import type { EngineIo } from './context.ts';
import { runCycle } from './cycle.ts';
import { quarantineAfterFault } from './quarantine.ts';
import { tryQuarantined, withTried } from './quarantine-attempt.ts';
import { beginRestart } from './restart.ts';

/** How a process identifies itself, and how it recognises that another one has ended. */
export interface ProcessIdentity {
  readonly owner: string;
  readonly isGone: (owner: string) => boolean;
}

const RENEW_MS = 15_000;
const ASK_MS = 500;

/**
 * Takes the lease, waiting at most `waitMilliseconds` for another process, and runs one cycle.
 * @throws JobFault JobBusy when the lease is not to be had; whatever ended the cycle otherwise, after recording it.
 */
export async function runJob(
  job: CompiledJob,
  request: CycleRequest,
  identity: ProcessIdentity,
  waitMilliseconds: number,
  io: EngineIo,
): Promise<CycleSummary> {
  await ensureJob(io.store.db, job.id);
  return holdingLease(job.id, identity, waitMilliseconds, io, async (lease, held, lost) => {
    try {
      const now = await jobInForce(io.store.db, job, io.log);
      return isWhole(request) ? await runWhole(now, request, lease, held) : await runCycle(now, request, lease, held);
    } catch (error) {
      if (lost.aborted) throw error;
      const fault = asJobFault(error, io.signal);
      if (fault !== null && fault.code !== 'LeaseLost') await recordFault(fault, job, request, io);
      throw fault ?? error;
    }
  });
}

/** A restart that somebody asked for comes first; then a job in quarantine is tried with few requests; then the cycle. */
async function runWhole(job: CompiledJob, request: CycleRequest, lease: Lease, io: EngineIo): Promise<CycleSummary> {
  const before = requestCounts(io);
  await beginRestart(job.id, lease, io);
  const attempt = await tryQuarantined(job, lease, io, request.limit);
  const summary =
    attempt?.type === 'stays'
      ? attempt.summary
      : withTried(await runCycle(job, request, lease, io), attempt?.tried ?? null);
  return { ...summary, requests: requestsSince(before, io) };
}

/**
 * Does `work` while holding the lease of a job that the store knows; its signal also fires when the lease is lost.
 * @throws JobFault JobBusy when another process holds the lease for longer than `waitMilliseconds`; what `work` throws.
 */
export async function holdingLease<T>(
  jobId: string,
  identity: ProcessIdentity,
  waitMilliseconds: number,
  io: EngineIo,
  work: (lease: Lease, io: EngineIo, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await takeLease(jobId, identity, waitMilliseconds, io);
  const keeper = keepAlive(lease, io);
  try {
    return await work(lease, { ...io, signal: AbortSignal.any([io.signal, keeper.lost]) }, keeper.lost);
  } catch (error) {
    throw keeper.lost.aborted ? new JobFault('LeaseLost', `Another process took over job ${jobId}.`) : error;
  } finally {
    keeper.stop();
    await giveBack(lease, io);
  }
}

/** A store that cannot be written keeps the lease until it lapses; that must not hide why the work ended. */
async function giveBack(lease: Lease, io: EngineIo): Promise<void> {
  try {
    await releaseLease(io.store.db, lease);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.log.warn({ jobId: lease.jobId }, `the lease could not be given back, it lapses in a minute: ${message}`);
  }
}

async function takeLease(
  jobId: string,
  identity: ProcessIdentity,
  waitMilliseconds: number,
  io: EngineIo,
): Promise<Lease> {
  const until = io.clock.now().getTime() + waitMilliseconds;
  for (;;) {
    const now = io.clock.now().getTime();
    const lease = await io.store.transaction((trx) => acquireLease(trx, jobId, identity.owner, now, identity.isGone));
    if (lease !== null) return lease;
    if (now >= until) {
      const holder = (await readJob(io.store.db, jobId)).lease_owner;
      throw new JobFault('JobBusy', `Job ${jobId} is being run by another process (${holder ?? 'unknown'}).`);
    }
    await io.clock.sleep(Math.min(ASK_MS, until - now), io.signal);
  }
}

/** Renews the lease in the background; `lost` fires when another process holds it, or the store cannot be written. */
function keepAlive(lease: Lease, io: EngineIo): { readonly lost: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setInterval(() => {
    io.store
      .transaction((trx) => fence(trx, lease, io.clock.now().getTime()))
      .catch((error: unknown) => controller.abort(error));
  }, RENEW_MS);
  timer.unref();
  return { lost: controller.signal, stop: () => clearInterval(timer) };
}

/** The fault of a job; null when the cycle was only stopped from outside, which is no fault. */
function asJobFault(error: unknown, stopped: AbortSignal): JobFault | null {
  const known = storeFault(error);
  if (known !== null) return known;
  if (stopped.aborted) return null;
  return new JobFault('InternalError', error instanceof Error ? error.message : String(error), { cause: error });
}

async function recordFault(fault: JobFault, job: CompiledJob, request: CycleRequest, io: EngineIo): Promise<void> {
  const jobId = job.id;
  const now = io.clock.now();
  const at = now.toISOString();
  const text = JSON.stringify({ code: fault.code, message: fault.message, advice: ERROR_TABLE[fault.code].advice, at });
  try {
    await io.store.transaction(async (trx) => {
      await updateJob(trx, jobId, { last_fault: text });
      if (isWhole(request)) await quarantineAfterFault(trx, job, fault, now.getTime());
    });
  } catch (error) {
    io.log.warn(
      { jobId, code: fault.code },
      `the fault could not be recorded in the store: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
