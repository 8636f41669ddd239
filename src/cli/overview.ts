// `scimsync` without anything: short help, and how the jobs are when there is a configuration. Never starts a cycle.
import type { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Terminal } from './terminal.ts';

/** Prints the short help. */
export function overview(_options: GlobalOptions, terminal: Terminal, program: Command): ExitCode {
  terminal.out(program.helpInformation());
  return EXIT.well;
}
