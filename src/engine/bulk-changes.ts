// Sends batches of changes, and says what came of each as if it had been sent alone. People who are created with their
// manager in one request refer to the manager by name. Whether a target puts the id in the place of a name is seen once,
// by reading the first account that has one; until then, and where it does not, the reference is completed later.
import type { ObjectFault } from '../model/errors.ts';
import { bulkReference } from '../scim/bulk.ts';
import { diffResource } from '../scim/diff.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { ReferencedAccount } from '../store/referenced-accounts.ts';
import { notApplied } from './applied.ts';
import type { ChangePayload, WaitingReference } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { CreatedGroups } from './created-groups.ts';
import type { ChangeOutcome } from './execute.ts';
import type { BulkPort } from './ports.ts';
import { runBatches, runTogether, throwFailure } from './together.ts';

/** How a single change is sent, and where what came of it goes. */
export interface Sending {
  readonly payloads: ReadonlyMap<string, ChangePayload>;
  /** Accounts of the people who are referred to. */
  readonly accounts: ReadonlyMap<string, ReferencedAccount>;
  readonly execute: (
    within: CycleContext,
    change: StoredChange,
    accounts: ReadonlyMap<string, ReferencedAccount>,
  ) => Promise<ChangeOutcome>;
  readonly take: (outcome: ChangeOutcome) => void;
}

/** A reference to somebody who is created in the same request. */
interface NamedReference {
  readonly reference: WaitingReference;
  readonly manager: StoredChange;
}

/**
 * Sends the batches. Answers the changes that were not carried out because of a name that meant nothing to the target: they
 * are to be sent again, alone, once everything else is settled.
 */
export async function sendBatches(
  context: CycleContext,
  batches: readonly (readonly StoredChange[])[],
  sending: Sending,
): Promise<StoredChange[]> {
  const groups = new CreatedGroups(context);
  const again = await runBatches(batches, (batch) => sendBatch(context, batch, sending, groups));
  return again.flat();
}

async function sendBatch(
  context: CycleContext,
  batch: readonly StoredChange[],
  sending: Sending,
  groups: CreatedGroups,
): Promise<readonly StoredChange[]> {
  const { bulk } = context.io.target;
  const names = new Map(batch.map((change) => [change.id, namedIn(batch, change, sending)]));
  const answered = new Map<string, ScimResource>();
  const ended = await runTogether(
    context,
    batch.map((change) => {
      const named = names.get(change.id) ?? [];
      const accounts = new Map([...sending.accounts, ...named.map(nameAsAccount)]);
      const sees = (created: ScimResource, sent: ScimResource): Promise<ScimResource> => {
        if (named.length === 0) return groups.seen(created, sent);
        answered.set(change.id, created);
        return Promise.resolve({ id: created['id'] });
      };
      return {
        name: change.id,
        sees,
        run: (within) => sending.execute(within, change, named.length === 0 ? sending.accounts : accounts),
      };
    }),
  );
  const outcomes = ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const made = new Map(outcomes.map((outcome) => [outcome.change.id, outcome]));
  const again: StoredChange[] = [];
  for (const outcome of outcomes) {
    const named = names.get(outcome.change.id) ?? [];
    if (named.length === 0 || bulk === undefined) sending.take(outcome);
    else if (isToBeRepeated(outcome, named, made, bulk)) again.push(outcome.change);
    else sending.take(await withIds(context, bulk, outcome, named, made, answered.get(outcome.change.id)));
  }
  throwFailure(ended);
  return again;
}

/** References of a change to people whom the same batch creates before it. */
function namedIn(
  batch: readonly StoredChange[],
  change: StoredChange,
  { payloads, accounts }: Sending,
): NamedReference[] {
  const before = batch.slice(0, batch.indexOf(change));
  return (payloads.get(change.id)?.references ?? []).flatMap((reference) => {
    if (reference.form !== 'id' || accounts.has(reference.referencedId)) return [];
    const isManager = ({ kind, action, source_id: id }: StoredChange) =>
      kind === 'user' && action === 'create' && id === reference.referencedId;
    const manager = before.find(isManager);
    return manager === undefined ? [] : [{ reference, manager }];
  });
}

