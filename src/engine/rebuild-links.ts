// Finds out again which person is which account, when the store was lost: from the ids that the accounts carry. It reads
// directory and target, writes links into the store and nothing anywhere else. People who are assigned are matched as in a
// cycle. Whoever is not assigned any more would be matched by nobody, and would keep the account for good: where externalId
// is the id of the directory, the directory is asked for these people, and they are linked, so that the next cycle plans
// them as what they are, under the guards as always.
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { isActive } from '../rules/decide.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { nextSequence, readJob, updateJob } from '../store/jobs.ts';
import { findLinkOfTarget, saveLink } from '../store/links.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import { addUnread, findObjects, updateObjects } from '../store/source-objects.ts';
import { clearIndex, indexResources, lookUpResources } from '../store/target-index.ts';
import { forgetObjects, jobsAtTarget, pageUnlinkedAccounts, pageUnlinkedObjects } from '../store/unlinked-accounts.ts';
import { bindingColumns } from './binding.ts';
import { emailOf } from './change-payload.ts';
import { type CompiledJob, mappingOf } from './compiled-job.ts';
import { breathe, type CycleContext, type EngineIo, settling } from './context.ts';
import { environmentOf } from './environment.ts';
import { importChanges } from './import.ts';
import { readUnread } from './import-objects.ts';
import { indexKey } from './match.ts';
import { openCycle } from './open.ts';
import { viewOf } from './planned-object.ts';
import { accountKeys, identityOf, recognisedBy, writesObjectIds } from './recognise.ts';
import { holdingLease, type ProcessIdentity } from './run-job.ts';

/** An account and what was found out about it. */
export interface FoundAccount {
  readonly kind: ObjectKind;
  readonly sourceId: string;
  readonly targetId: string;
  readonly active: boolean;
}

/** What was found; the lists name at most 1,000 accounts each, the numbers count all. */
export interface RebuildReport {
  /** Accounts that the target lists, and that it announced when that is more. */
  readonly listed: Readonly<Record<ObjectKind, number>>;
  readonly announced: Readonly<Record<ObjectKind, number>>;
  /** Links that were there before. */
  readonly kept: number;
  /** Links that were added: of whom is assigned, and of whom is not any more. */
  readonly assigned: number;
  readonly unassigned: number;
  readonly unassignedAccounts: readonly FoundAccount[];
  /** Accounts with an id that the directory does not know, or knows as a group that is not assigned: not linked. */
  readonly unknown: number;
  readonly unknownAccounts: readonly FoundAccount[];
  /** People or groups whose values several accounts have, or whose account is linked with somebody else. */
  readonly ambiguous: number;
  /** Other jobs with accounts in the same target; then nobody is linked who is not assigned to this one. */
  readonly sharedWith: readonly string[];
}

type Counting = { -readonly [K in keyof RebuildReport]: RebuildReport[K] } & {
  unassignedAccounts: FoundAccount[];
  unknownAccounts: FoundAccount[];
};

const PAGE = 200;
const NAMED = 1000;
/** Ids of the directory; anything else is an id of somebody's own. */
const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Adds the links that are missing. `neighbours` are other jobs that the configuration points at the same target.
 * @throws JobFault when the job is busy, or directory or target cannot be read.
 */
export function rebuildLinks(
  job: CompiledJob,
  neighbours: readonly string[],
  identity: ProcessIdentity,
  waitMilliseconds: number,
  io: EngineIo,
): Promise<RebuildReport> {
  return holdingLease(job.id, identity, waitMilliseconds, io, async (lease, held) => {
    const context = await openCycle(job, { trigger: 'onDemand', dryRun: true }, lease, { ...held, readOnly: true });
    try {
      return await rebuild(context, neighbours);
    } finally {
      await settling(context, async (trx) => {
        await clearIndex(trx, job.id);
        await trx.deleteFrom('cycle').where('id', '=', context.cycleId).execute();
      });
    }
  });
}

async function rebuild(context: CycleContext, neighbours: readonly string[]): Promise<RebuildReport> {
  const { job, io } = context;
  await importChanges(context);
  const inStore = await jobsAtTarget(io.store.db, job.id, job.targetRoot);
  const found: Counting = {
    listed: { user: 0, group: 0 },
    announced: { user: 0, group: 0 },
    kept: await countKept(context),
    assigned: 0,
    unassigned: 0,
    unassignedAccounts: [],
    unknown: 0,
    unknownAccounts: [],
    ambiguous: 0,
    sharedWith: [...new Set([...neighbours, ...inStore])].toSorted(),
  };
  for (const kind of OBJECT_KINDS) {
    const mapping = mappingOf(job, kind);
    if (mapping === null) continue;
    await listAccounts(context, mapping, found);
    await linkKnown(context, mapping, found);
    await linkTheRest(context, mapping, found);
  }
  const row = await readJob(io.store.db, job.id);
  await settling(context, (trx) => updateJob(trx, job.id, { ...bindingColumns(row, job), has_written: 1 }));
  return found;
}

