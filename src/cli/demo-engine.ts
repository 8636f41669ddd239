// Runs cycles for the demo exactly as --sync-now does: configuration from a directory, store, Graph client, SCIM client.
import type { CycleRequest, CycleSummary, Selection } from '../model/cycle.ts';
import type { StoredLogEntry } from '../store/provisioning-log.ts';

/** One finished cycle. */
export interface DemoRun {
  readonly summary: CycleSummary;
  readonly milliseconds: number;
}

/** An opened configuration. */
export interface DemoEngine {
  /** One cycle of every job, one after the other; on demand where objects are named. */
  runAll(selection?: Selection): Promise<DemoRun[]>;
  /** The provisioning log of a cycle, whatever its entries say. */
  log(run: DemoRun): Promise<StoredLogEntry[]>;
  /** What the provisioning log says about a cycle, one line an entry. */
  whatChanged(run: DemoRun): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens the configuration of a directory; `signal` stops its cycles. */
export async function startDemoEngine(
  directory: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<DemoEngine> {
  const { loadConfiguration } = await import('../config/load.ts');
  const { formatFaults } = await import('../config/format-faults.ts');
  const { connectJob, openInstallation } = await import('../compose.ts');
  const { runJob } = await import('../engine/run-job.ts');
  const { readLog } = await import('../store/provisioning-log.ts');
  const loaded = await loadConfiguration(directory, process.env);
  if (!loaded.ok) throw new Error(formatFaults(loaded.faults));
  const installation = await openInstallation(loaded.configuration);
  const silent = { info: () => undefined, warn: () => undefined };
  const surroundings = {
    environment: process.env,
    log: silent,
    signal,
    progress: () => undefined,
  };
  const connected = await Promise.all(
    loaded.configuration.jobs.map((job) => connectJob(installation, job, surroundings)),
  );
  return {
    async runAll(selection) {
      const request: CycleRequest =
        selection === undefined
          ? { trigger: 'syncNow', dryRun: false }
          : { trigger: 'onDemand', dryRun: false, selection };
      const runs: DemoRun[] = [];
      for (const { compiled, io } of connected) {
        const began = Date.now();
        const summary = await runJob(compiled, request, installation.identity, 60_000, io);
        runs.push({ summary, milliseconds: Date.now() - began });
      }
      return runs;
    },
    log: ({ summary }) =>
      readLog(installation.store.db, { jobId: summary.jobId, cycleId: summary.cycle.id, limit: 1000 }),
    async whatChanged({ summary }) {
      const entries = await readLog(installation.store.db, {
        jobId: summary.jobId,
        cycleId: summary.cycle.id,
        status: 'success',
        limit: 50,
      });
      return entries.map(({ entry }) => {
        const changes = entry.modifiedProperties.map(
          ({ displayName, oldValue, newValue }) =>
            `${shortName(displayName)} ${oldValue === null ? '' : `"${oldValue}" -> `}"${newValue ?? ''}"`,
        );
        const shown = entry.provisioningAction === 'create' ? [] : changes;
        return `${entry.provisioningAction.padEnd(8)}${(entry.sourceIdentity.displayName ?? entry.sourceIdentity.id).padEnd(26)}${shown.join(', ')}`.trimEnd();
      });
    },
    close: () => installation.store.close(),
  };
}

/** Extension attributes by their own name: the URN says nothing to the eye. */
function shortName(name: string): string {
  return name.startsWith('urn:') ? name.slice(name.lastIndexOf(':') + 1) : name;
}
