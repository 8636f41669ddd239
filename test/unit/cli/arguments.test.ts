// Arguments that nobody asked for: silently ignored, they would make a command mean more than was typed.
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { registerLogs } from '../../../src/cli/logs.ts';
import { registerRoot } from '../../../src/cli/root.ts';

function program(): Command {
  const made = new Command('scimsync');
  made
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeErr: () => undefined });
  registerRoot(made);
  registerLogs(made);
  return made;
}

it.each([['help'], ['help', 'logs']])('%s shows help', async (...args) => {
  await expect(program().parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
});

it.each([[['logs', 'peakon']], [['logs', '--limit', '3', 'peakon']], [['--dry-run', 'logs']]])(
  '%j is refused before anything is done',
  async (args) => {
    await expect(program().parseAsync(args, { from: 'user' })).rejects.toThrow(/peakon" has no meaning|has no effect/);
  },
);