/** A person who has a name in this request, and no account yet. */
function nameAsAccount({ reference, manager }: NamedReference): [string, ReferencedAccount] {
  return [reference.referencedId, { target_id: bulkReference(manager.id), email: null }];
}

type Made = ReadonlyMap<string, ChangeOutcome>;

/** The id that a name stands for; undefined when nobody was created. */
function idOf({ manager }: NamedReference, made: Made): string | undefined {
  const outcome = made.get(manager.id);
  return outcome?.fault === null ? (outcome.targetId ?? undefined) : undefined;
}

function isToBeRepeated(
  { fault }: ChangeOutcome,
  named: readonly NamedReference[],
  made: Made,
  bulk: BulkPort,
): boolean {
  if (fault === null || fault.ambiguous === true) return false;
  if (named.some((each) => idOf(each, made) === undefined)) return true;
  if (bulk.references === 'proved') return false;
  // It may have been refused for the name.
  bulk.references = 'useless';
  return true;
}

/** The outcome with ids in the place of names; a reference that did not arrive as an id waits. */
async function withIds(
  context: CycleContext,
  bulk: BulkPort,
  outcome: ChangeOutcome,
  named: readonly NamedReference[],
  made: Made,
  answered: ScimResource | undefined,
): Promise<ChangeOutcome> {
  // Whoever is looked for and adopted after all has no manager yet.
  if (outcome.fault !== null)
    return { ...outcome, waiting: [...outcome.waiting, ...named.map((each) => each.reference)] };
  const ids = new Map<string, string>();
  for (const each of named) {
    const id = idOf(each, made);
    if (id === undefined) continue;
    if (bulk.references === 'untried') await prove(context, bulk, outcome, each.reference, id, answered);
    if (bulk.references === 'proved') ids.set(bulkReference(each.manager.id), id);
  }
  const lost = named.filter(({ manager }) => !ids.has(bulkReference(manager.id)));
  const gone = new Set(lost.map(({ manager }) => bulkReference(manager.id)));
  const isKept = (value: unknown): boolean => typeof value !== 'string' || !gone.has(value);
  const real = <T>(value: T): T | string => (typeof value === 'string' ? (ids.get(value) ?? value) : value);
  const written = outcome.written
    .filter(({ value }) => isKept(value))
    .map((each) => ({ ...each, value: real(each.value) }));
  return {
    ...outcome,
    written,
    differences: outcome.differences
      .filter(({ newValue }) => isKept(newValue))
      .map((each) => ({ ...each, newValue: real(each.newValue) })),
    waiting: [...outcome.waiting, ...lost.map(({ reference }) => reference)],
    warning: warningOf(outcome, answered, written),
  };
}

/** What the target answered is compared with ids, once they are known. */
function warningOf(
  { warning }: ChangeOutcome,
  answered: ScimResource | undefined,
  written: ChangeOutcome['written'],
): ObjectFault | null {
  return answered === undefined ? warning : notApplied(answered, written);
}

/** Finds out whether a target puts an id in the place of a name; a target that cannot be asked leaves it open. */
async function prove(
  context: CycleContext,
  bulk: BulkPort,
  { targetId }: ChangeOutcome,
  { path }: WaitingReference,
  value: string,
  answered: ScimResource | undefined,
): Promise<void> {
  const { target, signal } = context.io;
  const holds = (resource: ScimResource): boolean =>
    diffResource(resource, [{ path, value }], { caseInsensitive: [] }).length === 0;
  if (answered !== undefined && holds(answered)) {
    bulk.references = 'proved';
    return;
  }
  const read = await target.get('User', targetId ?? '', signal);
  if (read.ok && read.value !== null) bulk.references = holds(read.value) ? 'proved' : 'useless';
}
