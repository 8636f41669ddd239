// `scimsync store …`: the file with everything that scimsync knows.
import { type Command, Option } from 'commander';
import { runAction } from './action.ts';

/** Adds the command with its subcommands. */
export function registerStore(program: Command): void {
  const store = program
    .command('store')
    .description('the file with everything that scimsync knows: backup, migrate, purge');
  registerBackup(store);
  registerMigrate(store);
  registerPurge(store);
}

function registerBackup(store: Command): void {
  store
    .command('backup')
    .description('copy the store while it is in use, and check the copy')
    .argument('<file>', 'the file to write; its folder must exist')
    .option('--overwrite', 'replace a file that is there already')
    .addHelpText(
      'after',
      `
Safe while a daemon or a cycle writes: the copy is of one moment. It is for its owner only (0600), holds personal data, and
appears under its name only after SQLite's integrity check. How to restore it: docs/store.md.

Example:
  scimsync store backup /var/backups/scimsync-$(date +%F).db`,
    )
    .action(async (file: string, _options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { backupToFile } = await import('./store-backup.ts');
        return backupToFile(file, command.opts<{ overwrite?: true }>().overwrite === true, options, terminal);
      }),
    );
}

function registerMigrate(store: Command): void {
  store
    .command('migrate')
    .description('whether the store suits this version, and bring it up to date')
    .addOption(new Option('--check', 'only say how far it is').conflicts('apply'))
    .option('--apply', 'bring it up to date')
    .addHelpText(
      'after',
      `
Any command of a newer version that opens the store brings it up to date by itself, in one transaction; --apply is for
whoever wants to see it done. A copy of the store as it was is left beside it (scimsync.db.before-…).

Examples:
  scimsync store migrate --check
  scimsync store migrate --apply`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { migrateStore } = await import('./store-migrate.ts');
        const { apply, check } = command.opts<{ apply?: true; check?: true }>();
        return migrateStore({ apply: apply === true, check: check === true }, options, terminal);
      }),
    );
}

function registerPurge(store: Command): void {
  store
    .command('purge')
    .description('remove personal data beyond its retention now, and rewrite the file')
    .option('--object <id>', 'also every log entry about this source id, however young')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Cycles forget by themselves, in small portions; this does all of it at once. What was removed is gone from the file as well,
not only from its tables. Accounts and links stay as they are. Refused while a cycle runs.

Examples:
  scimsync store purge
  scimsync store purge --object 41c2d0a5-6a3b-4f7e-9f1e-0d3c5b7a9e11`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, async (options, terminal) => {
        const { purgeNow } = await import('./store-purge.ts');
        const { object, yes } = command.opts<{ object?: string; yes?: true }>();
        return purgeNow({ person: object ?? null, yes: yes === true }, options, terminal);
      }),
    );
}
