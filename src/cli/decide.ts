// `scimsync approve` and `scimsync reject`: decisions about held changes, with who decided, when and why. They send nothing:
// the next cycle plans what was approved afresh and carries out what is still due.
import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { caretLines } from '../config/check-attribute.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { HeldDecision } from '../engine/held-decision.ts';
import { compileHeldCondition, type HeldCondition } from '../rules/held-condition.ts';
import { runAction } from './action.ts';
import type { HeldChoice } from './choose-held.ts';
import { CommandFault } from './command-fault.ts';
import { durationText, parseDuration } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { sizeText } from './held-set-text.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import { parseReason } from './pause.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

const DAY = 86_400_000;
const DEFAULT_MS = 30 * DAY;
const LONGEST_MS = 365 * DAY;

interface DecisionFlags {
  readonly job: string;
  readonly set?: string;
  readonly object?: readonly string[];
  readonly where?: string;
  readonly config?: ConfigFlag;
  readonly reason?: string;
  /** Milliseconds; of a rejection. */
  readonly for?: number;
}

/** `--config` alone is what a changed configuration has caused; `--config DIR` is the option of every command. */
interface ConfigFlag {
  readonly changed?: true;
  readonly directory?: string;
}

/** Adds both commands. */
export function registerDecisions(program: Command): void {
  choosing(program.command('approve').description('let held changes through with the next cycle'))
    .addHelpText(
      'after',
      `
Examples:
  scimsync staged --job peakon
  scimsync approve --job peakon --set leavers-12-3f2a9c01d4 --reason "the office in Lyon closes"
  scimsync approve --job peakon --object 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11
  scimsync approve --job peakon --where 'event eq "unassigned" and department eq "Sales"'`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => decide('approved', command.opts<DecisionFlags>(), options, terminal)),
    );
  choosing(program.command('reject').description('keep held changes from being sent, and from being held again'))
    .addOption(
      new Option('--for <duration>', 'how long, at most 365d').argParser(parseLength).default(DEFAULT_MS, '30d'),
    )
    .addHelpText(
      'after',
      `
What is still due when a rejection ends is held again. Until then scimsync approve --object takes it back.

Examples:
  scimsync reject --job peakon --set scopeLosses-12-3f2a9c01d4 --reason "the group was emptied by mistake"
  scimsync reject --job peakon --object 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11 --for 90d`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => decide('rejected', command.opts<DecisionFlags>(), options, terminal)),
    );
}

function choosing(command: Command): Command {
  return command
    .requiredOption('--job <id>', 'the job')
    .option('--set <set>', 'a set as scimsync staged shows it; refused when it has changed since')
    .option('--object <id...>', 'only the held changes of these people or groups')
    .option('--where <filter>', 'only the held changes that fulfil this SCIM filter over attributes of the directory')
    .addOption(
      new Option(
        '--config [dir]',
        'alone: the changed configuration that is held, or what a new version of scimsync has changed; with a directory: as everywhere',
      )
        .preset('')
        .argParser(
          (value, before: ConfigFlag | undefined): ConfigFlag =>
            value === '' ? { ...before, changed: true } : { ...before, directory: value },
        ),
    )
    .option('--reason <text>', 'shown wherever the decision is', parseReason);
}

function parseLength(text: string): number {
  const length = parseDuration(text);
  if (length <= 0) throw new InvalidArgumentError('A rejection must last longer than that.');
  if (length > LONGEST_MS) throw new InvalidArgumentError('A rejection lasts at most 365d.');
  return length;
}

