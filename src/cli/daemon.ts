// `scimsync daemon`: the process around the daemon: configuration, store, ticks, signals, one log line a cycle.
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Installation } from '../compose.ts';
import { formatFaults } from '../config/format-faults.ts';
import type { LoadedConfiguration, RefusedFile } from '../config/load.ts';
import type { Daemon } from '../daemon.ts';
import type { Job } from '../model/job.ts';
import { AcceptedJobs } from './accepted-jobs.ts';
import { runAction } from './action.ts';
import { DaemonAlerts } from './daemon-alerts.ts';
import type { DaemonWatch } from './daemon-watch.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { loadOrFail } from './load.ts';
import type { LogLevelName } from './log-level.ts';
import { pauseDocument } from './pause-text.ts';
import type { QuarantineWatch } from './quarantine-watch.ts';
import type { JobRun } from './run-cycle.ts';
import { checkStorePlace } from './store-preflight.ts';
import { countsText, plannedText } from './summary-text.ts';

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
  const { DaemonWatch } = await import('./daemon-watch.ts');
  const { QuarantineWatch } = await import('./quarantine-watch.ts');
  checkStorePlace(configuration, (message) => log.warn(message));
  const installation = await openInstallation(configuration, options);
  const accepted = new AcceptedJobs(configuration);
  const watch = new DaemonWatch({ ...installation, configuration: () => accepted.configuration, now: Date.now, log });
  const quarantines = new QuarantineWatch({
    store: installation.store,
    configuration: () => accepted.configuration,
    now: Date.now,
    log,
  });
  const waker = createWaker();
  const watchedSince = Date.now();
  const alerts = new DaemonAlerts({
    now: Date.now,
    look: async () => {
      const { tellAlerts } = await import('./alerting.ts');
      const current = { ...installation, configuration: accepted.configuration };
      const surroundings = { environment: process.env, log, suffix: sameConfiguration(options) };
      return tellAlerts(current, current.configuration.jobs, { now: Date.now(), watchedSince }, surroundings);
    },
  });
  const daemon: Daemon = createDaemon({
    store: installation.store,
    configuration,
    clock: systemClock,
    runCycle: async (job, _current, signal) => {
      await runAndReport({ ...installation, configuration: accepted.configurationOf(job.id) }, job, signal, log);
      alerts.cycleEnded(daemon.running.filter((id) => id !== job.id).length);
    },
    wakeAt: waker.wakeAt,
    log,
  });
  waker.onWake(() => void daemon.tick());
  try {
    await untilStopped(daemon, installation, options, log, accepted, alerts, watch, quarantines);
  } finally {
    waker.cancel();
    await daemon.stop();
    await watch.end();
    await alerts.settled();
    await installation.store.close();
  }
  if (installation.store.gone.aborted) {
    log.error(
      { store: configuration.storeUrl, code: 'StoreReplaced' },
      'the file of the store is another one: stopped',
    );
    return EXIT.jobFailed;
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
  accepted: AcceptedJobs,
  alerts: DaemonAlerts,
  watch: DaemonWatch,
  quarantines: QuarantineWatch,
): Promise<void> {
  const { schedule } = await import('node-cron');
  using interruption = listenForInterruption(() => log.info({ running: daemon.running }, 'stopping'));
  const reload = (): void =>
    void reloadConfiguration(daemon, installation, options, log, accepted).then(async () => {
      await quarantines.tick();
      await Promise.all([daemon.tick(), watch.tellVanished()]);
    });
  process.on('SIGHUP', reload);
  const tick = (): Promise<unknown> => {
    alerts.tick();
    return Promise.all([quarantines.tick().then(() => daemon.tick()), watch.tick()]);
  };
  const ticks = schedule(EVERY_MINUTE, tick, { suppressMissedWarning: true });
  try {
    const { jobs, refused } = installation.configuration;
    for (const file of refused) reportIdle(file, log);
    log.info({ jobs: jobs.filter((job) => job.enabled).map((job) => job.id), pid: process.pid }, 'started');
    await watch.tick();
    await quarantines.tick();
    await daemon.start();
    const end = AbortSignal.any([interruption.signal, installation.store.gone]);
    if (!end.aborted)
      await new Promise<void>((stopped) => {
        end.addEventListener('abort', () => stopped(), { once: true });
      });
  } finally {
    await ticks.destroy();
    process.off('SIGHUP', reload);
  }
}

/** An invalid job file leaves its job as it was accepted last; an invalid scimsync.yaml leaves everything as it was. */
async function reloadConfiguration(
  daemon: Daemon,
  installation: Installation,
  options: GlobalOptions,
  log: Logger,
  accepted: AcceptedJobs,
): Promise<void> {
  try {
    const { loadConfiguration } = await import('../config/load.ts');
    const result = await loadConfiguration(options.config, process.env);
    if (!result.ok) {
      const faults = formatFaults(result.faults).split('\n');
      log.error({ faults }, 'the changed configuration has faults; the last accepted one stays in use');
      return;
    }
    if (result.configuration.storeUrl !== installation.configuration.storeUrl)
      log.warn({ store: installation.configuration.storeUrl }, 'another store is used after a restart only');
    const { configuration, kept, idle } = accepted.change(result.configuration);
    for (const { jobId, refused } of kept)
      log.error(
        { jobId, ...refusedFields(refused) },
        'the job file has faults; its last accepted configuration stays in use',
      );
    for (const file of idle) reportIdle(file, log);
    await daemon.reload(configuration);
    log.info({ jobs: enabledIds(configuration) }, 'configuration reloaded');
  } catch (error) {
    log.error({ err: error }, 'the configuration could not be reloaded; the last accepted one stays in use');
  }
}

function reportIdle(refused: RefusedFile, log: Logger): void {
  const fields = { ...(refused.id === null ? {} : { jobId: refused.id }), ...refusedFields(refused) };
  log.error(fields, 'the file has faults; what it says is not used until they are corrected');
}

function refusedFields({ file, faults }: RefusedFile) {
  return { file, faults: formatFaults(faults).split('\n') };
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
  const { heartbeatOf } = await import('./after-cycle.ts');
  await heartbeatOf(run, installation.configuration, log, process.env);
}

/** One line a cycle. */
function report(run: JobRun, log: Logger): void {
  if ('pause' in run) {
    log.info({ jobId: run.job.id, pause: pauseDocument(run.pause) }, 'the job is paused; its cycle goes on afterwards');
    return;
  }
  if (!('fault' in run)) {
    const { cycle, counts, requests, probe } = run.summary;
    if (probe !== undefined) {
      const { tried, failed } = probe;
      log.warn({ jobId: run.job.id, tried, failed, requests }, 'still in quarantine: the objects that were tried fail');
      return;
    }
    const fields = { jobId: run.job.id, cycleId: cycle.id, kind: cycle.kind, mode: cycle.mode, counts, requests };
    const ended =
      cycle.mode === 'observe'
        ? `cycle observed, it would: ${plannedText(counts)}`
        : `cycle ended: ${countsText(counts)}`;
    if (counts.held > 0 || counts.failed > 0) log.warn(fields, ended);
    else log.info(fields, ended);
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
