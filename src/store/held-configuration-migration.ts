// Migration: the configuration that a job works with, and the one that is held.
import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

const text = 'text' as const;
const int = 'bigint' as const;

/** Creates the tables. Which configuration a job has worked with so far is learned by its next cycle. */
export async function heldConfiguration(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('job').addColumn('accepted_configuration', text).execute();
  await db.schema.alterTable('job').addColumn('accepted_since', int).execute();
  await db.schema
    .createTable('held_configuration')
    .addColumn('job_id', text, (c) => c.primaryKey())
    .addColumn('hash', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('since', int, (c) => c.notNull())
    .addColumn('reasons', text, (c) => c.notNull())
    .addColumn('decided_by', text)
    .addColumn('decided_at', int)
    .addColumn('decision_reason', text)
    .addColumn('decided_until', int)
    .execute();
  await db.schema
    .createTable('held_configuration_change')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('action', text, (c) => c.notNull())
    .addColumn('guard_class', text, (c) => c.notNull())
    .addColumn('amount', int, (c) => c.notNull())
    .addColumn('shown', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('held_configuration_change_identity', ['job_id', 'kind', 'source_id', 'guard_class'])
    .execute();
}
