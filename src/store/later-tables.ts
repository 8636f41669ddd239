// Migrations of leavers, decisions, undo and limits. Shipped, so never edited.
import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

const text = 'text' as const;
const int = 'bigint' as const;

/** Who left, since when, and what came of it. */
export async function departures(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('departure')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('event', text, (c) => c.notNull())
    .addColumn('disabled_at', int)
    .addColumn('first_seen', int, (c) => c.notNull())
    .addColumn('outcome', text)
    .addColumn('confirmed_at', int)
    .addColumn('delete_at', int)
    .addColumn('deleted_at', int)
    .addColumn('stripped_at', int)
    .addColumn('set_values', text)
    .addColumn('ended_at', int)
    .addColumn('ended_by', text)
    .execute();
  await db.schema.createIndex('departure_by_person').on('departure').columns(['job_id', 'source_id']).execute();
  await db.schema.createIndex('departure_by_time').on('departure').columns(['job_id', 'first_seen']).execute();
  await db.schema
    .createTable('sequence_mark')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('after_sequence', int, (c) => c.notNull())
    .addColumn('at', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('sequence_mark_key', ['job_id', 'after_sequence'])
    .execute();
}

/** Who decided about what is held, and which changes a changed configuration has caused. */
export async function decidedChanges(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('job')
    .addColumn('effective_hash', text, (c) => c.notNull().defaultTo(''))
    .execute();
  await db
    .updateTable('job')
    .set((eb) => ({ effective_hash: eb.ref('configuration_hash') }))
    .execute();
  for (const [table, name] of [
    ['job', 'configuration_seq'],
    ['change', 'by_configuration'],
  ] as const)
    await db.schema
      .alterTable(table)
      .addColumn(name, int, (c) => c.notNull().defaultTo(0))
      .execute();
  for (const [name, type] of [
    ['decided_by', text],
    ['decided_at', int],
    ['decision_reason', text],
    ['decided_until', int],
  ] as const)
    await db.schema.alterTable('change').addColumn(name, type).execute();
}

/** What accounts held before a cycle wrote to them. */
export async function beforeImages(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('before_image')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('display_name', text)
    .addColumn('action', text, (c) => c.notNull())
    .addColumn('event', text)
    .addColumn('attributes', text, (c) => c.notNull())
    .addColumn('at', int, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('before_image_by_cycle').on('before_image').columns(['job_id', 'cycle_id']).execute();
  await db.schema.createIndex('before_image_by_age').on('before_image').columns(['job_id', 'at']).execute();
}

/** When the target of a job was read back last. */
export async function reconciledJobs(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('job').addColumn('reconciled_at', int).execute();
}

/** What was used of the limits of targets, across restarts. */
export async function usedTargets(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('target_usage')
    .addColumn('realm', text, (c) => c.notNull())
    .addColumn('counted', text, (c) => c.notNull())
    .addColumn('at', int, (c) => c.notNull())
    .addColumn('operations', int, (c) => c.notNull())
    .addColumn('expires', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('target_usage_identity', ['realm', 'counted', 'at'])
    .execute();
}

/** Which memberships a cycle added and removed. */
export async function membershipImages(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('membership_image')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('group_id', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('member_id', text, (c) => c.notNull())
    .addColumn('direction', text, (c) => c.notNull())
    .addColumn('at', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('membership_image_identity', ['job_id', 'cycle_id', 'group_id', 'member_id'])
    .execute();
  await db.schema.createIndex('membership_image_by_age').on('membership_image').columns(['job_id', 'at']).execute();
  await db.schema.createIndex('membership_image_by_member').on('membership_image').column('member_id').execute();
}

/** What changes carry is in a table of its own, so that marking a change does not write all of it again. */
export async function contentOfChanges(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('change_content')
    .addColumn('change_id', text, (c) => c.primaryKey().references('change.id').onDelete('cascade'))
    .addColumn('payload', text)
    .addColumn('steps', text)
    .execute();
  await sql`insert into change_content (change_id, payload, steps) select id, payload, steps from change
    where payload is not null or steps is not null`.execute(db);
  await db.schema.alterTable('change').dropColumn('payload').execute();
  await db.schema.alterTable('change').dropColumn('steps').execute();
}

/** Accounts of which it is not known yet whether they are protected: few or none, and looked for with every settled group. */
export async function unjudgedAccounts(db: Kysely<Tables>): Promise<void> {
  await sql`create index link_unjudged on link (job_id, source_id) where protected = 2`.execute(db);
}

/** Images of memberships by request, with a list of members, instead of by member. */
export async function membershipImagesByRequest(db: Kysely<Tables>): Promise<void> {
  for (const name of ['membership_image_by_age', 'membership_image_by_member'])
    await db.schema.dropIndex(name).execute();
  await db.schema.alterTable('membership_image').renameTo('former_membership_image').execute();
  await db.schema
    .createTable('membership_image')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('group_id', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('direction', text, (c) => c.notNull())
    .addColumn('members', text, (c) => c.notNull())
    .addColumn('at', int, (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('membership_image_by_cycle')
    .on('membership_image')
    .columns(['job_id', 'cycle_id'])
    .execute();
  await db.schema.createIndex('membership_image_by_age').on('membership_image').columns(['job_id', 'at']).execute();
  await sql`insert into membership_image (id, job_id, cycle_id, group_id, target_id, direction, members, at)
    select lower(hex(randomblob(16))), job_id, cycle_id, group_id, target_id, direction, json_group_array(member_id), at
    from former_membership_image group by job_id, cycle_id, group_id, target_id, direction, at`.execute(db);
  await db.schema.dropTable('former_membership_image').execute();
}
