// The change row of a decision: what is to be sent, the guard that counts it, and whether an earlier verdict stands.
import type { GuardClass, Phase } from '../model/cycle.ts';
import { PHASES } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Decision } from '../rules/decide.ts';
import { classOfChange, standingOf } from '../rules/guard-class.ts';
import { identityChanges } from '../rules/identity.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import type { OpenChange } from '../store/changes.ts';
import type { ChangeTable } from '../store/schema.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CycleContext, planMark } from './context.ts';
import { countedClass } from './on-demand-gate.ts';
import type { PlannedObject } from './planned-object.ts';

/** The row of a decision; undefined when there is nothing to do. */
export function changeRow(
  context: CycleContext,
  kind: ObjectKind,
  planned: PlannedObject,
  open: OpenChange | undefined,
  now: number,
): ChangeTable | undefined {
  const { decision, intention } = planned;
  if (decision === null || decision.action === 'none') return undefined;
  const removal = intention.type === 'disable' || intention.type === 'delete' ? intention : null;
  const identity = identityOf(context, decision);
  const guardClass = guardClassOf(context, kind, planned, decision, removal?.guardClass ?? null, identity, open);
  const standing = context.observes
    ? 'new'
    : standingOf(earlierOf(open), { action: decision.action, guardClass, identity });
  const waiting =
    decision.action === 'create' || decision.action === 'adopt'
      ? planned.references.find((reference) => reference.referencedId !== planned.row.id)
      : undefined;
  const payload: ChangePayload = {
    desired: decision.action === 'delete' ? [] : decision.desired,
    differences: decision.action === 'create' || decision.action === 'delete' ? [] : decision.differences,
    ...('restated' in decision && decision.restated !== undefined ? { restated: decision.restated } : {}),
    references: planned.references,
    redacted: planned.redacted,
    matchedBy: planned.matchedBy,
    ...(guardClass === 'identity' ? { identity: identity.map(({ path }) => path.text) } : {}),
    ...(standing === 'approved' ? { approved: true } : {}),
    ...(planned.isProtected === null ? {} : { isProtected: planned.isProtected }),
  };
  return {
    id: context.io.newId(),
    job_id: context.job.id,
    cycle_id: context.cycleId,
    kind,
    source_id: planned.row.id,
    display_name: planned.row.display_name,
    phase: PHASES.indexOf(phaseOf(kind, decision.action)),
    action: decision.action,
    target_id: decision.action === 'create' ? null : decision.targetId,
    waits_for: waiting?.referencedId ?? null,
    // What an administrator approved counts for no guard: it must not make the next day's removals look like a wave.
    guard_class: standing === 'approved' ? null : guardClass,
    event: removal?.event ?? null,
    payload: JSON.stringify(payload),
    steps: JSON.stringify(planned.steps),
    differences: payload.differences.length,
    amount: 1,
    status: statusOf(context, standing),
    created_at: now,
    settled_at: null,
  };
}

function phaseOf(kind: ObjectKind, action: string): Phase {
  if (action === 'disable') return 'disables';
  if (action === 'delete') return 'deletes';
  return kind === 'user' ? 'users' : 'groups';
}

function statusOf(context: CycleContext, standing: ReturnType<typeof standingOf>): ChangeTable['status'] {
  if (standing === 'approved') return 'pending';
  return standing === 'held' ? 'staged' : planMark(context).status;
}

function identityOf(context: CycleContext, decision: Decision): readonly AttributeDifference[] {
  if (!('differences' in decision)) return [];
  const { job } = context;
  const matching = job.user.matching.map(({ path }) => path);
  return identityChanges(decision.differences, matching, job.settings.profile.caseInsensitive);
}

function guardClassOf(
  context: CycleContext,
  kind: ObjectKind,
  planned: PlannedObject,
  decision: Exclude<Decision, { action: 'none' }>,
  removal: GuardClass | null,
  identity: readonly AttributeDifference[],
  open: OpenChange | undefined,
): GuardClass | null {
  const { guards, profile } = context.job.settings;
  // What was undone stays so until somebody approves it; another, more explicit event is another matter.
  const event = 'event' in planned.intention ? planned.intention.event : null;
  const isUndone = open?.status === 'staged' && open.guard_class === 'undone';
  if (isUndone && open.action === decision.action && open.event === event) return 'undone';
  const isHeldCreation = open?.status === 'staged' && open.action === 'create' && open.guard_class === 'creates';
  const facts = {
    kind,
    action: decision.action,
    removal,
    shouldExist: planned.dropsLink || isHeldCreation,
    changesIdentity: identity.length > 0,
  };
  return countedClass(context, classOfChange(facts, profile.irreversible, guards.irreversible));
}

/** A change that was approved and not sent yet counts as approved still. */
function earlierOf(open: OpenChange | undefined): Parameters<typeof standingOf>[0] {
  if (open === undefined) return undefined;
  const payload = JSON.parse(open.payload ?? '{}') as Partial<ChangePayload>;
  return {
    action: open.action,
    status: payload.approved === true ? 'approved' : open.status,
    guardClass: open.guard_class as GuardClass | null,
    identity: (payload.differences ?? []).filter(({ path }) => payload.identity?.includes(path.text) === true),
  };
}
