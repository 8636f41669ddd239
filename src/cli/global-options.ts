// The options that every command takes, before or after its name.
import { type Command, Option } from 'commander';
import { ALL_CONDITIONS, type FailureCondition, parseFailOn } from './exit-code.ts';
import { LOG_LEVEL_NAMES, type LogLevelName } from './log-level.ts';

/** What was asked for beside the command itself. */
export interface GlobalOptions {
  /** The configuration directory as written. */
  readonly config: string;
  readonly logLevel?: LogLevelName;
  readonly json: boolean;
  readonly color: boolean;
  /** True after --read-only; the variable SCIMSYNC_READ_ONLY says the same. */
  readonly readOnly: boolean;
  /** True after --tolerant; the variable SCIMSYNC_TOLERANT says the same. */
  readonly tolerant: boolean;
  /** True after --take-over: a store that belongs to another place is used here from now on. */
  readonly takeOver: boolean;
  /** The file that every exchange with a target is recorded in. */
  readonly record?: string;
  /** Which conditions the exit code tells. */
  readonly failOn: ReadonlySet<FailureCondition>;
}

const DEFAULT_DIRECTORY = './config';
const HEADING = 'Options of every command:';

/** Adds what the command does not have yet. */
export function addGlobalOptions(command: Command, version: string): void {
  const present = new Set(command.options.map((option) => option.long));
  const options = [
    new Option('--config <dir>', `configuration directory (default: ${DEFAULT_DIRECTORY})`),
    new Option('--log-level <level>', 'how much is logged').choices(LOG_LEVEL_NAMES),
    new Option('--json', 'print the result as JSON'),
    new Option('--no-color', 'no colours (also: NO_COLOR=1)'),
    new Option('--read-only', 'write to no target (also: SCIMSYNC_READ_ONLY=1)'),
    new Option('--tolerant', 'let the dialects entra and entra-legacy adapt to targets, and say each time'),
    new Option('--record <file>', 'save every exchange with targets, without credentials (HAR); the file must be new'),
    new Option('--take-over', 'use a store that was copied or moved here, from now on'),
    new Option(
      '--fail-on <conditions>',
      'conditions that make an exit code: config,job,held,objects or none',
    ).argParser(parseFailOn),
  ];
  for (const option of options) if (!present.has(option.long)) command.addOption(option.helpGroup(HEADING));
  if (!present.has('--version')) command.version(version, '-V, --version', 'print the version');
}

/** The options given before and after the name of the command; the later one counts. */
export function globalOptions(command: Command): GlobalOptions {
  const chain: Record<string, unknown>[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) chain.unshift(each.opts());
  const merged: Record<string, unknown> = Object.assign({}, ...chain);
  const { logLevel, record } = merged;
  return {
    config: chain.flatMap((options) => directoryOf(options['config'])).at(-1) ?? DEFAULT_DIRECTORY,
    ...(typeof logLevel === 'string' ? { logLevel: logLevel as LogLevelName } : {}),
    ...(typeof record === 'string' ? { record } : {}),
    json: merged['json'] === true,
    color: chain.every((options) => options['color'] !== false),
    readOnly: merged['readOnly'] === true,
    tolerant: merged['tolerant'] === true,
    takeOver: merged['takeOver'] === true,
    failOn: merged['failOn'] instanceof Set ? (merged['failOn'] as Set<FailureCondition>) : ALL_CONDITIONS,
  };
}

/** Commands for which `--config` alone means something else keep the directory as a member. */
function directoryOf(config: unknown): string[] {
  if (typeof config === 'string') return [config];
  const { directory } = (config ?? {}) as { readonly directory?: unknown };
  return typeof directory === 'string' ? [directory] : [];
}

/** What has to be added to a suggested command so that it means the same configuration. */
export function sameConfiguration(options: Pick<GlobalOptions, 'config'>): string {
  if (options.config === DEFAULT_DIRECTORY || options.config === 'config') return '';
  const plain = /^[\w./~-]+$/.test(options.config);
  return ` --config ${plain ? options.config : `'${options.config.replaceAll("'", String.raw`'\''`)}'`}`;
}
