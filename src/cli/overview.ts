// `scimsync` without anything: short help, and how the jobs are when there is a configuration. Never starts a cycle.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

/** Prints the commands, then the jobs. Faults of the configuration are counted, not listed. */
export async function overview(options: GlobalOptions, terminal: Terminal, program: Command): Promise<ExitCode> {
  const commands = program.commands.map((each) => `  ${each.name().padEnd(18)}${each.description()}`);
  terminal.out(`scimsync - ${program.description()}\n\n  --sync-now        one cycle of every enabled job, now\n`);
  terminal.out(`${commands.join('\n')}\n\nscimsync --help and scimsync COMMAND --help say more.\n\n`);
  const suffix = sameConfiguration(options);
  if (!existsSync(join(options.config, 'scimsync.yaml'))) {
    terminal.out(
      `There is no ${join(options.config, 'scimsync.yaml')} yet. To try scimsync without a tenant: ${programName()} demo\n`,
    );
    return EXIT.well;
  }
  const { loadConfiguration } = await import('../config/load.ts');
  const result = await loadConfiguration(options.config, process.env);
  if (!result.ok) {
    terminal.out(
      `The configuration has ${counted(result.faults.length, 'fault')}: ${programName()} validate${suffix}\n`,
    );
    return EXIT.configuration;
  }
  const { printStates, readStates } = await import('./status.ts');
  printStates(await readStates(result.configuration), suffix, terminal);
  return EXIT.well;
}
