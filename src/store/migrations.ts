// Forward-only migrations, in order. A migration that has shipped is never edited; a new one is appended.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { firstTables } from './first-tables.ts';
import { heldConfiguration } from './held-configuration-migration.ts';
import {
  beforeImages,
  contentOfChanges,
  decidedChanges,
  departures,
  membershipImages,
  membershipImagesByRequest,
  reconciledJobs,
  unjudgedAccounts,
  usedTargets,
} from './later-tables.ts';
import type { Tables } from './schema.ts';

const text = 'text' as const;
const int = 'bigint' as const;

/** The changes of a phase are read in pages by id. */
async function pagesOfChanges(db: Kysely<Tables>): Promise<void> {
  await db.schema.dropIndex('change_by_status').execute();
  await db.schema.createIndex('change_by_status').on('change').columns(['job_id', 'status', 'phase', 'id']).execute();
}

/** Which target the links of a job belong to. */
async function boundTargets(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('job').addColumn('target_root', text).execute();
}

/** Observed jobs, first contact, pauses, protected accounts, and what a job belongs to. */
async function fitForRealTenants(db: Kysely<Tables>): Promise<void> {
  const columns: readonly (readonly [string, typeof text | typeof int])[] = [
    ['tenant_id', text],
    ['service_principal_id', text],
    ['file', text],
    ['last_success', int],
    ['paused_since', int],
    ['paused_until', int],
    ['pause_reason', text],
    ['mode', text],
    ['mode_since', int],
    ['match_report', text],
    ['protect_hash', text],
  ];
  for (const [name, type] of columns) await db.schema.alterTable('job').addColumn(name, type).execute();
  const numbers: readonly (readonly ['job' | 'source_object' | 'link' | 'change', string])[] = [
    ['job', 'quiet_cycles'],
    ['job', 'contacted'],
    ['source_object', 'observed_seq'],
    ['link', 'protected'],
    ['change', 'differences'],
  ];
  for (const [table, name] of numbers)
    await db.schema
      .alterTable(table)
      .addColumn(name, int, (c) => c.notNull().defaultTo(0))
      .execute();
  await db.schema
    .alterTable('cycle')
    .addColumn('mode', text, (c) => c.notNull().defaultTo('enforce'))
    .execute();
  await db.schema.alterTable('change').renameColumn('removal_class', 'guard_class').execute();
  // A job that has ended an initial cycle has met its target.
  await db.updateTable('job').set({ contacted: 1, mode: 'enforce' }).where('initial_done', '=', 1).execute();
}

