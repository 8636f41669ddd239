// Restarting a job: what somebody asked to be reset is reset before the next cycle begins. Failures are not dropped but
// tried at once, and links are forgotten only after a whole cycle has planned all leavers: without its link, an account whose
// owner has left would belong to nobody, and stay.
import { parseResetScopes, type ResetScope } from '../rules/reset-scopes.ts';
import type { Db } from '../store/database.ts';
import { markEscrowsDue, removeEscrows } from '../store/escrows.ts';
import { fence, type Lease, nextSequence, readJob, updateJob } from '../store/jobs.ts';
import { forgetLinksInScope } from '../store/link-reset.ts';
import type { EngineIo } from './context.ts';
import { endQuarantine } from './quarantine.ts';

/** Resets what a restart names; the job is due at once. Nobody may be working on the job. `now` is in milliseconds. */
export async function applyRestart(trx: Db, jobId: string, scopes: readonly ResetScope[], now: number): Promise<void> {
  if (scopes.includes('QuarantineState')) await endQuarantine(trx, jobId);
  if (scopes.includes('Escrows')) {
    await markEscrowsDue(trx, jobId, Number.MAX_SAFE_INTEGER, await nextSequence(trx, jobId));
    await removeEscrows(trx, jobId);
  }
  // Another configuration hash is what begins an initial cycle; without the links of the feeds everything is read again.
  if (scopes.includes('Watermark'))
    await updateJob(trx, jobId, { configuration_hash: '', users_link: null, groups_link: null });
  if (scopes.includes('ConnectorDataStore')) await updateJob(trx, jobId, { link_reset: 1, learned: null });
  await updateJob(trx, jobId, { restart_scopes: null, next_attempt: now });
}

/** Begins with what somebody asked for while another cycle was running. */
export async function beginRestart(jobId: string, lease: Lease, io: EngineIo): Promise<void> {
  const { restart_scopes: asked } = await readJob(io.store.db, jobId);
  if (asked === null) return;
  const parsed = parseResetScopes(asked);
  const now = io.clock.now().getTime();
  await io.store.transaction(async (trx) => {
    await fence(trx, lease, now);
    await applyRestart(trx, jobId, parsed.ok ? parsed.scopes : [], now);
  });
  io.log.info({ jobId, scopes: asked }, 'restarted');
}

/**
 * Ends a whole cycle of a job whose links are to be forgotten: everybody who left is planned now, so the links of those in
 * scope are forgotten, and the next cycle, which is due at once, meets the target anew. `now` is in milliseconds.
 */
export async function resetLinks(trx: Db, jobId: string, now: number): Promise<void> {
  const { link_reset: wanted } = await readJob(trx, jobId);
  if (wanted === 0) return;
  await forgetLinksInScope(trx, jobId, await nextSequence(trx, jobId));
  await updateJob(trx, jobId, { link_reset: 0, contacted: 0, next_attempt: now });
}

/** Asks the process that works on a job to restart it; added to what was asked before. `now` is in milliseconds. */
export async function askRestart(trx: Db, jobId: string, scopes: readonly ResetScope[], now: number): Promise<void> {
  const { restart_scopes: before } = await readJob(trx, jobId);
  const text = [...(before === null ? [] : [before]), ...scopes].join(',');
  await updateJob(trx, jobId, { restart_scopes: text, next_attempt: now });
}
