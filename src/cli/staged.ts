// `scimsync staged`: the changes a guard holds, as sets that can be approved.
import type { Command } from 'commander';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Db } from '../store/database.ts';
import { runAction } from './action.ts';
import { relativeTime } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import type { HeldSet } from './held-sets.ts';
import { loadOrFail, openExistingStore, requireKnownJob } from './load.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

const SHOWN = 20;

/** What a class of held changes is, in words. */
const CLASS_TEXT: Readonly<Record<string, string>> = {
  leavers: 'people who were blocked or deleted',
  scopeLosses: 'people and groups that are no longer assigned or in scope',
  groupDeletes: 'groups that were deleted',
};

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
  let sets: readonly HeldSet[] = [];
  try {
    sets = await readSets(store?.db ?? null, configuration, ids);
  } finally {
    await store?.close();
  }
  if (options.json) terminal.out(`${JSON.stringify({ sets }, null, 2)}\n`);
  else if (sets.length === 0) terminal.out('Nothing is held.\n');
  else for (const set of sets) terminal.out(`${setText(set, options, terminal)}\n`);
  return sets.length === 0 ? EXIT.well : EXIT.held;
}

async function readSets(
  db: Db | null,
  configuration: LoadedConfiguration,
  ids: readonly string[] | undefined,
): Promise<HeldSet[]> {
  const configured = configuration.jobs.map((job) => job.id);
  const { listJobs } = await import('../store/jobs.ts');
  const stored = db === null ? [] : (await listJobs(db)).map((row) => row.id);
  const known = [...new Set([...configured, ...stored])];
  for (const id of ids ?? []) requireKnownJob(id, known);
  if (db === null) return [];
  const { readHeldSets } = await import('./held-sets.ts');
  const sets: HeldSet[] = [];
  for (const id of ids ?? known) sets.push(...(await readHeldSets(db, id)));
  return sets;
}

function setText(held: HeldSet, options: GlobalOptions, terminal: Terminal): string {
  const { paint } = terminal;
  const meaning = CLASS_TEXT[held.guardClass] ?? 'other changes';
  const age = relativeTime(Date.parse(held.oldest), Date.now());
  const rows = held.changes
    .slice(0, SHOWN)
    .map((change) => [
      change.action,
      change.kind,
      printable(change.displayName ?? '(no name)'),
      printable(change.objectId),
      change.event ?? '',
    ]);
  const more = held.count - rows.length;
  return [
    `${paint('bold', held.jobId)}  ${paint('yellow', counted(held.count, 'change'))} held in ${held.guardClass}: ${meaning}; the oldest ${age}`,
    ...alignedRows(rows).map((row) => `  ${row}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    `  approve: scimsync approve --job ${held.jobId} --set ${held.set}${sameConfiguration(options)}`,
  ].join('\n');
}
