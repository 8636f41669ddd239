// The first migration: the tables as the first version had them. Shipped, so never edited.
import { type Kysely, sql } from 'kysely';
import type { Tables } from './schema.ts';

const text = 'text' as const;
const int = 'bigint' as const;

/** Creates the tables. */
export async function firstTables(db: Kysely<Tables>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('job')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('configuration_hash', text, (c) => c.notNull())
    .addColumn('select_hash', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('users_link', text)
    .addColumn('groups_link', text)
    .addColumn('sequence', int, (c) => c.notNull())
    .addColumn('reading', int, (c) => c.notNull())
    .addColumn('initial_done', int, (c) => c.notNull())
    .addColumn('open_cycle_id', text)
    .addColumn('lease_owner', text)
    .addColumn('lease_epoch', int, (c) => c.notNull())
    .addColumn('lease_until', int, (c) => c.notNull())
    .addColumn('last_started', int)
    .addColumn('next_attempt', int, (c) => c.notNull())
    .addColumn('capabilities', text)
    .addColumn('last_fault', text)
    .execute();
  await schema
    .createTable('source_object')
    .addColumn('row_id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('display_name', text)
    .addColumn('attributes', text, (c) => c.notNull())
    .addColumn('manager_id', text)
    .addColumn('roles', text)
    .addColumn('needs_read', int, (c) => c.notNull())
    .addColumn('members_read', int, (c) => c.notNull())
    .addColumn('members_dirty', int, (c) => c.notNull())
    .addColumn('members_verify', int, (c) => c.notNull())
    .addColumn('fresh_match', int, (c) => c.notNull())
    .addColumn('in_scope', int, (c) => c.notNull())
    .addColumn('changed_seq', int, (c) => c.notNull())
    .addColumn('planned_seq', int, (c) => c.notNull())
    .addColumn('seen_reading', int, (c) => c.notNull())
    .addUniqueConstraint('source_object_identity', ['job_id', 'kind', 'id'])
    .execute();
  await sql`create index source_object_to_plan on source_object (job_id, kind, row_id) where changed_seq > planned_seq`.execute(
    db,
  );
  await sql`create index source_object_to_read on source_object (job_id, kind, row_id) where needs_read = 1`.execute(
    db,
  );
  await sql`create index source_object_manager on source_object (job_id, manager_id) where manager_id is not null`.execute(
    db,
  );
  await schema
    .createTable('assignment')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('principal_id', text, (c) => c.notNull())
    .addColumn('principal_type', text, (c) => c.notNull())
    .addColumn('role_id', text, (c) => c.notNull())
    .addColumn('reading', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('assignment_identity', ['job_id', 'principal_id', 'role_id'])
    .execute();
  await schema
    .createTable('member')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('group_id', text, (c) => c.notNull())
    .addColumn('member_id', text, (c) => c.notNull())
    .addColumn('member_type', text, (c) => c.notNull())
    .addColumn('reading', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('member_identity', ['job_id', 'group_id', 'member_id'])
    .execute();
  await schema.createIndex('member_by_member').on('member').columns(['job_id', 'member_id', 'group_id']).execute();
  await schema
    .createTable('link')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('matched_by', text, (c) => c.notNull())
    .addColumn('exported', text, (c) => c.notNull())
    .addColumn('active', int, (c) => c.notNull())
    .addColumn('email', text)
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('linked_at', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('link_identity', ['job_id', 'kind', 'source_id'])
    .addUniqueConstraint('link_target', ['job_id', 'kind', 'target_id'])
    .execute();
  await schema
    .createTable('target_member')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('group_id', text, (c) => c.notNull())
    .addColumn('member_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('target_member_identity', ['job_id', 'group_id', 'member_id'])
    .execute();
  await schema.createIndex('target_member_by_member').on('target_member').columns(['job_id', 'member_id']).execute();
  await schema
    .createTable('pending_reference')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('target_attribute', text, (c) => c.notNull())
    .addColumn('referenced_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('pending_reference_identity', ['job_id', 'source_id', 'target_attribute'])
    .execute();
  await schema
    .createTable('change')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('display_name', text)
    .addColumn('phase', int, (c) => c.notNull())
    .addColumn('action', text, (c) => c.notNull())
    .addColumn('target_id', text)
    .addColumn('waits_for', text)
    .addColumn('removal_class', text)
    .addColumn('event', text)
    .addColumn('payload', text)
    .addColumn('steps', text)
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('created_at', int, (c) => c.notNull())
    .addColumn('settled_at', int)
    .execute();
  await schema.createIndex('change_by_status').on('change').columns(['job_id', 'status', 'phase']).execute();
  await schema.createIndex('change_by_object').on('change').columns(['job_id', 'kind', 'source_id']).execute();
  await sql`create index change_removals on change (job_id, removal_class, settled_at) where removal_class is not null`.execute(
    db,
  );
  await schema
    .createTable('escrow')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('display_name', text)
    .addColumn('code', text, (c) => c.notNull())
    .addColumn('message', text, (c) => c.notNull())
    .addColumn('attempts', int, (c) => c.notNull())
    .addColumn('first_seen', int, (c) => c.notNull())
    .addColumn('next_attempt', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('escrow_identity', ['job_id', 'kind', 'source_id'])
    .execute();
  await schema
    .createTable('cycle')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('trigger', text, (c) => c.notNull())
    .addColumn('dry_run', int, (c) => c.notNull())
    .addColumn('time_began', text, (c) => c.notNull())
    .addColumn('time_ended', text)
    .addColumn('counts', text)
    .addColumn('requests', text)
    .execute();
  await schema.createIndex('cycle_by_job').on('cycle').columns(['job_id', 'time_began']).execute();
  await schema
    .createTable('provisioning_log')
    .addColumn('seq', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('cycle_id', text, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('display_name', text)
    .addColumn('action', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('entry', text, (c) => c.notNull())
    .execute();
  await schema
    .createIndex('provisioning_log_by_object')
    .on('provisioning_log')
    .columns(['job_id', 'source_id'])
    .execute();
  await schema
    .createTable('target_resource')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addColumn('resource', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('target_resource_identity', ['job_id', 'kind', 'target_id'])
    .execute();
  await schema
    .createTable('target_key')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('attribute', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('target_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('target_key_identity', ['job_id', 'kind', 'attribute', 'value', 'target_id'])
    .execute();
}
