// `scimsync staged`: the changes a guard holds, as sets that can be approved, and configurations that are held.
import type { Command } from 'commander';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Db } from '../store/database.ts';
import { runAction } from './action.ts';
import type { DecidedChanges } from './decided-changes.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import type { ConfigurationChange, HeldConfiguration } from './held-configuration.ts';
import { configurationText } from './held-configuration-text.ts';
import { setText } from './held-set-text.ts';
import type { HeldSet } from './held-sets.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import type { Terminal } from './terminal.ts';

/** Adds the command. */
export function registerStaged(program: Command): void {
  program
    .command('staged')
    .description('the changes that a guard holds')
    .option('--job <id...>', 'only these jobs')
    .addHelpText(
      'after',
      `
Exit code 3 while changes are held.

Examples:
  scimsync staged
  scimsync staged --job peakon --json      with every object`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => staged(command.opts<{ job?: string[] }>().job, options, terminal)),
    );
}

async function staged(
  ids: readonly string[] | undefined,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const store = await openExistingStore(configuration);
  let shown: Shown = { configurations: [], sets: [], decided: [] };
  try {
    shown = await readShown(store?.db ?? null, configuration, ids);
  } finally {
    await store?.close();
  }
  const { configurations, sets, decided } = shown;
  const waiting = configurations.filter(({ state }) => state !== 'approved').length + sets.length;
  if (options.json) terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
  else {
    if (waiting === 0) terminal.out('Nothing is held.\n');
    for (const each of configurations)
      terminal.out(`${configurationText(each, sameConfiguration(options), terminal.paint)}\n`);
    for (const set of sets) terminal.out(`${setText(set, sameConfiguration(options), terminal.paint)}\n`);
    const { decidedText } = await import('./decided-changes.ts');
    for (const each of decided) terminal.out(`${decidedText(each, terminal.paint)}\n`);
  }
  return waiting === 0 ? EXIT.well : EXIT.held;
}

/** What is held, and what was decided and still stands. */
interface Shown {
  readonly configurations: readonly (HeldConfiguration & { readonly changes: readonly ConfigurationChange[] })[];
  readonly sets: readonly HeldSet[];
  readonly decided: readonly DecidedChanges[];
}

async function readShown(
  db: Db | null,
  configuration: LoadedConfiguration,
  ids: readonly string[] | undefined,
): Promise<Shown> {
  const configured = configuration.jobs.map((job) => job.id);
  const { listJobs } = await import('../store/jobs.ts');
  const stored = db === null ? [] : (await listJobs(db)).map((row) => row.id);
  const known = [...new Set([...configured, ...stored])];
  for (const id of ids ?? []) requireKnownJob(id, known);
  if (db === null) return { configurations: [], sets: [], decided: [] };
  const { readHeldSets } = await import('./held-sets.ts');
  const { readDecided } = await import('./decided-changes.ts');
  const { readConfigurationChanges, readHeldConfiguration } = await import('./held-configuration.ts');
  const configurations: Shown['configurations'][number][] = [];
  const sets: HeldSet[] = [];
  const decided: DecidedChanges[] = [];
  for (const id of ids ?? known) {
    const held = await readHeldConfiguration(db, id, Date.now());
    if (held !== null) configurations.push({ ...held, changes: await readConfigurationChanges(db, id) });
    sets.push(...(await readHeldSets(db, id)));
    decided.push(...(await readDecided(db, id)));
  }
  return { configurations, sets, decided };
}
