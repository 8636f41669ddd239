// Describes a plan before it is carried out or forgotten: one pass over its rows, a page at a time.
import type { ObjectKind } from '../model/directory.ts';
import type { PlannedActions, PlanReport } from '../model/plan-report.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { pageChanges } from '../store/changes.ts';
import { updateJob } from '../store/jobs.ts';
import { countLinks } from '../store/links.ts';
import { countInScope } from '../store/object-counts.ts';
import { findObjects } from '../store/source-objects.ts';
import { countKeys } from '../store/target-index.ts';
import { breathe, type CycleContext, planMark, settling } from './context.ts';
import { environmentOf } from './environment.ts';
import type { GuardVerdicts } from './gate.ts';
import { type IdentityAttribute, identityAttributes } from './identity-attributes.ts';
import { countLeftOut } from './left-out.ts';
import { modifiedProperties } from './log-entry.ts';
import { indexKey } from './match.ts';
import { readPayload } from './payload-text.ts';
import { countPlannedMemberships } from './planned-memberships.ts';
import { viewOf } from './planned-object.ts';

const PAGE = 500;

type Change = PlanReport['changes'][number];

/** What one pass over the plan gathers. */
interface Tally {
  readonly user: PlannedActions;
  readonly group: PlannedActions;
  readonly matchedBy: Map<string, number>;
  readonly found: Map<string, number>;
  readonly changes: Map<string, Change>;
}

/**
 * Describes the plan where somebody asked for it, and at the first contact with a target that holds accounts; that one is
 * kept with the job, so that it can be read again.
 */
export async function describePlan(context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
  const { job, request, kind } = context;
  // What a careful start (--limit) or a cycle that was broken off has linked already is no stranger any more.
  const first = context.contacting && (await countLinks(context.io.store.db, job.id, 'user', false)) === 0;
  const meets = first && kind === 'initial' && (context.announcedAccounts ?? 0) > 0;
  if (!meets && request.describe !== true) return;
  const report = { ...(await reportPlan(context, verdicts)), firstContact: first };
  context.report = report;
  if (meets) await settling(context, (trx) => updateJob(trx, job.id, { match_report: JSON.stringify(report) }));
}

async function reportPlan(context: CycleContext, verdicts: GuardVerdicts): Promise<Omit<PlanReport, 'firstContact'>> {
  const { job, io } = context;
  const identities = context.announcedAccounts === null ? [] : identityAttributes(job.user);
  const tally = await tallyChanges(context, identities);
  const leftOut = await countLeftOut(context);
  const inScope = await countInScope(io.store.db, job.id, 'user');
  const held = [...verdicts.byClass].filter(([, verdict]) => verdict.held);
  return {
    at: io.clock.now().toISOString(),
    target: job.targetRoot,
    mode: job.settings.mode,
    source: {
      assigned: inScope + leftOut.total,
      inScope,
      leftOut: leftOut.reasons,
      defaultAccess: leftOut.defaultAccess,
    },
    matching: matchingOf(context, identities, tally, await countLinks(io.store.db, job.id, 'user', false)),
    people: tally.user,
    groups: tally.group,
    memberships: await countPlannedMemberships(
      io.store.db,
      context,
      held.map(([each]) => each),
    ),
    held: held.map(([guardClass, { because }]) => ({
      guardClass,
      count: verdicts.planned.get(guardClass) ?? 0,
      because,
    })),
    failing: [...context.failing].map(([code, each]) => ({ code, ...each })).toSorted((a, b) => b.count - a.count),
    changes: [...tally.changes.values()].toSorted((a, b) => b.count - a.count),
  };
}

function matchingOf(
  context: CycleContext,
  identities: readonly IdentityAttribute[],
  tally: Tally,
  linked: number,
): PlanReport['matching'] {
  const accounts = context.announcedAccounts;
  if (accounts === null) return null;
  const configured = identities.filter((each) => each.configured);
  const matched = tally.user.adoptChanged + tally.user.adoptUnchanged;
  return {
    accounts,
    matchedBy: configured.map(({ name }) => ({ attribute: name, count: tally.matchedBy.get(name) ?? 0 })),
    none: tally.user.create,
    ambiguous: context.ambiguousPeople,
    foundBy: identities.map(({ name, configured: isConfigured }) => ({
      attribute: name,
      found: tally.found.get(name) ?? 0,
      configured: isConfigured,
    })),
    unmatchedAccounts: context.firstContact?.unmatchedAccounts ?? Math.max(0, accounts - linked - matched),
  };
}

async function tallyChanges(context: CycleContext, identities: readonly IdentityAttribute[]): Promise<Tally> {
  const { job, io } = context;
  const tally: Tally = {
    user: noActions(),
    group: noActions(),
    matchedBy: new Map(),
    found: new Map(),
    changes: new Map(),
  };
  const statuses = [planMark(context).status, 'pending'] as const;
  for (let after = ''; ; ) {
    const page = await pageChanges(io.store.db, job.id, statuses, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return tally;
    for (const change of page) tallyChange(tally, change);
    await tallyFound(context, identities, page, tally.found);
    after = last.id;
    await breathe(context);
  }
}

function noActions(): PlannedActions {
  return { create: 0, adoptUnchanged: 0, adoptChanged: 0, update: 0, enable: 0, disable: 0, delete: 0 };
}

function tallyChange(tally: Tally, change: StoredChange): void {
  const action =
    change.action === 'adopt'
      ? change.differences === 0
        ? 'adoptUnchanged'
        : 'adoptChanged'
      : (change.action as Exclude<keyof PlannedActions, 'adoptUnchanged' | 'adoptChanged'>);
  tally[change.kind as ObjectKind][action] += 1;
  if (change.action === 'create' || change.action === 'disable' || change.action === 'delete') return;
  const payload = readPayload(change.payload);
  if (change.kind === 'user' && change.action === 'adopt') add(tally.matchedBy, payload.matchedBy ?? '');
  const modified = modifiedProperties(payload.differences ?? [], payload.redacted ?? []);
  for (const { displayName, oldValue, newValue } of modified) {
    const known = tally.changes.get(displayName);
    if (known === undefined) {
      const who = change.display_name ?? change.source_id;
      tally.changes.set(displayName, { attribute: displayName, count: 1, example: { who, oldValue, newValue } });
    } else known.count += 1;
  }
}

function add(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** How many of the people on this page each attribute alone would find: exactly one account, that is. */
async function tallyFound(
  context: CycleContext,
  identities: readonly IdentityAttribute[],
  page: readonly StoredChange[],
  found: Map<string, number>,
): Promise<void> {
  const { job, io } = context;
  const people = page.filter(({ kind, action }) => kind === 'user' && (action === 'create' || action === 'adopt'));
  if (identities.length === 0 || people.length === 0) return;
  const rows = await findObjects(
    io.store.db,
    job.id,
    'user',
    people.map((each) => each.source_id),
  );
  const environment = environmentOf(context);
  for (const { name, textFor } of identities) {
    const values = [...rows.values()].flatMap((row) => textFor(viewOf(context, row, false), environment) ?? []);
    const keys = values.map((value) => indexKey(name, value));
    const hits = await countKeys(io.store.db, job.id, 'user', name, keys);
    add(found, name, keys.filter((key) => hits.get(key) === 1).length);
  }
}
