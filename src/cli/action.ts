// Runs the action of a command: gives it its options and streams, and turns what it throws into text and an exit code.
import type { Command } from 'commander';
import { READ_ONLY_VARIABLE } from '../config/read-only.ts';
import { TOLERANT_VARIABLE } from '../config/tolerant.ts';
import { ERROR_TABLE, JobFault } from '../model/errors.ts';
import { storeFault } from '../store/store-fault.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode, exitCodeFor } from './exit-code.ts';
import { type GlobalOptions, globalOptions } from './global-options.ts';
import { faultExitCode } from './run-outcome.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What a command does. */
export type Action = (options: GlobalOptions, terminal: Terminal) => Promise<ActionResult> | ActionResult;
/** One exit code, or those of several conditions, of which the worst one that counts becomes the exit code. */
export type ActionResult = ExitCode | readonly ExitCode[];

/** Runs the action and sets the exit code of the process. */
export async function runAction(command: Command, action: Action): Promise<void> {
  const options = globalOptions(command);
  const terminal = processTerminal(options.color, process.env);
  let codes: ActionResult;
  try {
    if (options.readOnly) process.env[READ_ONLY_VARIABLE] = '1';
    if (options.tolerant) process.env[TOLERANT_VARIABLE] = '1';
    const { record } = options;
    codes =
      record === undefined
        ? await action(options, terminal)
        : await recorded(record, command, terminal, async () => action(options, terminal));
  } catch (error) {
    codes = reportError(error, terminal);
  }
  process.exitCode = exitCodeFor([codes].flat(), options.failOn);
}

/** Runs an action while every exchange with a target is recorded. */
async function recorded(
  path: string,
  command: Command,
  terminal: Terminal,
  action: () => Promise<ActionResult>,
): Promise<ActionResult> {
  const { beginRecording } = await import('../compose-recording.ts');
  let root = command;
  while (root.parent !== null) root = root.parent;
  const recording = beginning(() => beginRecording(path, root.version() ?? ''));
  try {
    return await action();
  } finally {
    terminal.err(`${printable(recording.finish())}\n`);
  }
}

function beginning<T>(begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    if (error instanceof JobFault) throw new CommandFault(printable(error.message));
    throw error;
  }
}

/** Says what went wrong; only errors of this program itself ask for a report, and none shows a stack trace. */
function reportError(error: unknown, terminal: Pick<Terminal, 'err' | 'paintErr'>): ExitCode {
  if (error instanceof CommandFault) {
    terminal.err(`${error.message}\n`);
    return error.exitCode;
  }
  const { paintErr } = terminal;
  const fault = storeFault(error);
  if (fault !== null) {
    const { advice } = ERROR_TABLE[fault.code];
    terminal.err(`${paintErr('red', fault.code)}: ${printable(fault.message)}\n  ${advice}\n`);
    return faultExitCode(fault.code);
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  terminal.err(`${paintErr('red', 'scimsync failed unexpectedly')}: ${printable(message)}\n`);
  terminal.err('  Please report it with this message, the command and the output of scimsync --version.\n');
  return EXIT.jobFailed;
}