async function countKept({ io, job }: CycleContext): Promise<number> {
  const { count } = await io.store.db
    .selectFrom('link')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', job.id)
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function listAccounts(context: CycleContext, mapping: CompiledMapping, found: Counting): Promise<void> {
  const { job, io } = context;
  const attributes = recognisedBy(mapping);
  let listed = 0;
  let announced = 0;
  for await (const page of io.target.list(mapping.scimKind, io.signal)) {
    const resources = page.resources.flatMap((resource) => {
      const targetId = resourceId(resource);
      if (targetId === undefined) return [];
      return [{ targetId, resource: JSON.stringify(resource), keys: accountKeys(attributes, resource) }];
    });
    await settling(context, (trx) => indexResources(trx, job.id, mapping.kind, resources));
    listed += page.resources.length;
    announced = Math.max(announced, page.totalResults);
    io.progress({ jobId: job.id, stage: 'plan', done: listed, total: Math.max(announced, listed) });
    await breathe(context);
  }
  found.listed = { ...found.listed, [mapping.kind]: listed };
  found.announced = { ...found.announced, [mapping.kind]: Math.max(announced, listed) };
}

/** Whoever the directory has shown because of an assignment, in scope or not. */
async function linkKnown(context: CycleContext, mapping: CompiledMapping, found: Counting): Promise<void> {
  const { job, io } = context;
  for (let after = 0; ; ) {
    const rows = await pageUnlinkedObjects(io.store.db, job.id, mapping.kind, after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return;
    const links: [SourceObjectRow, ScimResource, string][] = [];
    for (const row of rows) {
      const match = await recognise(context, mapping, row);
      if (match === 'ambiguous') found.ambiguous += 1;
      else if (match !== null) links.push([row, match.resource, match.by]);
    }
    await link(context, mapping, links, found);
    after = last.row_id;
    await breathe(context);
  }
}

async function recognise(context: CycleContext, mapping: CompiledMapping, row: SourceObjectRow) {
  const { job, io } = context;
  const view = viewOf(context, row, false);
  for (const { name, textFor } of recognisedBy(mapping)) {
    const value = textFor(view, environmentOf(context));
    if (value === null) continue;
    const key = indexKey(name, value);
    const [resource, another] = await lookUpResources(io.store.db, job.id, mapping.kind, name, key);
    if (another !== undefined) return 'ambiguous';
    if (resource !== undefined) return { resource: JSON.parse(resource) as ScimResource, by: name };
  }
  return null;
}

/** Accounts that carry an id of the directory and belong to nobody who is assigned. */
async function linkTheRest(context: CycleContext, mapping: CompiledMapping, found: Counting): Promise<void> {
  const { job, io } = context;
  if (!writesObjectIds(mapping)) return;
  for (let after = ''; ; ) {
    const page = await pageUnlinkedAccounts(io.store.db, job.id, mapping.kind, 'externalId', after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.target_id;
    const accounts = page.filter(({ value }) => OBJECT_ID.test(value));
    const ids = [...new Set(accounts.map(({ value }) => value.toLowerCase()))];
    const before = await findObjects(io.store.db, job.id, mapping.kind, ids);
    await settling(context, (trx) => addUnread(trx, job.id, mapping.kind, ids));
    await readUnread(context, mapping.kind, ids);
    const rows = await findObjects(io.store.db, job.id, mapping.kind, ids);
    const links: [SourceObjectRow, ScimResource, string][] = [];
    for (const { target_id: targetId, value, resource } of accounts) {
      const row = rows.get(value.toLowerCase());
      const parsed = JSON.parse(resource) as ScimResource;
      const known = row !== undefined && row.state !== 'unread' && row.state !== 'hardDeleted';
      // Whoever was known before was matched already, and has another account or several that fit.
      const twice = (await lookUpResources(io.store.db, job.id, mapping.kind, 'externalId', value)).length > 1;
      if (known && (twice || before.has(row.id))) found.ambiguous += 1;
      else if (known && mapping.kind === 'user' && found.sharedWith.length === 0)
        links.push([row, parsed, 'externalId']);
      else note(found, 'unknown', { kind: mapping.kind, sourceId: value, targetId, active: isActive(parsed) });
    }
    await link(context, mapping, links, found);
    // Of whom is not linked nothing is kept.
    const left = ids.filter((id) => !before.has(id) && !links.some(([row]) => row.id === id));
    await settling(context, (trx) => forgetObjects(trx, job.id, mapping.kind, left));
    await breathe(context);
  }
}

async function link(
  context: CycleContext,
  mapping: CompiledMapping,
  links: readonly (readonly [SourceObjectRow, ScimResource, string])[],
  found: Counting,
): Promise<void> {
  const { job, io } = context;
  const { kind } = mapping;
  await settling(context, async (trx) => {
    const ids: string[] = [];
    for (const [row, resource, by] of links) {
      const targetId = resourceId(resource) ?? '';
      if ((await findLinkOfTarget(trx, job.id, kind, targetId)) !== undefined) {
        found.ambiguous += 1;
        continue;
      }
      const active = kind === 'group' || isActive(resource);
      const exported = identityOf(mapping, resource);
      await saveLink(trx, {
        job_id: job.id,
        kind,
        source_id: row.id,
        target_id: targetId,
        matched_by: by,
        exported: JSON.stringify(exported),
        active: active ? 1 : 0,
        email: emailOf(exported),
        cycle_id: context.cycleId,
        verify: 0,
        linked_at: io.clock.now().toISOString(),
        // Judged when the person is planned, and left alone until then.
        protected: kind === 'user' && job.protection.filters.length > 0 ? 2 : 0,
      });
      ids.push(row.id);
      if (row.roles !== null) found.assigned += 1;
      else note(found, 'unassigned', { kind, sourceId: row.id, targetId, active });
    }
    if (ids.length === 0) return;
    // Everybody is planned by the next cycle; what groups hold is compared with what the target says.
    await updateObjects(trx, job.id, kind, ids, {
      changed_seq: await nextSequence(trx, job.id),
      ...(kind === 'group' ? { members_dirty: 1, members_verify: 1 } : {}),
    });
  });
}

function note(found: Counting, what: 'unassigned' | 'unknown', account: FoundAccount): void {
  found[what] += 1;
  const list = what === 'unknown' ? found.unknownAccounts : found.unassignedAccounts;
  if (list.length < NAMED) list.push(account);
}
