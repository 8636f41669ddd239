// Reads the target back and says how it differs from what the job made of it: only mapped attributes, only accounts that are
// linked, only members that were sent. It writes nothing; `markDrift` marks whoever differs, so that the cycle that goes on
// plans them from what the target holds, through the same gate as everything else.
import type { AppRole, ObjectKind } from '../model/directory.ts';
import type { DriftReport } from '../model/drift-report.ts';
import { JobFault } from '../model/errors.ts';
import { type Decision, decideDeprovisioning, decideExisting, isActive } from '../rules/decide.ts';
import { deprovisionedAccount, undoneValues } from '../rules/deprovisioned-account.ts';
import { intend, undecidedScope } from '../rules/lifecycle.ts';
import { mapObject } from '../rules/map-object.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { learnedFrom } from '../scim/learned.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { openChanges } from '../store/changes.ts';
import { findDepartures, type KnownDeparture } from '../store/departures.ts';
import { findEscrows } from '../store/escrows.ts';
import { nextSequence } from '../store/jobs.ts';
import { pageLinks } from '../store/link-inventory.ts';
import { findLinks, findLinksOfTargets, markToVerify } from '../store/links.ts';
import { targetMembers } from '../store/members.ts';
import type { LinkTable } from '../store/schema.ts';
import { findObjects, type SourceObjectRow, updateObjects } from '../store/source-objects.ts';
import { countUnstable, MOST_REWRITES } from '../store/unstable-attributes.ts';
import { readBoundJob } from './binding.ts';
import { runBounded } from './bounded.ts';
import { ensureCapabilities } from './capabilities.ts';
import type { Exported } from './change-payload.ts';
import { type CompiledJob, mappingOf } from './compiled-job.ts';
import { type CycleContext, type EngineIo, settling } from './context.ts';
import { DriftCount } from './drift-count.ts';
import { environmentOf } from './environment.ts';
import { factsOf } from './plan-object.ts';
import { resolveReferences } from './plan-references.ts';
import { viewOf } from './planned-object.ts';
import { memberIdsOf } from './shown-members.ts';
import { withoutUnstable } from './unstable.ts';

/** What a comparison needs. */
interface Reading {
  readonly job: CompiledJob;
  readonly io: EngineIo;
  readonly appRoles: readonly AppRole[];
  readonly capabilities: () => Promise<Capabilities>;
}

/** Ids of one kind that differ: whose account is to be read again, and whose members are to be compared. */
interface Drifted {
  readonly accounts: string[];
  readonly members: string[];
}

/** Takes each page of what differs. */
type OnDrift = (kind: ObjectKind, drifted: Drifted) => Promise<void>;

const PAGE = 500;

/** In a cycle that repairs: reads the target back, and marks whoever differs for the plan that follows. */
export async function markDrift(context: CycleContext): Promise<void> {
  const { job } = context;
  const reading = { ...context, capabilities: () => ensureCapabilities(context) };
  context.drift = await readDrift(reading, (kind, { accounts, members }) =>
    settling(context, async (trx) => {
      const sequence = await nextSequence(trx, job.id);
      await markToVerify(trx, job.id, kind, accounts);
      await updateObjects(trx, job.id, kind, accounts, { changed_seq: sequence });
      await updateObjects(trx, job.id, kind, members, { members_dirty: 1, members_verify: 1 });
    }),
  );
}

/** Compares without writing anything. Faults of the job are thrown, also when it belongs to another target. */
export async function compareTarget(job: CompiledJob, io: EngineIo): Promise<DriftReport> {
  const { capabilities, learned } = await readBoundJob(io.store.db, job);
  const known = capabilities === null ? NO_DISCOVERY : (JSON.parse(capabilities) as Capabilities);
  io.target.remember(known, learnedFrom(learned));
  const { appRoles } = await io.source.readServicePrincipal(job.settings.source.servicePrincipalId, io.signal);
  const reading = { job, io, appRoles, capabilities: () => Promise.resolve(known) };
  return readDrift(reading, () => Promise.resolve());
}

