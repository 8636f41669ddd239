// Why one person or group is, or is not, provisioned by a job. Everything is judged by the rules of a cycle: the view of
// expressions, the scoping filters, the lifecycle events, matching, mapping and planning are its own. It takes no lease and
// writes nothing, neither to the store nor to the target.
import type { AppRole, ObjectKind } from '../model/directory.ts';
import { type Candidate, type DirectoryFacts, isObjectId, mostParticular } from '../model/directory-facts.ts';
import { lifecycleEvent } from '../rules/lifecycle.ts';
import type { ScopeVerdict } from '../rules/scoping.ts';
import { type SourceObjectRow, unreadRow } from '../store/source-objects.ts';
import { type CompiledJob, mappingOf } from './compiled-job.ts';
import { lookAtAccount } from './explain-account.ts';
import type { Explaining } from './explain-evidence.ts';
import { explanationOf } from './explain-findings.ts';
import { CONCERNS, type Explanation, type Reason, type Standing } from './explain-result.ts';
import { standingNow, standingThen } from './explain-standing.ts';
import { findInStore, readStored, type StoredFacts } from './explain-store.ts';
import { presentImage } from './merge.ts';
import { namedGroups, scopeFactsOf } from './named-groups.ts';
import { viewOf } from './planned-object.ts';

/** Whom a text means. */
export type Subject =
  | { readonly type: 'one'; readonly kind: ObjectKind | null; readonly id: string; readonly stored: boolean }
  | { readonly type: 'several'; readonly candidates: readonly Candidate[] }
  | { readonly type: 'nobody'; readonly notRead: readonly string[] };

/** Where a name is looked for. */
export type Searching = Pick<Explaining, 'job' | 'store' | 'signal' | 'directory'>;

/** Whom of a job's store or tenant a text means; asks the directory at most once, and only about people the store does not know. */
export async function findSubject(text: string, about: Searching): Promise<Subject> {
  const stored = await findInStore(about.store.db, about.job.id, text);
  const [known] = stored;
  if (stored.length > 1) return { type: 'several', candidates: stored };
  if (known !== undefined) return { type: 'one', kind: known.kind, id: known.id, stored: true };
  if (about.directory === null) return { type: 'nobody', notRead: [] };
  if (isObjectId(text)) return { type: 'one', kind: null, id: text.toLowerCase(), stored: false };
  const { candidates, refused } = await about.directory.find(text, about.signal);
  const found = mostParticular(candidates);
  const [first] = found;
  if (found.length > 1) return { type: 'several', candidates: found };
  if (first === undefined) return { type: 'nobody', notRead: refused };
  return { type: 'one', kind: first.kind, id: first.id, stored: false };
}

/** Explains one object; null when neither the store nor the directory knows it. */
export async function explainObject(
  subject: Extract<Subject, { type: 'one' }>,
  about: Explaining,
): Promise<Explanation | null> {
  const { job, clock, store } = about;
  const at = clock.now().toISOString();
  const facts = await readFacts(subject, about);
  const kind = subject.kind ?? facts?.kind ?? 'user';
  const stored = await readStored(store.db, job.id, kind, subject.id);
  if (isNobody(facts, stored)) return null;
  const question = { job, kind, id: subject.id };
  const now = facts === null ? null : await standingNow(question, facts, stored, about.scratch.db, at);
  const standing = now ?? standingThen(question, stored, lastRead(stored));
  const row = rowOf(question, stored, facts, standing);
  const appRoles = facts?.application.known === true ? facts.application.value.appRoles : [];
  const judged =
    row === null ? { scope: null, reason: 'unknown' as const } : judge({ job, row, standing, appRoles, at });
  const mapping = mappingOf(job, kind);
  const evidence = { about, kind, id: subject.id, stored, facts, at, standing, row, ...judged };
  if (row === null || mapping === null || row.attributes === '{}') return explanationOf({ ...evidence, account: null });
  const view = viewOf({ appRoles }, row, false);
  const account = await lookAtAccount({ about, mapping, row, stored, view, appRoles });
  return explanationOf({ ...evidence, account });
}

