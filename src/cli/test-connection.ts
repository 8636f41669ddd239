// `scimsync test-connection`: can the directory be read, and does the target answer as a SCIM service. Writes nothing.
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { ConnectedJob, Installation } from '../compose.ts';
import type { Job } from '../model/job.ts';
import type { LearnedFacts } from '../scim/learned.ts';
import { runAction } from './action.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail, reportRefused } from './load.ts';
import { programName } from './program-name.ts';
import { runFault } from './run-fault.ts';
import type { ConnectionCheck } from './target-checks.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Adds the command. */
export function registerTestConnection(program: Command): void {
  program
    .command('test-connection')
    .description('can the directory be read, does the target answer')
    .option('--job <id...>', 'only these jobs')
    .addHelpText(
      'after',
      `
Reads only. Exit code 4 when a check fails.

Examples:
  scimsync test-connection
  scimsync test-connection --job peakon --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) =>
        testConnections(command.opts<{ job?: string[] }>().job, options, terminal),
      ),
    );
}

interface JobChecks {
  readonly id: string;
  readonly ok: boolean;
  readonly source: readonly ConnectionCheck[];
  readonly target: readonly ConnectionCheck[];
}

async function testConnections(
  ids: readonly string[] | undefined,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const jobs = chosenJobs(configuration, ids);
  const refused = ids === undefined ? reportRefused(configuration, terminal) : EXIT.well;
  const { openToLook } = await import('../compose.ts');
  const installation = await openToLook(configuration);
  const results: JobChecks[] = [];
  try {
    using interruption = listenForInterruption(() => undefined);
    for (const job of jobs) {
      const checks = await checkJob(installation, job, interruption.signal);
      results.push(checks);
      if (!options.json) printChecks(checks, terminal);
    }
  } finally {
    await installation.store.close();
  }
  const ok = results.every((each) => each.ok);
  if (options.json) terminal.out(`${JSON.stringify({ ok, jobs: results }, null, 2)}\n`);
  else if (results.length === 0)
    terminal.err(
      `There is no enabled job${refused === EXIT.well ? '' : ' without faults'} in ${options.config}/jobs.\n`,
    );
  else terminal.out(`${summaryLine(results, options)}\n`);
  return worstExitCode([refused, ok ? EXIT.well : EXIT.jobFailed]);
}

async function checkJob(installation: Installation, job: Job, signal: AbortSignal): Promise<JobChecks> {
  const connected = await connect(installation, job, signal);
  if (!('compiled' in connected)) return { id: job.id, ok: false, source: [connected], target: [] };
  const source = await checks('source', signal, () =>
    connected.source.testConnection(job.source.servicePrincipalId, signal),
  );
  const { checkTarget } = await import('./target-checks.ts');
  const { checkAuthentication } = await import('./authentication-check.ts');
  const target = await checks('target', signal, async () => {
    const authentication = await checkAuthentication(job.target, connected.authentication, signal);
    if (authentication.some(({ ok }) => ok === false)) return authentication;
    const { learnedCheck } = await import('./learned-check.ts');
    const learned = await recallLearned(installation, connected);
    const checked = await checkTarget(connected.compiled, connected.io.target, randomUUID(), signal);
    return [
      ...authentication,
      ...checked,
      ...[learnedCheck(learned, connected.compiled)].filter((each) => each !== null),
    ];
  });
  return { id: job.id, ok: [...source, ...target].every((check) => check.ok !== false), source, target };
}

/** Earlier cycles know how to ask this target; a target that the job does not belong to is asked as if for the first time. */
async function recallLearned({ store }: Installation, { compiled, io }: ConnectedJob): Promise<LearnedFacts> {
  const { findJob } = await import('../store/jobs.ts');
  const { learnedFrom } = await import('../scim/learned.ts');
  const { NO_DISCOVERY } = await import('../scim/capabilities.ts');
  const row = await findJob(store.db, compiled.id);
  const isSame = row?.target_root === compiled.targetRoot;
  const learned = learnedFrom(isSame ? row.learned : null);
  io.target.remember(NO_DISCOVERY, learned);
  return learned;
}

async function connect(
  installation: Installation,
  job: Job,
  signal: AbortSignal,
): Promise<ConnectedJob | ConnectionCheck> {
  const { connectJob } = await import('../compose.ts');
  const silent = { info: () => undefined, warn: () => undefined };
  try {
    return await connectJob(installation, job, {
      environment: process.env,
      log: silent,
      signal,
      progress: () => undefined,
    });
  } catch (error) {
    return failedCheck('configuration', error, signal);
  }
}

/** Faults that are no answer of the other side (interrupted, unexpected) become a line as well. */
async function checks(
  name: string,
  signal: AbortSignal,
  run: () => Promise<readonly ConnectionCheck[]>,
): Promise<readonly ConnectionCheck[]> {
  try {
    return await run();
  } catch (error) {
    return [failedCheck(name, error, signal)];
  }
}

function failedCheck(name: string, error: unknown, signal: AbortSignal): ConnectionCheck {
  const { code, message, advice } = runFault(error, signal);
  return { name, ok: false, detail: `${code}: ${message}`, advice };
}

function printChecks({ id, source, target }: JobChecks, terminal: Terminal): void {
  terminal.out(`${terminal.paint('bold', id)}\n`);
  for (const [side, lines] of [
    ['source', source],
    ['target', target],
  ] as const) {
    for (const check of lines) {
      terminal.out(
        `  ${markOf(check, terminal.paint)}  ${side}  ${printable(check.name)}: ${printable(check.detail)}\n`,
      );
      if (check.advice !== undefined) terminal.out(`${' '.repeat(23)}${printable(adviceText(check.advice))}\n`);
    }
  }
}

/** Three marks; a warning is an ok in another colour. */
function markOf({ ok, advice }: ConnectionCheck, paint: Terminal['paint']): string {
  if (ok === null) return paint('dim', 'not checked');
  if (!ok) return paint('red', 'not ok     ');
  return advice === undefined ? paint('green', 'ok         ') : paint('yellow', 'ok, but    ');
}

/** Advice that ends with this very command need not say it. */
function adviceText(advice: string): string {
  return advice.replace(/; then run test-connection\.$/, ', and test again.');
}

/** One line for everything, and what to type next. */
function summaryLine(results: readonly JobChecks[], options: GlobalOptions): string {
  const all = results.flatMap(({ source, target }) => [...source, ...target]);
  const count = (ok: boolean | null): number => all.filter((check) => check.ok === ok).length;
  const failed = results.filter((each) => !each.ok).map((each) => each.id);
  const warnings = all.filter((check) => check.ok === true && check.advice !== undefined).length;
  const facts = [
    `${count(true)} ok${warnings === 0 ? '' : ` (${counted(warnings, 'warning')})`}`,
    ...(count(false) === 0 ? [] : [`${count(false)} not ok`]),
    ...(count(null) === 0 ? [] : [`${count(null)} not checked`]),
  ].join(', ');
  const suffix = sameConfiguration(options);
  const [first] = failed;
  const next =
    first === undefined
      ? `${programName()} plan${suffix}`
      : `put right what is not ok, then ${programName()} test-connection --job ${failed.join(' ')}${suffix}`;
  return `${counted(results.length, 'job')}: ${facts}. Next: ${next}`;
}
