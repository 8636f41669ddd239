// Which held changes a decision means: a set exactly as it was shown, single objects, whoever fulfils a condition, or what a
// changed configuration has caused, or would. Compared and decided in one transaction, so that what is compared is what is decided.
import { randomUUID } from 'node:crypto';
import type { HeldDecision } from '../engine/held-decision.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { HeldCondition } from '../rules/held-condition.ts';
import { viewSource } from '../rules/source-view.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { Db, Store } from '../store/database.ts';
import { configurationChanges, findHeldConfiguration, setConfigurationState } from '../store/held-configurations.ts';
import { findObjects } from '../store/source-objects.ts';
import { type HeldChange, heldChange, heldSets, readChanges } from './held-sets.ts';

/** What is decided about. */
export type HeldChoice =
  | { readonly set: string }
  | { readonly objects: readonly string[] }
  | { readonly where: HeldCondition }
  | ByConfiguration;

/** What a changed configuration has caused, and the held configuration itself; `hash` is that of the file, where it is known. */
export interface ByConfiguration {
  readonly byConfiguration: true;
  readonly hash?: string;
}

/** Outcome; nothing is decided when it is refused. */
export type DecisionResult =
  | {
      readonly ok: true;
      readonly decided: readonly HeldChange[];
      /** How many changes the held configuration would make that was decided about; null when none was. */
      readonly configuration: number | null;
    }
  | { readonly ok: false; readonly message: string };

type Chosen = { readonly ok: true; readonly changes: readonly StoredChange[] } | Extract<DecisionResult, { ok: false }>;

/** Decides about what is chosen. Nothing is sent: the next cycle carries out what was approved and is still due. */
export function decideHeld(
  store: Store,
  jobId: string,
  choice: HeldChoice,
  decision: HeldDecision,
): Promise<DecisionResult> {
  return store.transaction(async (trx) => {
    // Who names somebody may also take a rejection back.
    const takesBack = decision.verdict === 'approved' && 'objects' in choice;
    const held = await readChanges(trx, jobId, takesBack ? ['staged', 'rejected'] : ['staged']);
    const whole = 'byConfiguration' in choice ? await decideConfiguration(trx, jobId, choice, decision) : null;
    if (whole !== null && !whole.ok) return whole;
    const configuration = whole?.changes ?? null;
    const chosen = await choose(trx, jobId, held, choice);
    if (!chosen.ok) return configuration === null ? chosen : { ok: true, decided: [], configuration };
    const { recordDecision } = await import('../engine/held-decision.ts');
    await recordDecision(trx, chosen.changes, decision, randomUUID);
    return { ok: true, decided: chosen.changes.map(heldChange), configuration };
  });
}

type DecidedConfiguration =
  | { readonly ok: true; readonly changes: number | null }
  | Extract<DecisionResult, { ok: false }>;

/** Decides about the held configuration itself. Only the one that was shown: another one is tried by the next cycle anyhow. */
async function decideConfiguration(
  trx: Db,
  jobId: string,
  { hash }: ByConfiguration,
  { verdict, by, at, reason, until }: HeldDecision,
): Promise<DecidedConfiguration> {
  const hold = await findHeldConfiguration(trx, jobId);
  if (hold === undefined || hold.state === 'taken') return { ok: true, changes: null };
  if (hash !== undefined && hash !== hold.hash)
    return { ok: false, message: 'The configuration was changed since it was held: the next cycle tries the new one.' };
  const decision = { decided_by: by, decided_at: at, decision_reason: reason, decided_until: until };
  await setConfigurationState(trx, jobId, verdict, decision);
  return { ok: true, changes: (await configurationChanges(trx, jobId)).length };
}

async function choose(db: Db, jobId: string, held: readonly StoredChange[], choice: HeldChoice): Promise<Chosen> {
  if ('set' in choice) return chooseSet(jobId, held, choice.set);
  if ('objects' in choice) return chooseObjects(held, choice.objects);
  if ('where' in choice) {
    const changes = await fulfilling(db, jobId, held, choice.where);
    return changes.length > 0 ? { ok: true, changes } : { ok: false, message: 'Nothing that is held fulfils this.' };
  }
  const changes = held.filter((change) => change.by_configuration === 1);
  return changes.length > 0
    ? { ok: true, changes }
    : { ok: false, message: 'Nothing is held because of a changed configuration.' };
}

function chooseSet(jobId: string, held: readonly StoredChange[], id: string): Chosen {
  const sets = heldSets(jobId, held);
  const found = sets.find((each) => each.set === id);
  if (found !== undefined)
    return { ok: true, changes: held.filter((change) => (change.guard_class ?? 'other') === found.guardClass) };
  const [, guardClass, size] = /^([A-Za-z]+)-(\d+)-[0-9a-f]{10}$/.exec(id) ?? [];
  if (guardClass === undefined || size === undefined)
    return { ok: false, message: `${JSON.stringify(id)} is not the id of a set.` };
  const now = sets.find((each) => each.guardClass === guardClass);
  if (now === undefined) return { ok: false, message: `Nothing is held in ${guardClass} any more.` };
  return { ok: false, message: `The set has changed since it was shown: ${differenceText(Number(size), now.count)}.` };
}

function differenceText(shown: number, now: number): string {
  if (now === shown) return `it holds ${now} changes as before, but not the same ones`;
  const difference = now > shown ? `${now - shown} more` : `${shown - now} fewer`;
  return `it held ${shown}, now it holds ${now} (${difference})`;
}

function chooseObjects(held: readonly StoredChange[], objects: readonly string[]): Chosen {
  const wanted = new Set(objects);
  const changes = held.filter((change) => wanted.has(change.source_id));
  for (const change of changes) wanted.delete(change.source_id);
  if (wanted.size === 0) return { ok: true, changes };
  const names = [...wanted].map((id) => JSON.stringify(id)).join(', ');
  return { ok: false, message: `Nothing is held for an object with the id ${names}; names are not taken here.` };
}

async function fulfilling(
  db: Db,
  jobId: string,
  held: readonly StoredChange[],
  condition: HeldCondition,
): Promise<StoredChange[]> {
  const views = new Map<string, ReturnType<typeof viewSource>>();
  for (const kind of ['user', 'group'] as const) {
    const ids = condition.asksDirectory ? held.filter((each) => each.kind === kind).map((each) => each.source_id) : [];
    for (const [id, view] of await viewsOf(db, jobId, kind, ids)) views.set(`${kind} ${id}`, view);
  }
  return held.filter((change) => {
    const { kind, action, event, guard_class: guardClass } = change;
    const words = { kind, action, event, class: guardClass };
    return condition.holds(words, views.get(`${kind} ${change.source_id}`) ?? null);
  });
}

/** The objects as the last cycle read them; those of whom only an id is left are left out. */
async function viewsOf(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  ids: readonly string[],
): Promise<Map<string, ReturnType<typeof viewSource>>> {
  const views = new Map<string, ReturnType<typeof viewSource>>();
  for (const [id, row] of await findObjects(db, jobId, kind, ids)) {
    const properties = JSON.parse(row.attributes) as Record<string, unknown>;
    if (Object.keys(properties).length === 0) continue;
    views.set(id, viewSource({ kind, id, properties, managerId: row.manager_id, roles: [], isSoftDeleted: false }));
  }
  return views;
}
