// Configurations that tripped a guard: which one a job does not work with, what it would do, and what was decided.
import { sql } from 'kysely';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { countChanges } from './changes.ts';
import type { Db } from './database.ts';
import type { DecisionColumns } from './decision-columns.ts';
import type {
  HeldConfigurationChangeTable,
  HeldConfigurationState,
  HeldConfigurationTable,
} from './held-configuration-tables.ts';

/** The configuration of a job that is held, or was until a cycle took it; undefined when there is none. */
export function findHeldConfiguration(db: Db, jobId: string): Promise<HeldConfigurationTable | undefined> {
  return db.selectFrom('held_configuration').selectAll().where('job_id', '=', jobId).executeTakeFirst();
}

/** Holds a configuration, in the place of any other. */
export async function holdConfiguration(db: Db, row: HeldConfigurationTable): Promise<void> {
  await endHeldConfiguration(db, row.job_id);
  await db.insertInto('held_configuration').values(row).execute();
}

/** Notes what a held configuration would do. */
export async function noteConfigurationChanges(db: Db, rows: readonly HeldConfigurationChangeTable[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 100)
    await db
      .insertInto('held_configuration_change')
      .values(rows.slice(from, from + 100))
      .execute();
}

/** Nothing is held any more, and nothing that was shown counts. */
export async function endHeldConfiguration(db: Db, jobId: string): Promise<void> {
  await db.deleteFrom('held_configuration_change').where('job_id', '=', jobId).execute();
  await db.deleteFrom('held_configuration').where('job_id', '=', jobId).execute();
}

/** Notes what became of it. */
export async function setConfigurationState(
  db: Db,
  jobId: string,
  state: HeldConfigurationState,
  decision?: DecisionColumns,
): Promise<void> {
  await db
    .updateTable('held_configuration')
    .set({ state, ...decision })
    .where('job_id', '=', jobId)
    .execute();
}

/** What a held configuration would do, by kind and id, in the order of classes. */
export function configurationChanges(db: Db, jobId: string): Promise<HeldConfigurationChangeTable[]> {
  return db
    .selectFrom('held_configuration_change')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('guard_class')
    .orderBy('kind', 'desc')
    .orderBy('source_id')
    .execute();
}

/** How much of one kind a held configuration would do. */
export interface ConfigurationCount {
  readonly guardClass: string;
  readonly kind: string;
  readonly action: string;
  readonly objects: number;
  /** How many things it counts as. */
  readonly amount: number;
}

/** What a held configuration would do, in numbers; most of it first. */
export async function countConfigurationChanges(db: Db, jobId: string): Promise<ConfigurationCount[]> {
  const rows = await db
    .selectFrom('held_configuration_change')
    .select((eb) => [
      'guard_class',
      'kind',
      'action',
      eb.fn.countAll<number>().as('objects'),
      eb.fn.sum<number>('amount').as('amount'),
    ])
    .where('job_id', '=', jobId)
    .groupBy(['guard_class', 'kind', 'action'])
    .orderBy('objects', 'desc')
    .orderBy('guard_class')
    .orderBy('action')
    .orderBy('kind')
    .execute();
  return rows.map(({ guard_class: guardClass, kind, action, objects, amount }) => ({
    guardClass,
    kind,
    action,
    objects: Number(objects),
    amount: Number(amount),
  }));
}

/** What was shown of these objects, by source id; memberships are no change of the object itself. */
export async function shownChanges(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  sourceIds: readonly string[],
): Promise<Map<string, HeldConfigurationChangeTable>> {
  const rows = await db
    .selectFrom('held_configuration_change')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('source_id', 'in', sourceIds)
    .where('guard_class', '!=', 'memberships')
    .execute();
  return new Map(rows.map((row) => [row.source_id, row]));
}

/** How many memberships were shown. */
export async function countShownMemberships(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('held_configuration_change')
    .select((eb) => eb.fn.sum<number | null>('amount').as('count'))
    .where('job_id', '=', jobId)
    .where('guard_class', '=', 'memberships')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/**
 * Takes out what the job does without the held configuration: whoever a cycle has planned to remove, and what it has
 * planned for the same reason, because the directory says so. Updates of a configuration are its own.
 */
export async function narrowConfigurationChanges(db: Db, jobId: string, cycleId: string): Promise<void> {
  for (const kind of OBJECT_KINDS) {
    const planned = sql`from change where job_id = ${jobId} and cycle_id = ${cycleId} and kind = ${kind}`;
    await sql`
      delete from held_configuration_change where job_id = ${jobId} and kind = ${kind}
        and source_id in (select source_id ${planned} and action in ('disable', 'delete'))`.execute(db);
    await sql`
      delete from held_configuration_change where job_id = ${jobId} and kind = ${kind} and guard_class <> 'updates'
        and (source_id, guard_class) in (select source_id, guard_class ${planned} and guard_class is not null)`.execute(
      db,
    );
  }
}

/** How many changes somebody is to decide about: held ones, and those of a held configuration. */
export async function countHeld(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('held_configuration_change')
    .innerJoin('held_configuration', 'held_configuration.job_id', 'held_configuration_change.job_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('held_configuration.job_id', '=', jobId)
    .where('held_configuration.state', 'in', ['held', 'rejected'])
    .executeTakeFirstOrThrow();
  return (await countChanges(db, jobId, 'staged')) + Number(row.count);
}
