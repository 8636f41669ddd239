// A cycle inside the test process: the same code without the start of a program, which costs ten times as much as the
// cycle. For what follows a kill, when what is looked at is the store and the target, not the program.
import { runOneCycle } from '../../../src/cli/run-cycle.ts';
import { openInstallation } from '../../../src/compose.ts';
import { loadConfiguration } from '../../../src/config/load.ts';
import type { CycleSummary } from '../../../src/model/cycle.ts';

/** Runs a cycle of the only job. Fails when the cycle does. */
export async function cycleHere(directory: string): Promise<CycleSummary> {
  const loaded = await loadConfiguration(directory, {});
  if (!loaded.ok) throw new Error(`the configuration has faults: ${JSON.stringify(loaded.faults)}`);
  const [job] = loaded.configuration.jobs;
  if (job === undefined) throw new Error('the configuration has no job');
  const installation = await openInstallation(loaded.configuration);
  try {
    const ignore = (): void => undefined;
    const run = await runOneCycle(
      installation,
      job,
      { request: { trigger: 'syncNow', dryRun: false }, waitMilliseconds: 0 },
      { environment: {}, log: { info: ignore, warn: ignore }, signal: new AbortController().signal, progress: ignore },
    );
    if ('pause' in run) throw new Error('the job is paused');
    if ('fault' in run) throw new Error(`the cycle failed: ${run.fault.code} ${run.fault.message}`);
    return run.summary;
  } finally {
    await installation.store.close();
  }
}

/** Runs a cycle of the only job; the requests that it sent to the target. */
export async function scimRequestsOfNextCycle(directory: string): Promise<number> {
  return (await cycleHere(directory)).requests.scim;
}
