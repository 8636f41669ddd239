// The change row of a decision: what is to be sent, the guard that counts it, and whether an earlier verdict stands.
import type { GuardClass, Phase, ProvisioningStep } from '../model/cycle.ts';
import { PHASES } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Decision } from '../rules/decide.ts';
import { type ChangeFacts, classOfChange, type Standing, standingOf, wasShown } from '../rules/guard-class.ts';
import { identityChanges } from '../rules/identity.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { NO_DECISION } from '../store/change-decisions.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { OpenChange } from '../store/changes.ts';
import type { DecisionColumns } from '../store/decision-columns.ts';
import type { HeldConfigurationChangeTable } from '../store/held-configuration-tables.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CycleContext, planMark } from './context.ts';
import { countedClass } from './on-demand-gate.ts';
import { payloadText, readPayload } from './payload-text.ts';
import { type PlannedObject, step } from './planned-object.ts';

/** What was planned or decided before about an object. */
export interface Earlier {
  /** The change that is open. */
  readonly open: OpenChange | undefined;
  /** What a held configuration would have done, which somebody has approved. */
  readonly shown: HeldConfigurationChangeTable | undefined;
}

/** The row of a decision; undefined when there is nothing to do. */
export function changeRow(
  context: CycleContext,
  kind: ObjectKind,
  planned: PlannedObject,
  { open, shown }: Earlier,
  now: number,
): StoredChange | undefined {
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
  const judged = { action: decision.action, guardClass, identity, targetId };
  const stands = context.observes ? 'new' : standingOf(isOutdated ? undefined : earlierOf(open), judged);
  const isShown = stands === 'new' && guardClass !== null && shown !== undefined && wasShown(shown, judged);
  const standing = isShown ? 'approved' : stands;
  const decided = isShown ? context.taking : standing === 'new' ? undefined : open;
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
    payload: payloadText(payload),
    steps: JSON.stringify(standing === 'approved' ? [...planned.steps, ...approvalSteps(decided)] : planned.steps),
    differences: payload.differences.length,
    amount: 1,
    status: statusOf(context, standing),
    created_at: now,
    settled_at: null,
    by_configuration: byConfiguration ? 1 : 0,
    ...decisionOf(decided),
  };
}

/** What was decided about a change stays with it, whatever it is planned as. */
function decisionOf(decided: DecisionColumns | null | undefined): DecisionColumns {
  if (decided === undefined || decided === null) return NO_DECISION;
  const { decided_by, decided_at, decision_reason, decided_until } = decided;
  return { decided_by, decided_at, decision_reason, decided_until };
}

function approvalSteps(decided: DecisionColumns | null | undefined): ProvisioningStep[] {
  if (decided === undefined || decided === null || decided.decided_by === null) return [];
  const reason = decided.decision_reason === null ? '' : `: ${decided.decision_reason}`;
  return [step('EntryExportApproved', 'export', 'success', `Approved by ${decided.decided_by}${reason}`)];
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

/** Whether an object was planned with another configuration, and not since; to be looked at, or to be carried out. */
function isPlannedAnew(context: CycleContext, { row }: PlannedObject): boolean {
  const planned = context.observes ? Math.max(row.observed_seq, row.planned_seq) : row.planned_seq;
  return planned > 0 && planned < context.configurationSeq;
}

const DECIDABLE: ReadonlySet<string> = new Set(['staged', 'approved', 'rejected']);

function phaseOf(kind: ObjectKind, action: string, removes: boolean): Phase {
  if (action === 'delete') return 'deletes';
  if (removes) return 'disables';
  return kind === 'user' ? 'users' : 'groups';
}

function statusOf(context: CycleContext, standing: Standing): StoredChange['status'] {
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
  // Each irreversible action waits for somebody's word in any case; a configuration is judged by why there are many.
  const policy = context.isTrial ? 'allow' : guards.irreversible;
  return countedClass(context, classOfChange(facts, profile.irreversible, policy));
}

/** A change that was approved and not sent yet counts as approved still. */
function earlierOf(open: OpenChange | undefined): Parameters<typeof standingOf>[0] {
  if (open === undefined) return undefined;
  const payload = readPayload(open.payload);
  return {
    action: open.action,
    status: payload.approved === true ? 'approved' : open.status,
    guardClass: open.guard_class as GuardClass | null,
    targetId: open.target_id,
    identity: (payload.differences ?? []).filter(({ path }) => payload.identity?.includes(path.text) === true),
  };
}
