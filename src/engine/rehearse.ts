// What a plan of named objects would send, told to the client of the target and sent to nobody. Only the first request about each
// object is known before its answer: what follows (members of a group that exists, a manager who gets an account meanwhile,
// another form of what is refused) is not told. Writes nothing to the store.
import type { GuardClass } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { BulkWrite } from '../scim/bulk.ts';
import { buildResource } from '../scim/create.ts';
import { addMembers, buildPatch, removeMembers } from '../scim/patch.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { pageChanges } from '../store/changes.ts';
import { membersToAdd, membersToRemove } from '../store/members.ts';
import { accountsOf } from '../store/referenced-accounts.ts';
import { ensureCapabilities } from './capabilities.ts';
import { mappingOf } from './compiled-job.ts';
import { type CycleContext, planMark } from './context.ts';
import { sendsMembers } from './dialect.ts';
import type { GuardVerdicts } from './gate.ts';
import { limitsMembers } from './member-limits.ts';
import { readPayload } from './payload-text.ts';
import { referenceDifferences, resolveReferences } from './resolved-references.ts';

const PAGE = 500;

/** Tells every request that this cycle would begin with, in the order of the phases; nothing where nobody listens. */
export async function rehearse(context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
  const { target, signal } = context.io;
  if (target.rehearse === undefined) return;
  const changes = await plannedChanges(context, verdicts);
  if (changes.length > 0) await ensureCapabilities(context);
  for (const change of changes) {
    const write = await writeOf(context, change);
    if (write !== null) await target.rehearse(write, signal);
  }
}

/** Those of this cycle that no guard would hold; what somebody approved before is let through already. */
async function plannedChanges(context: CycleContext, { byClass }: GuardVerdicts): Promise<StoredChange[]> {
  const { job, io, cycleId } = context;
  const planned: StoredChange[] = [];
  for (let after = ''; ; ) {
    const page = await pageChanges(io.store.db, job.id, [planMark(context).status, 'pending'], after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    const isHeld = (guardClass: string | null): boolean => byClass.get(guardClass as GuardClass)?.held === true;
    planned.push(...page.filter((each) => each.cycle_id === cycleId && !isHeld(each.guard_class)));
    after = last.id;
  }
  return planned.toSorted((one, other) => one.phase - other.phase);
}

async function writeOf(context: CycleContext, change: StoredChange): Promise<BulkWrite | null> {
  const mapping = mappingOf(context.job, change.kind as ObjectKind);
  if (mapping === null) return null;
  const named = { bulkId: change.id, kind: mapping.scimKind };
  const id = change.target_id ?? '';
  if (change.action === 'delete') return { ...named, type: 'remove', id };
  const { desired = [], differences: planned = [], restated = [], references = [] } = readPayload(change.payload);
  const people = references.map((each) => each.referencedId);
  const accounts = await accountsOf(context.io.store.db, context.job.id, people);
  const { resolved } = resolveReferences(context.job, { references }, accounts);
  const { add, remove } = await membersOf(context, mapping, change);
  if (change.action === 'create')
    return { ...named, type: 'create', resource: buildResource(mapping.scimKind, [...desired, ...resolved], add) };
  const differences = [...planned, ...referenceDifferences(resolved)];
  const stated = differences.length === 0 ? [] : [...differences, ...restated];
  const attributes = buildPatch(stated, context.job.strategy.patch.missingElement);
  const operations = [...attributes, ...addMembers(add), ...removeMembers(remove)];
  return operations.length === 0 ? null : { ...named, type: 'patch', id, operations };
}

/** Accounts of the members that go with a group. Where the target limits them, who is admitted is decided when they are sent. */
async function membersOf(
  context: CycleContext,
  mapping: CompiledMapping,
  { source_id: id, action }: StoredChange,
): Promise<{ readonly add: readonly string[]; readonly remove: readonly string[] }> {
  const { job, io } = context;
  const { profile } = job.settings;
  if (!sendsMembers({ context, mapping }) || limitsMembers(profile)) return { add: [], remove: [] };
  const limit = profile.membersPerRequest;
  const add = await membersToAdd(io.store.db, job.id, id, '', limit);
  const room = action === 'create' ? 0 : limit - add.length;
  const remove = room > 0 ? await membersToRemove(io.store.db, job.id, id, '', room) : [];
  const accounts = (members: readonly { readonly target_id: string }[]) => members.map((each) => each.target_id);
  return { add: accounts(add), remove: accounts(remove) };
}
