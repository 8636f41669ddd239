// What is in the target, seen from a job: accounts that it manages, accounts of people of the directory who are not assigned,
// and accounts that nobody of the directory fits. Reads the target and, for accounts without a link, the people of the
// directory; writes nothing, neither there nor in the store.
import type { ObjectKind } from '../model/directory.ts';
import { isActive } from '../rules/decide.ts';
import { matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { viewSource } from '../rules/source-view.ts';
import { elementsOf, readPath } from '../scim/read.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { findLinksOfTargets } from '../store/links.ts';
import { findObjects } from '../store/source-objects.ts';
import { type CompiledJob, mappingOf } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import { environmentOf } from './environment.ts';
import { indexKey } from './match.ts';

/** Whose an account is. */
export const ACCOUNT_GROUPS = ['managed', 'assigned', 'unassigned', 'local'] as const;
export type AccountGroup = (typeof ACCOUNT_GROUPS)[number];

/** One account or group of the target. */
export interface DiscoveredAccount {
  readonly kind: ObjectKind;
  readonly targetId: string;
  /** userName, or displayName of a group. */
  readonly name: string;
  /** Null for groups. */
  readonly active: boolean | null;
  /**
   * managed: linked, by this job or another one at the same target. assigned: fits somebody whom the next cycle matches.
   * unassigned: fits somebody of the directory who is not assigned or in scope. local: fits nobody.
   */
  readonly group: AccountGroup;
  /** The person or group of the directory; null for local accounts. */
  readonly sourceId: string | null;
  /** The attribute that found it; null for accounts that are linked or local. */
  readonly foundBy: string | null;
  /** Another job that keeps it; null otherwise. */
  readonly job: string | null;
}

/** All accounts of the target, as they are listed. Faults of the job are thrown. */
export async function discoverAccounts(job: CompiledJob, io: EngineIo): Promise<readonly DiscoveredAccount[]> {
  const found: DiscoveredAccount[] = [];
  for (const kind of ['user', 'group'] as const) {
    const mapping = mappingOf(job, kind);
    if (mapping !== null) found.push(...(await discoverKind(job, mapping, io)));
  }
  return found;
}

async function discoverKind(job: CompiledJob, mapping: CompiledMapping, io: EngineIo): Promise<DiscoveredAccount[]> {
  const accounts = new Map<string, DiscoveredAccount>();
  const free = new Map<string, Set<string>>();
  for await (const page of io.target.list(mapping.scimKind, io.signal)) {
    const listed = page.resources.flatMap((resource) => {
      const targetId = resourceId(resource);
      return targetId === undefined ? [] : [{ targetId, resource }];
    });
    const links = await findLinksOfTargets(
      io.store.db,
      job.id,
      job.targetRoot,
      mapping.kind,
      listed.map(({ targetId }) => targetId),
    );
    for (const { targetId, resource } of listed) {
      const link = links.get(targetId);
      accounts.set(targetId, {
        kind: mapping.kind,
        targetId,
        name: nameOf(resource),
        active: mapping.kind === 'group' ? null : isActive(resource),
        group: link === undefined ? 'local' : 'managed',
        sourceId: link?.source_id ?? null,
        foundBy: null,
        job: link === undefined || link.job_id === job.id ? null : link.job_id,
      });
      if (link === undefined) noteKeys(mapping, resource, targetId, free);
    }
    io.progress({
      jobId: job.id,
      stage: 'import',
      done: accounts.size,
      total: Math.max(page.totalResults, accounts.size),
    });
  }
  if (free.size > 0) await matchDirectory(job, mapping, io, accounts, free);
  return [...accounts.values()];
}

function nameOf(resource: ScimResource): string {
  const name = resource['userName'] ?? resource['displayName'];
  return typeof name === 'string' ? name : '';
}

function noteKeys(
  mapping: CompiledMapping,
  resource: ScimResource,
  targetId: string,
  free: Map<string, Set<string>>,
): void {
  for (const { name, path } of mapping.matching)
    for (const value of elementsOf(readPath(resource, path)))
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        const key = keyOf(name, String(value));
        const ids = free.get(key);
        if (ids === undefined) free.set(key, new Set([targetId]));
        else ids.add(targetId);
      }
}

function keyOf(attribute: string, value: string): string {
  return `${attribute}\u0000${indexKey(attribute, value)}`;
}

/** Reads everybody in the directory once, and keeps of them only whom an account fits. */
async function matchDirectory(
  job: CompiledJob,
  mapping: CompiledMapping,
  io: EngineIo,
  accounts: Map<string, DiscoveredAccount>,
  free: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const { kind, properties } = mapping;
  const start = { kind, properties, relation: false, from: 'beginning' } as const;
  const environment = environmentOf({ io, job });
  for await (const page of io.source.readDelta(start, io.signal)) {
    const fits: [string, string, string][] = [];
    for (const entry of page.entries) {
      if (entry.removed !== undefined || entry.limited === true) continue;
      const facts = {
        kind,
        id: entry.id,
        properties: entry.properties,
        managerId: null,
        roles: [],
        isSoftDeleted: false,
      };
      const view = viewSource(facts);
      for (const attribute of mapping.matching) {
        const value = matchingValue(attribute, view, environment);
        const ids = value === null ? undefined : free.get(keyOf(attribute.name, value));
        if (ids === undefined) continue;
        for (const targetId of ids) fits.push([targetId, entry.id, attribute.name]);
      }
    }
    const rows = await findObjects(io.store.db, job.id, kind, [...new Set(fits.map(([, id]) => id))]);
    for (const [targetId, sourceId, foundBy] of fits) {
      const account = accounts.get(targetId);
      // Whoever is assigned comes first where an account fits several people.
      if (account === undefined || account.group === 'assigned') continue;
      const group = rows.get(sourceId)?.in_scope === 1 ? 'assigned' : 'unassigned';
      accounts.set(targetId, { ...account, group, sourceId, foundBy });
    }
  }
}
