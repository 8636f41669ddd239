// Groups that scoping filters name (Member_Of, Not_Member_Of): read like assigned groups although nobody is entitled by them.
// One that is not there, or hides its members, stops the job: whoever a filter lets in or keeps out by it is not known.
import { JobFault } from '../model/errors.ts';
import type { ScopeFacts } from '../rules/scoping-operators.ts';
import { nextSequence } from '../store/jobs.ts';
import { countMembers } from '../store/members.ts';
import { noteOf, wronglyNoted } from '../store/named-groups.ts';
import { addUnread, findObjects, type SourceObjectRow, updateObjects } from '../store/source-objects.ts';
import type { CompiledJob } from './compiled-job.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { readUnread } from './import-objects.ts';

const PAGE = 400;

/** The groups that the filters of a job name, each once and sorted. */
export function namedGroups({ user }: Pick<CompiledJob, 'user'>): readonly string[] {
  return user.scope?.groups ?? [];
}

/** Brings the rows of the named groups up to date. Throws a JobFault when one of them is not there. */
export async function readNamedGroups(context: CycleContext): Promise<void> {
  const { job, io } = context;
  const named = namedGroups(job);
  if (named.length === 0) return;
  await settling(context, async (trx) => {
    await addUnread(trx, job.id, 'group', named);
    if (!followsGroups(job)) await updateObjects(trx, job.id, 'group', named, { needs_read: 1 });
  });
  await readUnread(context, 'group', named);
  const rows = await findObjects(io.store.db, job.id, 'group', named);
  const missing = named.filter((id) => rows.get(id)?.state !== 'present');
  if (missing.length === 0) return;
  const what = missing.length === 1 ? `the group ${missing[0] ?? ''}` : `the groups ${missing.join(', ')}`;
  throw new JobFault('FilterGroupMissing', `A scoping filter names ${what}, which Microsoft Graph does not return`);
}

/** Whether a feed says what becomes of groups; with syncAll and no mapping of groups none is read. */
export function followsGroups({ group, settings }: Pick<CompiledJob, 'group' | 'settings'>): boolean {
  return group !== null || !settings.source.syncAll;
}

/** Notes with each person which of the named groups hold them; whoever joined or left one is marked as changed. */
export async function noteMemberships(context: CycleContext, only?: readonly string[]): Promise<void> {
  const { job, io } = context;
  const named = namedGroups(job);
  for (const group of named) {
    if (only === undefined) await refuseHidden(context, group);
    for (;;) {
      const ids = await wronglyNoted(io.store.db, job.id, group, PAGE, only);
      if (ids.length === 0) break;
      await settling(context, async (trx) => {
        const sequence = await nextSequence(trx, job.id);
        const byText = Map.groupBy(await noteOf(trx, job.id, named, ids), ([, text]) => text);
        for (const [text, people] of byText) {
          const columns = { member_of: text, changed_seq: sequence };
          await updateObjects(
            trx,
            job.id,
            'user',
            people.map(([id]) => id),
            columns,
          );
        }
      });
      await breathe(context);
    }
  }
}

/** Without the permission Member.Read.Hidden, Graph shows such a group as if it had no members. */
async function refuseHidden({ job, io }: CycleContext, group: string): Promise<void> {
  const row = (await findObjects(io.store.db, job.id, 'group', [group])).get(group);
  const { visibility } = JSON.parse(row?.attributes ?? '{}') as { visibility?: unknown };
  if (visibility !== 'HiddenMembership' || (await countMembers(io.store.db, job.id, group)) > 0) return;
  const name = row?.display_name ?? group;
  throw new JobFault(
    'SourcePermissionMissing',
    `The group "${name}", which a scoping filter names, hides its members: grant Member.Read.Hidden`,
  );
}

/** What a filter may know of a person besides their attributes, at a moment. */
export function scopeFactsOf({ member_of: note }: Pick<SourceObjectRow, 'member_of'>, now: Date): ScopeFacts {
  return { now, memberOf: note === null ? null : note.split(',') };
}
