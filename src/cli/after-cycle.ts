// What follows a cycle: the heartbeat of its job. A heartbeat that does not arrive is a line in the log, nothing more.
import { beat } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { EngineLog } from '../engine/context.ts';
import type { JobRun } from './run-cycle.ts';

/**
 * Sends the heartbeat of a cycle that ended without a fault of the job, left it in no quarantine and was no mere plan. Never
 * rejects.
 */
export async function heartbeatOf(
  run: JobRun,
  configuration: LoadedConfiguration,
  log: EngineLog,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (!('summary' in run) || run.summary.cycle.dryRun || run.summary.quarantine !== undefined) return;
  try {
    await beat(configuration, run.job, environment);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    log.warn({ jobId: run.job.id, code: 'HeartbeatFailed' }, `the heartbeat was not sent: ${message}`);
  }
}