async function decide(
  verdict: HeldDecision['verdict'],
  flags: DecisionFlags,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuseUnclear(flags);
  const configuration = await loadOrFail(options);
  requireKnownJob(
    flags.job,
    configuration.jobs.map((job) => job.id),
  );
  const suffix = sameConfiguration(options);
  const choice = await choiceOf(flags, configuration);
  const store = await openExistingStore(configuration);
  if (store === null) throw new CommandFault('Nothing has run yet, so nothing is held.');
  try {
    const now = Date.now();
    const until = flags.for === undefined ? null : now + flags.for;
    const decision: HeldDecision = { verdict, by: whoDecides(), at: now, reason: flags.reason ?? null, until };
    const { decideHeld } = await import('./choose-held.ts');
    const result = await decideHeld(store, flags.job, choice, decision);
    if (!result.ok)
      throw new CommandFault(
        `${result.message} Nothing was ${verdict}. Look again: ${programName()} staged --job ${flags.job}${suffix}`,
      );
    const { decided, configuration: whole } = result;
    if (options.json) terminal.out(`${JSON.stringify(documentOf(flags.job, decision, decided, whole), null, 2)}\n`);
    else {
      if (whole !== null) terminal.out(`${configurationText(flags.job, decision, whole, suffix)}\n`);
      const size = sizeText(classOf(choice), decided);
      if (whole === null || decided.length > 0) terminal.out(`${decisionText(flags.job, decision, size, suffix)}\n`);
    }
  } finally {
    await store.close();
  }
  return EXIT.well;
}

function documentOf(job: string, decision: HeldDecision, changes: readonly object[], configuration: number | null) {
  const { verdict, by, at, reason, until } = decision;
  return {
    job,
    [verdict]: changes.length,
    by,
    at: new Date(at).toISOString(),
    reason,
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
    changes,
    ...(configuration === null ? {} : { configuration: { changes: configuration } }),
  };
}

function configurationText(job: string, { verdict }: HeldDecision, changes: number, suffix: string): string {
  const what = `the changed configuration of ${job}, which would make ${counted(changes, 'change')} that guards count`;
  if (verdict === 'approved')
    return `Approved ${what}. The next cycle works with it; now: ${programName()} --sync-now --job ${job}${suffix}`;
  return `Rejected ${what}: the job goes on with the last accepted one. Put the file right, or: ${programName()} approve --job ${job} --config${suffix}`;
}

function decisionText(job: string, { verdict, at, until }: HeldDecision, size: string, suffix: string): string {
  if (verdict === 'approved' || until === null)
    return `Approved ${size} of ${job}. The next cycle carries out what is still due; now: ${programName()} --sync-now --job ${job}${suffix}`;
  const day = new Date(until).toISOString().slice(0, 10);
  return `Rejected ${size} of ${job} until ${day} (${durationText(until - at)}): not sent and not held meanwhile; what is still due then is held again. To take it back: ${programName()} approve --job ${job} --object ID${suffix}`;
}

/** The class of the set; objects may be held in several. */
function classOf(choice: HeldChoice): string | null {
  return 'set' in choice ? (choice.set.split('-')[0] ?? null) : null;
}

function refuseUnclear({ set, object, where, config }: DecisionFlags): void {
  const said = [set, object, where, config?.changed].filter((each) => each !== undefined);
  if (said.length !== 1)
    throw new CommandFault(
      'Say what is decided: one of --set SET, --object ID, --where FILTER or --config. scimsync staged shows what is held.',
    );
}

async function choiceOf(
  { job, set, object, where }: DecisionFlags,
  configuration: LoadedConfiguration,
): Promise<HeldChoice> {
  if (set !== undefined) return { set };
  if (object !== undefined) return { objects: object };
  if (where !== undefined) return { where: await conditionOf(where, job, configuration) };
  const settings = configuration.jobs.find((each) => each.id === job);
  if (settings === undefined) return { byConfiguration: true };
  const { compileJobOf } = await import('../compose.ts');
  return { byConfiguration: true, hash: compileJobOf(configuration, settings).decidingHash };
}

async function conditionOf(text: string, id: string, configuration: LoadedConfiguration): Promise<HeldCondition> {
  const job = configuration.jobs.find((each) => each.id === id);
  if (job === undefined) throw new CommandFault(`There is no job ${JSON.stringify(id)}.`);
  const { compileJobOf } = await import('../compose.ts');
  const { user, group } = compileJobOf(configuration, job);
  const compiled = compileHeldCondition(text, { user: user.properties, group: group?.properties ?? [] });
  if (compiled.ok) return compiled.condition;
  const place = `--where, at character ${compiled.position + 1}: ${compiled.message}`;
  throw new CommandFault(`${place}${caretLines(text, compiled.position)}`);
}

/** The user of the operating system; a container may run as one that has no name. */
function whoDecides(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