async function readFacts(
  { id, kind }: Extract<Subject, { type: 'one' }>,
  { job, directory, signal }: Explaining,
): Promise<DirectoryFacts | null> {
  if (directory === null) return null;
  const { servicePrincipalId, nestedGroups: depth } = job.settings.source;
  const properties = { user: [...job.user.properties, 'mail'], group: job.group?.properties ?? [] };
  return directory.readFacts({ id, kind, servicePrincipalId, properties, depth }, signal);
}

/** An id that Graph does not know and the store never heard of. */
function isNobody(facts: DirectoryFacts | null, { row, link, history }: StoredFacts): boolean {
  if (row !== undefined || link !== undefined || history.length > 0) return false;
  if (facts === null) return true;
  return facts.object.known && !facts.object.value.found && facts.object.value.state === 'hardDeleted';
}

/** When the store was last brought up to date. */
function lastRead({ job }: StoredFacts): string | null {
  const moment = job?.last_success ?? job?.last_started ?? null;
  return moment === null ? null : new Date(moment).toISOString();
}

/** The row as a cycle would have it now: what the store knows, and what the directory said over it. */
function rowOf(
  { job, kind, id }: { readonly job: CompiledJob; readonly kind: ObjectKind; readonly id: string },
  stored: StoredFacts,
  facts: DirectoryFacts | null,
  standing: Standing,
): SourceObjectRow | null {
  const entitled = {
    roles: standing.entitled === null ? (stored.row?.roles ?? null) : standing.roles,
    member_of: namedNow(job, facts) ?? stored.row?.member_of ?? null,
  };
  const said = facts?.object.known === true ? facts.object.value : null;
  const base = stored.row ?? { row_id: 0, ...unreadRow(job.id, kind, id) };
  if (said === null) return stored.row === undefined ? null : { ...stored.row, ...entitled };
  if (!said.found) return { ...base, ...entitled, state: said.state };
  // Rows without attributes are no evidence.
  if (said.entry.limited === true) return stored.row === undefined ? null : { ...stored.row, ...entitled };
  const image = presentImage(said.entry, base);
  return {
    ...base,
    ...entitled,
    state: image.state,
    display_name: image.displayName,
    attributes: image.attributes,
    manager_id: image.managerId,
  };
}

/** Which of the groups that filters name hold the object now; null when the directory did not say. */
function namedNow(job: CompiledJob, facts: DirectoryFacts | null): string | null {
  if (facts?.memberships.known !== true || !facts.memberships.value.complete) return null;
  const { all, direct } = facts.memberships.value;
  const holding = new Set((job.settings.source.nestedGroups === 'transitive' ? all : direct).map(({ id }) => id));
  return namedGroups(job)
    .filter((id) => holding.has(id))
    .join(',');
}

interface Judged {
  readonly job: CompiledJob;
  readonly row: SourceObjectRow;
  readonly standing: Standing;
  readonly appRoles: readonly AppRole[];
  /** The moment that filters compare dates with; ISO. */
  readonly at: string;
}

/** The first reason that keeps the object out, by the order of lifecycle events, and the verdict of the filters. */
function judge({ job, row, standing, appRoles, at }: Judged): {
  readonly scope: ScopeVerdict | null;
  readonly reason: Reason | null;
} {
  const mapping = mappingOf(job, row.kind as ObjectKind);
  if (mapping === null) return { scope: null, reason: 'kindNotProvisioned' };
  const view = viewOf({ appRoles }, row, false);
  const readable = row.attributes !== '{}';
  const scope = readable ? (mapping.scope?.evaluate(view, scopeFactsOf(row, new Date(at))) ?? null) : null;
  const event = lifecycleEvent({
    kind: mapping.kind,
    state: row.state as 'present' | 'softDeleted' | 'hardDeleted' | 'unread',
    entitled: standing.entitled ?? row.roles !== null,
    passesScope: scope?.inScope ?? true,
    accountEnabled: view('accountEnabled') !== false,
  });
  if (row.state === 'unread') return { scope, reason: 'notReadYet' };
  if (event === 'unassigned' && standing.entitled === null) return { scope, reason: 'unknown' };
  return { scope, reason: event };
}

/** For sorting explanations of one object by several jobs, the worst first. */
export function worstFirst(left: Explanation, right: Explanation): number {
  return CONCERNS.indexOf(left.concern) - CONCERNS.indexOf(right.concern);
}
