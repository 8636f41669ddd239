// The program itself: `--sync-now` with what belongs to it, and what happens when no command is given.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { suggestion } from '../config/suggestion.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { parseDuration } from './duration-text.ts';

const DEFAULT_WAIT_MS = 600_000;
const SYNC_HEADING = 'One cycle now:';

interface RootFlags {
  readonly syncNow?: true;
  readonly job?: readonly string[];
  readonly dryRun?: true;
  readonly wait?: number;
  readonly limit?: number;
}

/** Adds description, options, examples and the action of the program. */
export function registerRoot(program: Command): void {
  const options = [
    new Option('--sync-now', 'run one cycle of every enabled job, then exit'),
    new Option('--job <id...>', 'only these jobs'),
    new Option('--dry-run', 'plan only: nothing is written to a target'),
    new Option('--limit <n>', 'create or change at most so many people and groups, and read each back').argParser(
      parseLimit,
    ),
    new Option('--wait <duration>', 'how long to wait for another process that runs the job (default: 10m)').argParser(
      parseDuration,
    ),
  ];
  for (const option of options) program.addOption(option.helpGroup(SYNC_HEADING));
  program
    .description('Keeps SCIM 2.0 targets in step with the users and groups that Microsoft Entra assigns to them.')
    .usage('[command] [options]')
    .allowExcessArguments()
    .helpCommand('help [command]', 'what there is, or how one command is used')
    .addHelpText('after', EXAMPLES)
    .hook('preAction', refuseSyncOptions)
    .action(async (_options: unknown, command: Command) => runAction(command, rootAction(command)));
}

const EXAMPLES = `
Examples:
  scimsync validate                       check all files of ./config
  scimsync test-connection --job peakon   can the directory be read, does the target answer
  scimsync --sync-now --dry-run           what would happen
  scimsync --sync-now --limit 10          ten people or groups, each read back from the target
  scimsync --sync-now                     one cycle of every enabled job
  scimsync daemon                         every job on its interval

Exit codes: 0 well, 1 configuration or usage, 2 some objects failed, 3 changes are held, a job is in quarantine or
has lost its configuration, 4 a job could not run.`;

function rootAction(command: Command): Parameters<typeof runAction>[1] {
  return async (options, terminal) => {
    const [unknown] = command.args;
    if (unknown !== undefined) throw unknownCommand(unknown, command);
    const flags = command.opts<RootFlags>();
    if (flags.syncNow === undefined) {
      refuseWithoutSyncNow(flags);
      const { overview } = await import('./overview.ts');
      return overview(options, terminal, command);
    }
    if (flags.limit !== undefined && flags.dryRun === true)
      throw new CommandFault('--limit has no meaning with --dry-run, which writes nothing.');
    const { syncNow } = await import('./sync-now.ts');
    return syncNow(
      {
        ...(flags.job === undefined ? {} : { jobs: flags.job }),
        dryRun: flags.dryRun === true,
        waitMilliseconds: flags.wait ?? DEFAULT_WAIT_MS,
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
      },
      options,
      terminal,
    );
  };
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('Give a number of people and groups, for instance 10.');
  return Number(text);
}

function unknownCommand(name: string, program: Command): CommandFault {
  const names = program.commands.map((each) => each.name());
  const advice = suggestion(name, names) ?? 'scimsync --help lists the commands.';
  return new CommandFault(`There is no command ${JSON.stringify(name)}. ${advice}`);
}

/** `scimsync --dry-run approve …` must not be taken for what it is not. */
function refuseSyncOptions(program: Command, actionCommand: Command): void {
  if (actionCommand === program) return;
  const given = syncOptionsIn(program.opts<RootFlags>());
  if (given.length > 0)
    program.error(`error: ${given.join(', ')} before the command has no effect on "${actionCommand.name()}".`);
  // `scimsync logs peakon` must not show the log of all jobs. Only the program itself looks at its arguments.
  const { registeredArguments: expected } = actionCommand;
  const [extra] = expected.at(-1)?.variadic === true ? [] : actionCommand.args.slice(expected.length);
  if (extra !== undefined) {
    const name = actionCommand.name();
    program.error(`error: ${JSON.stringify(extra)} has no meaning for "${name}". See scimsync ${name} --help.`);
  }
}

function refuseWithoutSyncNow(flags: RootFlags): void {
  const given = syncOptionsIn(flags);
  if (given.length > 0)
    throw new CommandFault(`${given.join(', ')} needs --sync-now or a command. See scimsync --help.`);
}

function syncOptionsIn(flags: RootFlags): string[] {
  const names = { syncNow: '--sync-now', job: '--job', dryRun: '--dry-run', wait: '--wait', limit: '--limit' } as const;
  return Object.entries(names).flatMap(([key, name]) => (flags[key as keyof RootFlags] === undefined ? [] : [name]));
}