/** Compares every linked account and group with what is wanted. */
async function readDrift(reading: Reading, onDrift: OnDrift): Promise<DriftReport> {
  const { job, io } = reading;
  const count = new DriftCount();
  const seen = new Set<string>();
  // Lists may leave members out, so groups are read one by one.
  await compareListed(reading, job.user, seen, count, onDrift);
  for (let after: { kind: string; sourceId: string } | null = null; ; ) {
    const page = await pageLinks(io.store.db, job.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const kind of ['user', 'group'] as const) {
      const mapping = mappingOf(job, kind);
      const links = page.filter((link) => link.kind === kind && !(kind === 'user' && seen.has(link.source_id)));
      if (mapping === null || links.length === 0) continue;
      const answers = await runBounded(
        links.map((link) => async () => {
          const answer = await io.target.get(mapping.scimKind, link.target_id, io.signal);
          return { link, resource: answer.ok ? answer.value : ('unread' as const) };
        }),
        job.concurrency,
      );
      await comparePage(reading, mapping, answers, count, onDrift);
    }
    after = { kind: last.kind, sourceId: last.source_id };
  }
  return count.report(await countUnstable(io.store.db, job.id, MOST_REWRITES));
}

/** One listed or read account with its link; null when the target does not have it. */
interface Answer {
  readonly link: LinkTable;
  readonly resource: ScimResource | null | 'unread';
}

async function compareListed(
  reading: Reading,
  mapping: CompiledMapping,
  seen: Set<string>,
  count: DriftCount,
  onDrift: OnDrift,
): Promise<void> {
  const { job, io } = reading;
  try {
    for await (const page of io.target.list(mapping.scimKind, io.signal)) {
      const byId = new Map<string, ScimResource>();
      for (const resource of page.resources) {
        const targetId = resourceId(resource);
        if (targetId !== undefined) byId.set(targetId, resource);
      }
      const links = await findLinksOfTargets(io.store.db, job.id, job.targetRoot, mapping.kind, [...byId.keys()]);
      const answers: Answer[] = [];
      for (const [targetId, link] of links) {
        const resource = byId.get(targetId);
        if (link.job_id !== job.id || resource === undefined || seen.has(link.source_id)) continue;
        seen.add(link.source_id);
        answers.push({ link, resource });
      }
      await comparePage(reading, mapping, answers, count, onDrift);
      io.progress({ jobId: job.id, stage: 'import', done: seen.size, total: null });
    }
  } catch (error) {
    // A target that cannot list is asked for each account.
    if (!(error instanceof JobFault) || error.code !== 'TargetIncompatible') throw error;
    io.log.warn(
      { jobId: job.id, code: error.code },
      `the target cannot be listed, each account is read: ${error.message}`,
    );
  }
}

async function comparePage(
  reading: Reading,
  mapping: CompiledMapping,
  answers: readonly Answer[],
  count: DriftCount,
  onDrift: OnDrift,
): Promise<void> {
  const { job, io } = reading;
  const { db } = io.store;
  const { kind } = mapping;
  const ids = answers.map(({ link }) => link.source_id);
  if (ids.length === 0) return;
  const rows = await findObjects(db, job.id, kind, ids);
  const open = await openChanges(db, job.id, kind, ids);
  const escrows = await findEscrows(db, job.id, kind, ids);
  const managers = mapping.mapsManager ? [...new Set([...rows.values()].flatMap((row) => row.manager_id ?? []))] : [];
  const referenced = await findLinks(db, job.id, 'user', managers);
  const departures = kind === 'user' ? await findDepartures(db, job.id, ids) : new Map<string, KnownDeparture>();
  const drifted: Drifted = { accounts: [], members: [] };
  for (const { link, resource } of answers) {
    const row = rows.get(link.source_id);
    const isOpen = row === undefined || row.changed_seq > row.planned_seq || open.has(row.id) || escrows.has(row.id);
    if (isOpen || link.protected !== 0 || resource === 'unread') {
      count.leave();
      continue;
    }
    const object = { kind, id: row.id, displayName: row.display_name, targetId: link.target_id };
    const wanted = await wantedOf(reading, mapping, row, link, resource, referenced, departures.get(row.id));
    if (wanted === null) {
      count.leave();
      continue;
    }
    count.check();
    if (resource === null) {
      count.gone(object);
      drifted.accounts.push(row.id);
      continue;
    }
    if (wanted.differences.length > 0) {
      count.differs(object, wanted.differences, wanted.redacted);
      drifted.accounts.push(row.id);
    }
    if (kind === 'group' && mapping.mapsMembers && (await membersDiffer(reading, object, resource, count)))
      drifted.members.push(row.id);
  }
  if (drifted.accounts.length + drifted.members.length > 0) await onDrift(kind, drifted);
}

