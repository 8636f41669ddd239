// The gate between plan and apply: judges each class of changes as a whole. It only judges; hold.ts carries it out.
import type { ConfigurationReport } from '../model/configuration-report.ts';
import type { GuardClass } from '../model/cycle.ts';
import { judgeFirstContact } from '../rules/first-contact.ts';
import {
  ALWAYS_HELD,
  type CountedClass,
  evaluateGuard,
  type GuardVerdict,
  holdTogether,
  judgeAlwaysHeld,
} from '../rules/guard.ts';
import { countByAction, countByConfiguration, countRemovals, countRemovalsSince } from '../store/change-counts.ts';
import { countDueRemovals, type DueRemovals } from '../store/guarded-members.ts';
import { countShownMemberships } from '../store/held-configurations.ts';
import { countLinks } from '../store/links.ts';
import { countTargetMembers } from '../store/members.ts';
import { type CycleContext, planMark } from './context.ts';
import { gateSelection } from './on-demand-gate.ts';

/** The verdict per class, and how many objects with planned changes are held by it. */
export interface GuardVerdicts {
  readonly byClass: ReadonlyMap<GuardClass, GuardVerdict>;
  readonly heldPlanned: number;
  /** Objects with planned changes per class, held or not. */
  readonly planned: ReadonlyMap<string, number>;
  /** True when all creations of people are held, whatever their class, because the first contact looks like a slip. */
  readonly holdsCreations: boolean;
}

const OF_OBJECTS = ['leavers', 'scopeLosses', 'groupDeletes', 'creates', 'identity', 'updates'] as const;
const NOTHING_HELD: GuardVerdicts = {
  byClass: new Map(),
  heldPlanned: 0,
  planned: new Map(),
  holdsCreations: false,
};
const DAY_MS = 24 * 3_600_000;

/** Judges what is planned in this cycle. */
export async function gateChanges(context: CycleContext): Promise<GuardVerdicts> {
  // Somebody has seen what this cycle sends, and nothing else is sent by it.
  if (context.approved !== null) return NOTHING_HELD;
  if (context.request.selection !== undefined) return gateSelection(context);
  const { job, io } = context;
  const { db } = io.store;
  const { status } = planMark(context);
  const planned = new Map(await countRemovals(db, job.id, status));
  const held = await countRemovals(db, job.id, 'staged');
  // Let through by a cycle that ended before it could send them.
  const pending = await countRemovals(db, job.id, 'pending');
  const recent = await countRemovalsSince(db, job.id, io.clock.now().getTime() - DAY_MS);
  const waiting = (each: GuardClass): number => (held.get(each) ?? 0) + (pending.get(each) ?? 0);
  const people = await countByAction(db, job.id, [status], { kind: 'user' });
  const verdicts = await judgeObjects(context, planned, people.get('adopt') ?? 0, waiting, recent);
  for (const each of ALWAYS_HELD) verdicts.set(each, judgeAlwaysHeld(each, planned.get(each) ?? 0));
  const creations = people.get('create') ?? 0;
  const contact = firstContactVerdict(context);
  const holdsCreations = contact?.held === true && creations > 0;
  if (contact !== null && holdsCreations) {
    verdicts.set('creates', contact);
    planned.set('creates', creations);
  }
  const together = new Map(holdTogether(verdicts));
  const due = await countDue(context, together);
  // What was shown of a configuration, and approved with it, counts for no guard.
  const shown = context.taking === null ? 0 : await countShownMemberships(db, job.id);
  const memberships = { ...due, fresh: Math.max(0, due.fresh - shown) };
  await judgeMemberships(context, together, memberships, recent);
  planned.set('memberships', due.freshGroups);
  const heldPlanned = report(context, together, planned);
  return { byClass: together, heldPlanned, planned, holdsCreations };
}

/**
 * Which classes trip a guard by what a changed configuration has caused, and why. It is judged by itself: with what is held
 * already it would look as large as that.
 */