/** What recipients of e-mail were told. */
async function toldAlerts(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('alert')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('opened_at', int, (c) => c.notNull())
    .addColumn('last_sent', int)
    .addColumn('claimed_until', int, (c) => c.notNull())
    .addColumn('detail', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('alert_identity', ['job_id', 'kind'])
    .execute();
}

/** Which daemons run, so that a due time can be told from a hope. */
async function runningDaemons(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('daemon')
    .addColumn('owner', text, (c) => c.primaryKey())
    .addColumn('seen_at', int, (c) => c.notNull())
    .execute();
}

/** Which memberships a held change is about, and how many things a change counts for its guard. */
async function heldMemberships(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('held_membership')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('group_id', text, (c) => c.notNull())
    .addColumn('member_id', text, (c) => c.notNull())
    .addColumn('change_id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('held_membership_identity', ['job_id', 'group_id', 'member_id'])
    .execute();
  await db.schema
    .alterTable('change')
    .addColumn('amount', int, (c) => c.notNull().defaultTo(1))
    .execute();
}

/** People in the recycle bin of whom nothing else is known. */
async function recycledPeople(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('recycled_person')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('recycled_person_identity', ['job_id', 'id'])
    .execute();
}

/** How many assignments are left out because they hold Default Access only. */
async function countedDefaultAccess(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('job')
    .addColumn('default_access_left_out', int, (c) => c.notNull().defaultTo(0))
    .execute();
}

/** Which of the groups that scoping filters name hold a person. */
async function notedMemberships(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('source_object').addColumn('member_of', text).execute();
}

/** For which day everybody was last planned, where mappings depend on the day. */
async function plannedDays(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('job').addColumn('planned_day', text).execute();
}

/** Quarantines, restarts that somebody asked for, and which failures are about references only. */
async function quarantines(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('quarantine')
    .addColumn('job_id', text, (c) => c.primaryKey())
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('current_began', int, (c) => c.notNull())
    .addColumn('next_attempt', int, (c) => c.notNull())
    .addColumn('series_began', int, (c) => c.notNull())
    .addColumn('series_count', int, (c) => c.notNull())
    .addColumn('error', text)
    .execute();
  await db.schema
    .alterTable('escrow')
    .addColumn('reference', int, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('job').addColumn('restart_scopes', text).execute();
  await db.schema
    .alterTable('job')
    .addColumn('link_reset', int, (c) => c.notNull().defaultTo(0))
    .execute();
}

/**
 * Where the store belongs, whether a job has ever written in a whole cycle, and since when people are gone for good. A job
 * that has run in mode enforce, or has links, has written.
 */
async function belongingStores(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('installation')
    .addColumn('id', text, (c) => c.primaryKey())
    .addColumn('mark', text, (c) => c.notNull())
    .addColumn('host', text, (c) => c.notNull())
    .addColumn('path', text, (c) => c.notNull())
    .addColumn('since', int, (c) => c.notNull())
    .execute();
  await db.schema
    .alterTable('job')
    .addColumn('has_written', int, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.updateTable('job').set({ has_written: 1 }).where('mode', '=', 'enforce').execute();
  await db
    .updateTable('job')
    .set({ has_written: 1 })
    .where('id', 'in', (eb) => eb.selectFrom('link').select('job_id'))
    .execute();
  await db.schema.alterTable('source_object').addColumn('gone_since', int).execute();
  await db.schema.createIndex('provisioning_log_by_age').on('provisioning_log').columns(['job_id', 'at']).execute();
}

/** Which accounts are to be read again, and which attributes a target keeps changing. */
async function readBackTargets(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('link')
    .addColumn('verify', int, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('unstable_attribute')
    .addColumn('job_id', text, (c) => c.notNull())
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('source_id', text, (c) => c.notNull())
    .addColumn('attribute', text, (c) => c.notNull())
    .addColumn('wanted', text, (c) => c.notNull())
    .addColumn('found', text, (c) => c.notNull())
    .addColumn('times', int, (c) => c.notNull())
    .addColumn('last_written', int, (c) => c.notNull())
    .addPrimaryKeyConstraint('unstable_attribute_identity', ['job_id', 'kind', 'source_id', 'attribute'])
    .execute();
}

/** What the answers of a target taught; nothing is known of targets that were met before. */
async function learnedTargets(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('job').addColumn('learned', text).execute();
}

/** Name to migration; names sort in the order in which they are applied. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first-tables': { up: firstTables },
  '0002-pages-of-changes': { up: pagesOfChanges },
  '0003-bound-targets': { up: boundTargets },
  '0004-fit-for-real-tenants': { up: fitForRealTenants },
  '0005-told-alerts': { up: toldAlerts },
  '0006-running-daemons': { up: runningDaemons },
  '0007-held-memberships': { up: heldMemberships },
  '0008-recycled-people': { up: recycledPeople },
  '0009-counted-default-access': { up: countedDefaultAccess },
  '0010-noted-memberships': { up: notedMemberships },
  '0011-planned-days': { up: plannedDays },
  '0012-quarantines': { up: quarantines },
  '0013-belonging-stores': { up: belongingStores },
  '0017-read-back-targets': { up: readBackTargets },
  '0018-departures': { up: departures },
  '0019-decided-changes': { up: decidedChanges },
  '0020-before-images': { up: beforeImages },
  '0021-target-usage': { up: usedTargets },
  '0022-held-configuration': { up: heldConfiguration },
  '0023-reconciled-jobs': { up: reconciledJobs },
  '0024-membership-images': { up: membershipImages },
  '0025-learned-targets': { up: learnedTargets },
  '0026-content-of-changes': { up: contentOfChanges },
  '0027-unjudged-accounts': { up: unjudgedAccounts },
  '0028-membership-images-by-request': { up: membershipImagesByRequest },
};