/** What the next plan would change of the account; null when nothing can be said, or nothing is to be done about it. */
async function wantedOf(
  reading: Reading,
  mapping: CompiledMapping,
  row: SourceObjectRow,
  link: LinkTable,
  resource: ScimResource | null,
  referenced: ReadonlyMap<string, LinkTable>,
  departure: KnownDeparture | undefined,
): Promise<{ readonly differences: readonly AttributeDifference[]; readonly redacted: readonly string[] } | null> {
  const { job, io } = reading;
  const view = viewOf(reading, row, false);
  const now = io.clock.now();
  const { facts, scope } = factsOf(row, view, mapping, now);
  const absence = { disabledAt: departure?.current?.disabled_at ?? null, now: now.getTime() };
  const intention = intend(facts, true, job.settings.lifecycle, mapping.flowTypes, absence);
  if (undecidedScope(intention, scope) !== null) return null;
  const differencesOf = async (decided: Decision) => {
    const { decision } = await withoutUnstable(reading, mapping.kind, row.id, decided);
    return 'differences' in decision ? decision.differences : [];
  };
  if (intention.type === 'disable' || intention.type === 'reduce') {
    // Somebody who left, and whose account is gone: that is as well as disabled.
    if (resource === null) return null;
    const environment = environmentOf(reading);
    const capabilities = await reading.capabilities();
    const account = deprovisionedAccount(intention, mapping, viewOf(reading, row, true), environment, capabilities);
    if (account.type !== 'desired') return null;
    const desired = account.desired.filter(({ path }) => path.text !== 'active' || isActive(resource));
    const decided = decideDeprovisioning(desired, resource, link.target_id, false);
    return { differences: await differencesOf(decided), redacted: [] };
  }
  if (intention.type !== 'provision') return null;
  if (resource === null) return { differences: [], redacted: [] };
  const mapped = mapObject(mapping, view, false, await reading.capabilities(), environmentOf(reading));
  if (mapped.fault !== null || mapped.ignored) return null;
  const { resolved } = resolveReferences(mapped, (id) => referenced.get(id), 'withObject');
  const account = { resource, targetId: link.target_id, before: JSON.parse(link.exported) as Exported };
  const { caseInsensitive } = job.settings.profile;
  const undone = undoneValues(departure?.set ?? {}, mapped.desired, resource);
  const desired = { desired: [...mapped.desired, ...undone] };
  const decided = decideExisting(desired, resolved, account, { adopting: false, caseInsensitive });
  return { differences: await differencesOf(decided), redacted: [...mapped.redacted] };
}

async function membersDiffer(
  { job, io }: Reading,
  object: {
    readonly kind: ObjectKind;
    readonly id: string;
    readonly displayName: string | null;
    readonly targetId: string;
  },
  resource: ScimResource,
  count: DriftCount,
): Promise<boolean> {
  const known = await targetMembers(io.store.db, job.id, object.id, false);
  const shown = memberIdsOf(resource, job.settings.profile);
  if (shown === null) {
    // Many targets leave an empty list out, and some never show members: it is not known which.
    if (known.length > 0) count.hidesMembers();
    return false;
  }
  const ours = new Set(known.map((each) => each.target_id));
  const missing = known.filter((each) => !shown.has(each.target_id)).length;
  const extra = [...shown].filter((each) => !ours.has(each)).length;
  count.members(object, missing, extra);
  return missing > 0 || (extra > 0 && job.settings.adoption.groupMembers === 'remove');
}