export async function judgeConfiguration(context: CycleContext): Promise<ConfigurationReport['reasons']> {
  const { job, io } = context;
  const { db } = io.store;
  const planned = new Map(await countByConfiguration(db, job.id, planMark(context).status));
  const recent = await countRemovalsSince(db, job.id, io.clock.now().getTime() - DAY_MS);
  const people = await countByAction(db, job.id, [planMark(context).status], { kind: 'user' });
  const judged = await judgeObjects(context, planned, people.get('adopt') ?? 0, () => 0, recent);
  const verdicts = new Map(holdTogether(judged));
  const due = await countDue(context, verdicts);
  await judgeMemberships(context, verdicts, { ...due, held: 0 }, recent);
  planned.set('memberships', due.freshGroups);
  return [...verdicts].flatMap(([guardClass, { held, because }]) =>
    held && (planned.get(guardClass) ?? 0) > 0 ? [{ guardClass, because }] : [],
  );
}

/** The verdicts about objects; `adoptions` of people are planned, and `waiting` is how much of a class is held or let through already. */
async function judgeObjects(
  context: CycleContext,
  planned: ReadonlyMap<string, number>,
  adoptions: number,
  waiting: (each: GuardClass) => number,
  recent: ReadonlyMap<string, number>,
): Promise<Map<GuardClass, GuardVerdict>> {
  const { job } = context;
  const bases = await countBases(context, adoptions);
  const verdicts = new Map<GuardClass, GuardVerdict>();
  for (const each of OF_OBJECTS) {
    const numbers = {
      planned: planned.get(each) ?? 0,
      held: waiting(each),
      recent: recent.get(each) ?? 0,
      linkedActive: bases[each],
    };
    verdicts.set(each, evaluateGuard(each, job.settings.guards[each], numbers));
  }
  return verdicts;
}

/** The sizes that percentages refer to; whoever is adopted in this cycle is about to be linked. */
async function countBases(
  context: CycleContext,
  adoptions: number,
): Promise<Record<(typeof OF_OBJECTS)[number], number>> {
  const { job, io } = context;
  const users = await countLinks(io.store.db, job.id, 'user', true);
  const groups = await countLinks(io.store.db, job.id, 'group', true);
  const identity = users + adoptions;
  return {
    leavers: users,
    scopeLosses: users,
    groupDeletes: groups,
    creates: users,
    identity,
    updates: users + groups,
  };
}

/** The verdict about all creations of a first contact; null when it is none. */
function firstContactVerdict({ firstContact }: CycleContext): GuardVerdict | null {
  return firstContact === null ? null : judgeFirstContact(firstContact);
}

/** The memberships that are due to be removed, which depend on who is held. */
async function countDue(
  { job, io }: CycleContext,
  verdicts: ReadonlyMap<GuardClass, GuardVerdict>,
): Promise<DueRemovals> {
  if (job.group?.mapsMembers !== true) return { fresh: 0, held: 0, freshGroups: 0 };
  const classes = [...verdicts].flatMap(([each, { held }]) => (held ? [each] : []));
  return countDueRemovals(io.store.db, job.id, classes);
}

/** Adds the verdict about memberships. */
async function judgeMemberships(
  { job, io }: CycleContext,
  verdicts: Map<GuardClass, GuardVerdict>,
  due: DueRemovals,
  recent: ReadonlyMap<string, number>,
): Promise<void> {
  if (job.group?.mapsMembers !== true) return;
  const name: CountedClass = 'memberships';
  const numbers = {
    planned: due.fresh,
    held: due.held,
    recent: recent.get(name) ?? 0,
    // All memberships of a job are many: they are counted only when there is something to judge.
    linkedActive: due.fresh === 0 ? 0 : await countTargetMembers(io.store.db, job.id),
  };
  verdicts.set(name, evaluateGuard(name, job.settings.guards.memberships, numbers));
}

/** Says in the log of the process what is held; returns how many objects that is. */
function report(
  { job, io, cycleId }: CycleContext,
  verdicts: ReadonlyMap<GuardClass, GuardVerdict>,
  planned: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const [guard, { held, because }] of verdicts) {
    const changes = planned.get(guard) ?? 0;
    if (!held || changes === 0) continue;
    sum += changes;
    io.log.warn({ jobId: job.id, cycleId, guard, changes }, `held: ${because}`);
  }
  return sum;
}
