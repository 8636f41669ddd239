// `scimsync explain ID`: why is this person or group (not) there. Reads the store, then Microsoft Graph and the target with
// very few requests; writes nothing anywhere.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { ConnectedJob, Installation } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Explaining } from '../engine/explain-evidence.ts';
import type { Explanation } from '../engine/explain-result.ts';
import type { Candidate } from '../model/directory-facts.ts';
import type { Job } from '../model/job.ts';
import type { Store } from '../store/database.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { candidateLines, commandText, explanationLines } from './explain-text.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJobs, loadOrFail, openExistingStore, reportRefused } from './load.ts';
import { runFault } from './run-fault.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

interface ExplainFlags {
  readonly job?: readonly string[];
  readonly offline?: true;
}

/** Adds the command. */
export function registerExplain(program: Command): void {
  program
    .command('explain')
    .description('why is this person or group (not) there, and what helps')
    .argument('<id>', 'object id, userPrincipalName, mail, employeeId or display name')
    .option('--job <id...>', 'only these jobs (default: all that know the object)')
    .option('--offline', 'from the store only: ask neither Microsoft Graph nor the target')
    .addHelpText(
      'after',
      `
Reads only: at most 4 requests to Microsoft Graph and 2 to the target for each job.
Exit code 1 when nobody, or more than one object, has this name.

Examples:
  scimsync explain ana.ruiz@acme.com --job peakon
  scimsync explain "Sales EMEA" --offline
  scimsync explain 41c2ab1e-0000-4000-8000-000000000001 --json`,
    )
    .action(async (text: string, _options: unknown, command: Command) =>
      runAction(command, (options, terminal) => explain(text, command.opts<ExplainFlags>(), options, terminal)),
    );
}

/** One job's answer, and what it cost. */
interface JobAnswer {
  readonly explanation: Explanation | null;
  readonly requests: { readonly graph: number; readonly scim: number };
  /** Reads that were refused while the object was looked for. */
  readonly notRead: readonly string[];
}

async function explain(
  text: string,
  flags: ExplainFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const jobs = flags.job === undefined ? configuration.jobs : chosenJobs(configuration, flags.job);
  const refused = flags.job === undefined ? reportRefused(configuration, terminal) : EXIT.well;
  const { openStore } = await import('../store/database.ts');
  const scratch = await openStore('sqlite::memory:');
  const store = (await openExistingStore(configuration)) ?? scratch;
  using interruption = listenForInterruption(() => undefined);
  const { signal } = interruption;
  try {
    const answers: JobAnswer[] = [];
    for (const job of jobs) {
      // A job that is not enabled is nobody's plan: it is explained when it was named, or from the store.
      const offline = flags.offline === true || (!job.enabled && flags.job === undefined);
      answers.push(await explainJob(text, job, { configuration, store, scratch, offline, signal }));
    }
    const { worstFirst } = await import('../engine/explain.ts');
    const known = answers
      .flatMap(({ explanation, requests }) => (explanation === null ? [] : [{ explanation, requests }]))
      .toSorted((left, right) => worstFirst(left.explanation, right.explanation));
    print(text, known, options, terminal);
    if (known.length === 0) throw nobody(text, answers, flags);
    return refused;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandFault('Stopped before everything was read.', EXIT.jobFailed);
  } finally {
    if (store !== scratch) await store.close();
    await scratch.close();
  }
}

interface Place {
  readonly configuration: LoadedConfiguration;
  readonly store: Store;
  readonly scratch: Store;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

async function explainJob(text: string, job: Job, place: Place): Promise<JobAnswer> {
  const { explainObject, findSubject } = await import('../engine/explain.ts');
  const { about, connected, notRead } = await lookingAt(job, place);
  const subject = await findSubject(text, about);
  if (subject.type === 'several') throw ambiguous(text, subject.candidates);
  const explanation = subject.type === 'one' ? await explainObject(subject, about) : null;
  const refused = subject.type === 'nobody' ? subject.notRead : [];
  return {
    explanation: explanation === null ? null : { ...explanation, notRead: [...notRead, ...explanation.notRead] },
    requests: { graph: connected?.source.requests.graph ?? 0, scim: connected?.io.target.requests.scim ?? 0 },
    notRead: [...notRead, ...refused].map((why) => `${job.id}: ${why}`),
  };
}

/** What a job is looked at with; without its secrets, from the store only. */
async function lookingAt(
  job: Job,
  { configuration, store, scratch, offline, signal }: Place,
): Promise<{ about: Explaining; connected: ConnectedJob | null; notRead: readonly string[] }> {
  const { compileJobInForce, connectJob, forgetfulRealms, systemClock } = await import('../compose.ts');
  const base = {
    // While a changed configuration is held, the job works with the accepted one.
    job: await compileJobInForce(configuration, job, store),
    store,
    scratch,
    clock: systemClock,
    random: randomBytes,
    signal,
  };
  const alone = { ...base, directory: null, io: null };
  if (offline) return { about: alone, connected: null, notRead: [] };
  try {
    const identity = { owner: '', isGone: () => false };
    const installation: Installation = { configuration, store, identity, realms: forgetfulRealms() };
    const log = { info: () => undefined, warn: () => undefined };
    const surroundings = { environment: process.env, log, signal, progress: () => undefined };
    const connected = await connectJob(installation, job, surroundings);
    const about = { ...base, directory: connected.source.explains, io: connected.io };
    return { about, connected, notRead: [] };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = runFault(error, signal);
    return { about: alone, connected: null, notRead: [`Microsoft Graph and the target: ${code}: ${message}`] };
  }
}

function ambiguous(text: string, candidates: readonly Candidate[]): CommandFault {
  const lines = candidateLines(candidates).join('\n');
  return new CommandFault(`${JSON.stringify(text)} is the name of several; give one of these ids:\n${lines}`);
}

function print(
  text: string,
  known: readonly { readonly explanation: Explanation; readonly requests: JobAnswer['requests'] }[],
  options: GlobalOptions,
  terminal: Terminal,
): void {
  const suffix = sameConfiguration(options);
  if (options.json) {
    const jobs = known.map(({ explanation, requests }) => ({ ...withCommands(explanation, suffix), requests }));
    terminal.out(`${JSON.stringify({ query: text, jobs }, null, 2)}\n`);
    return;
  }
  known.forEach(({ explanation }, index) => {
    const lines = explanationLines(explanation, suffix, terminal.paint).join('\n');
    terminal.out(`${index === 0 ? '' : '\n'}${lines}\n`);
  });
}

function withCommands(explanation: Explanation, suffix: string) {
  return {
    ...explanation,
    remedy: explanation.remedy.map((remedy) => ({
      ...remedy,
      command: remedy.command === null ? null : commandText(remedy.command, suffix),
    })),
  };
}

function nobody(text: string, answers: readonly JobAnswer[], flags: ExplainFlags): CommandFault {
  const name = JSON.stringify(text);
  if (flags.offline === true)
    return new CommandFault(`The store knows nobody as ${name}. Without --offline Microsoft Graph is asked as well.`);
  const refused = [...new Set(answers.flatMap((answer) => answer.notRead))].map((line) => `\n  ${printable(line)}`);
  if (refused.length > 0)
    return new CommandFault(
      `The store knows nobody as ${name}, and not everything could be asked:${refused.join('')}`,
      EXIT.jobFailed,
    );
  const advice = 'Give the object id, the userPrincipalName or the display name as it is; deleted objects by their id.';
  return new CommandFault(`Neither the store nor the directory knows anybody as ${name}. ${advice}`);
}
