// The change row of a decision: what is to be sent, the guard that counts it, and whether an earlier verdict stands.
import type { GuardClass, Phase, ProvisioningStep } from '../model/cycle.ts';
import { PHASES } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Decision } from '../rules/decide.ts';
import { type ChangeFacts, classOfChange, type Standing, standingOf } from '../rules/guard-class.ts';
import { identityChanges } from '../rules/identity.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import type { OpenChange } from '../store/changes.ts';
import type { DecisionColumns } from '../store/decision-columns.ts';
import type { ChangeTable } from '../store/schema.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CycleContext, planMark } from './context.ts';
import { countedClass } from './on-demand-gate.ts';
import { type PlannedObject, step } from './planned-object.ts';

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
  const removal = intention.type === 'leave' || intention.type === 'provision' ? null : intention;
  const policy = intention.type === 'disable' || intention.type === 'reduce' ? intention : null;
  const identity = identityOf(context, decision);
  const byConfiguration = isByConfiguration(context, planned, open, decision.action);
  const guardClass = guardClassOf(context, kind, planned, decision, open, {
    removal: removal?.guardClass ?? null,
    changesIdentity: identity.length > 0,
    byConfiguration,
  });
  const targetId = decision.action === 'create' ? null : decision.targetId;
  // What was decided about the updates of one configuration says nothing about those of the next one.
  const isOutdated = open?.by_configuration === 1 && removal === null && isPlannedAnew(context, planned);
  const standing = context.observes
    ? 'new'
    : standingOf(isOutdated ? undefined : earlierOf(open), {
        action: decision.action,
        guardClass,
        identity,
        targetId,
      });
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
    ...(policy?.removesMemberships === true ? { removesMemberships: true } : {}),
    ...(policy === null || policy.deleteAfter === null ? {} : { deleteAfter: policy.deleteAfter }),
    ...(policy === null || Object.keys(policy.set).length === 0 ? {} : { set: policy.set }),
    ...(planned.isProtected === null ? {} : { isProtected: planned.isProtected }),
  };
  return {
    id: context.io.newId(),
    job_id: context.job.id,
    cycle_id: context.cycleId,
    kind,
    source_id: planned.row.id,
    display_name: planned.row.display_name,
    phase: PHASES.indexOf(phaseOf(kind, decision.action, removal !== null)),
    action: decision.action,
    target_id: targetId,
    waits_for: waiting?.referencedId ?? null,
    // What an administrator approved counts for no guard: it must not make the next day's removals look like a wave.
    guard_class: standing === 'approved' ? null : guardClass,
    event: removal?.event ?? null,
    payload: JSON.stringify(payload),
    steps: JSON.stringify(standing === 'approved' ? [...planned.steps, ...approvalSteps(open)] : planned.steps),
    differences: payload.differences.length,
    amount: 1,
    status: statusOf(context, standing),
    created_at: now,
    settled_at: null,
    by_configuration: byConfiguration ? 1 : 0,
    ...decisionOf(standing === 'new' ? undefined : open),
  };
}

/** What was decided about a change stays with it, whatever it is planned as. */
function decisionOf(open: OpenChange | undefined): DecisionColumns {
  if (open === undefined) return NO_DECISION;
  const { decided_by, decided_at, decision_reason, decided_until } = open;
  return { decided_by, decided_at, decision_reason, decided_until };
}

function approvalSteps(open: OpenChange | undefined): ProvisioningStep[] {
  if (open === undefined || open.decided_by === null) return [];
  const reason = open.decision_reason === null ? '' : `: ${open.decision_reason}`;
  return [step('EntryExportApproved', 'export', 'success', `Approved by ${open.decided_by}${reason}`)];
}

/**
 * Whether a changed configuration may be why an object is planned: it was planned before, and not since the configuration
 * changed. What was held for that reason is held for it still when the object itself changes.
 */
function isByConfiguration(
  context: CycleContext,
  planned: PlannedObject,
  open: OpenChange | undefined,
  action: string,
): boolean {
  if (isPlannedAnew(context, planned)) return true;
  return open?.by_configuration === 1 && open.action === action && DECIDABLE.has(open.status);
}

/** Whether an object was planned with another configuration, and not since. */
function isPlannedAnew(context: CycleContext, { row }: PlannedObject): boolean {
  const planned = row[planMark(context).column];
  return planned > 0 && planned < context.configurationSeq;
}

const DECIDABLE: ReadonlySet<string> = new Set(['staged', 'approved', 'rejected']);

function phaseOf(kind: ObjectKind, action: string, removes: boolean): Phase {
  if (action === 'delete') return 'deletes';
  if (removes) return 'disables';
  return kind === 'user' ? 'users' : 'groups';
}

function statusOf(context: CycleContext, standing: Standing): ChangeTable['status'] {
  if (standing === 'approved') return 'pending';
  if (standing === 'rejected') return 'rejected';
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
  open: OpenChange | undefined,
  known: Pick<ChangeFacts, 'removal' | 'changesIdentity' | 'byConfiguration'>,
): GuardClass | null {
  const { guards, profile } = context.job.settings;
  const isKeptBack = open?.status === 'staged' || open?.status === 'rejected';
  // What was undone stays so until somebody approves it; another, more explicit event is another matter.
  const event = 'event' in planned.intention ? planned.intention.event : null;
  const isUndone = isKeptBack && open.guard_class === 'undone';
  if (isUndone && open.action === decision.action && open.event === event) return 'undone';
  const isHeldCreation = isKeptBack && open.action === 'create' && open.guard_class === 'creates';
  const facts = {
    kind,
    action: decision.action,
    ...known,
    shouldExist: planned.dropsLink || isHeldCreation,
    // An account that is only linked stays as it is.
    revives: planned.revives && decision.action === 'adopt' && decision.differences.length > 0,
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
    targetId: open.target_id,
    identity: (payload.differences ?? []).filter(({ path }) => payload.identity?.includes(path.text) === true),
  };
}
