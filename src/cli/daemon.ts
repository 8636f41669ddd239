// `scimsync daemon`: the process around the daemon: configuration, store, ticks, signals, one log line a cycle.
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Installation } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Daemon } from '../daemon.ts';
import type { Job } from '../model/job.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { loadOrFail } from './load.ts';
import type { LogLevelName } from './log-level.ts';
import type { JobRun } from './run-cycle.ts';
import { countsText } from './summary-text.ts';

const EVERY_MINUTE = '* * * * *';
const LONGEST_SLEEP_MS = 60_000;

/** Adds the command. */
export function registerDaemon(program: Command): void {
  program
    .command('daemon')
    .description('run every job on its interval until stopped')
    .addHelpText(
      'after',
      `
SIGTERM and SIGINT stop gracefully: what is in flight is finished, the rest goes on with the next start.
SIGHUP takes over a changed configuration.

Examples:
  scimsync daemon
  scimsync daemon --config /etc/scimsync --log-level warn`,
    )
    .action(async (_options: unknown, command: Command) => runAction(command, runDaemon));
}

async function runDaemon(options: GlobalOptions): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const { createLogger } = await import('../observe/logging.ts');
  const { level, personalData } = configuration.logging;
  const log = createLogger({ level: options.logLevel ?? (level as LogLevelName | undefined) ?? 'info', personalData });
  const { openInstallation, systemClock } = await import('../compose.ts');
  const { createDaemon } = await import('../daemon.ts');
  const installation = await openInstallation(configuration);
  const waker = createWaker();
  const daemon = createDaemon({
    store: installation.store,
    configuration,
    clock: systemClock,
    runCycle: (job, current, signal) => runAndReport({ ...installation, configuration: current }, job, signal, log),
    wakeAt: waker.wakeAt,
    log,
  });
  waker.onWake(() => void daemon.tick());
  try {
    await untilStopped(daemon, installation, options, log);
  } finally {
    waker.cancel();
    await daemon.stop();
    await installation.store.close();
  }
  log.info('stopped');
  return EXIT.well;
}

/** Ticks until a signal asks to stop. */
async function untilStopped(
  daemon: Daemon,
  installation: Installation,
  options: GlobalOptions,
  log: Logger,
): Promise<void> {
  const { schedule } = await import('node-cron');
  using interruption = listenForInterruption(() => log.info({ running: daemon.running }, 'stopping'));
  const reload = (): void => void reloadConfiguration(daemon, installation, options, log);
  process.on('SIGHUP', reload);
  const ticks = schedule(EVERY_MINUTE, () => daemon.tick(), { suppressMissedWarning: true });
  try {
    const { jobs } = installation.configuration;
    log.info({ jobs: jobs.filter((job) => job.enabled).map((job) => job.id), pid: process.pid }, 'started');
    await daemon.start();
    if (!interruption.signal.aborted)
      await new Promise<void>((stopped) => {
        interruption.signal.addEventListener('abort', () => stopped(), { once: true });
      });
  } finally {
    await ticks.destroy();
    process.off('SIGHUP', reload);
  }
}

/** An invalid configuration is refused as a whole; the accepted one stays in use. */
async function reloadConfiguration(
  daemon: Daemon,
  installation: Installation,
  options: GlobalOptions,
  log: Logger,
): Promise<void> {
  try {
    const { loadConfiguration } = await import('../config/load.ts');
    const result = await loadConfiguration(options.config, process.env);
    if (!result.ok) {
      const { formatFaults } = await import('../config/format-faults.ts');
      const faults = formatFaults(result.faults).split('\n');
      log.error({ faults }, 'the changed configuration has faults; the last accepted one stays in use');
      return;
    }
    if (result.configuration.storeUrl !== installation.configuration.storeUrl)
      log.warn({ store: installation.configuration.storeUrl }, 'another store is used after a restart only');
    await daemon.reload(result.configuration);
    log.info({ jobs: enabledIds(result.configuration) }, 'configuration reloaded');
  } catch (error) {
    log.error({ err: error }, 'the configuration could not be reloaded; the last accepted one stays in use');
  }
}

function enabledIds(configuration: LoadedConfiguration): string[] {
  return configuration.jobs.filter((job) => job.enabled).map((job) => job.id);
}

async function runAndReport(installation: Installation, job: Job, signal: AbortSignal, log: Logger): Promise<void> {
  const { runOneCycle } = await import('./run-cycle.ts');
  const run = await runOneCycle(
    installation,
    job,
    { request: { trigger: 'schedule', dryRun: false }, waitMilliseconds: 0 },
    {
      environment: process.env,
      log,
      signal,
      progress: ({ jobId, stage, done, total }) => log.debug({ jobId, stage, done, total }, 'progress'),
    },
  );
  report(run, log);
}

/** One line a cycle. */
function report(run: JobRun, log: Logger): void {
  if (!('fault' in run)) {
    const { cycle, counts, requests } = run.summary;
    const fields = { jobId: run.job.id, cycleId: cycle.id, kind: cycle.kind, counts, requests };
    if (counts.held > 0 || counts.failed > 0) log.warn(fields, `cycle ended: ${countsText(counts)}`);
    else log.info(fields, `cycle ended: ${countsText(counts)}`);
    return;
  }
  const { code, message, advice } = run.fault;
  const fields = { jobId: run.job.id, code, advice, ...(run.cycle === undefined ? {} : { cycleId: run.cycle.id }) };
  if (code === 'Interrupted' || code === 'JobBusy') log.info(fields, message);
  else log.error(fields, message);
}

/** One timer for the earliest moment somebody asked for; the minute tick is there anyway. */
function createWaker() {
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;
  return {
    onWake: (listener: () => void): void => {
      wake = listener;
    },
    wakeAt: (moment: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => wake(), Math.min(LONGEST_SLEEP_MS, Math.max(0, moment - Date.now())));
    },
    cancel: (): void => clearTimeout(timer),
  };
}
