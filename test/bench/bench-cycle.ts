// One cycle of the only job of a configuration, with the marks that the benchmark needs; prints them as JSON.
//   node test/bench/bench-cycle.ts <configuration directory>
import { connectJob, openInstallation } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { runJob } from '../../src/engine/run-job.ts';

/** What a cycle took. */
export interface CycleMarks {
  /** From `timeBegan` to `timeEnded`. */
  readonly cycleSeconds: number;
  /** From the first change that is let through to the end of the cycle. */
  readonly applySeconds: number;
  /** Processor time of this process meanwhile. */
  readonly applyCpuSeconds: number;
  readonly cycleCpuSeconds: number;
  readonly counts: Readonly<Record<string, unknown>>;
  readonly requests: number;
}

const result = await loadConfiguration(process.argv[2] ?? '', process.env);
if (!result.ok) throw new Error(JSON.stringify(result.faults));
const installation = await openInstallation(result.configuration);
const [job] = result.configuration.jobs;
if (job === undefined) throw new Error('there is no job');
let applied: number | undefined;
let cpu = process.cpuUsage();
const first = cpu;
const silent = () => undefined;
const { compiled, io } = await connectJob(installation, job, {
  environment: process.env,
  log: { info: silent, warn: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`) },
  signal: new AbortController().signal,
  progress: ({ stage }) => {
    if (stage !== 'apply' || applied !== undefined) return;
    applied = performance.now();
    cpu = process.cpuUsage();
  },
});
const summary = await runJob(compiled, { trigger: 'syncNow', dryRun: false }, installation.identity, 0, io);
const applySeconds = (performance.now() - (applied ?? Number.NaN)) / 1000;
const used = process.cpuUsage(cpu);
const usedAltogether = process.cpuUsage(first);
await installation.store.close();
const marks: CycleMarks = {
  cycleSeconds: (Date.parse(summary.cycle.timeEnded) - Date.parse(summary.cycle.timeBegan)) / 1000,
  applySeconds,
  applyCpuSeconds: (used.user + used.system) / 1e6,
  cycleCpuSeconds: (usedAltogether.user + usedAltogether.system) / 1e6,
  counts: { ...summary.counts },
  requests: summary.requests.scim,
};
process.stdout.write(`${JSON.stringify(marks)}\n`);
