// Sends one change to the target and says what came of it. The only file that creates, changes or removes accounts
// (memberships and late references: memberships.ts, references.ts). What came of it is settled elsewhere.
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import { decideExisting } from '../rules/decide.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { protects } from '../rules/protect.ts';
import { buildResource } from '../scim/create.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { addMembers, buildPatch, removeMembers } from '../scim/patch.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { LinkedMember } from '../store/members.ts';
import type { ReferencedAccount } from '../store/referenced-accounts.ts';
import type { LinkTable } from '../store/schema.ts';
import { findObjects } from '../store/source-objects.ts';
import { mayBeNamesakes, whyNotTheirs } from './adoption.ts';
import { absentMembers, notApplied, showsMembers, staysActive } from './applied.ts';
import type { ChangePayload, WaitingReference } from './change-payload.ts';
import { mappingOf } from './compiled-job.ts';
import { confirmAbsence } from './confirm-absence.ts';
import type { CycleContext } from './context.ts';
import { isDoubtful, seeksDeleted, sendsMembers } from './dialect.ts';
import { matchNow } from './match.ts';
import { viewOf } from './planned-object.ts';
import type { TargetResult } from './ports.ts';
import { type ResolvedReference, referenceDifferences, resolveReferences } from './resolved-references.ts';
import { countedOf, type MembersToSend, NO_MEMBERS, takeMembers } from './sent-members.ts';

const DISABLED_INSTEAD: ObjectFault = {
  code: 'DisabledInstead',
  message: 'The target does not delete accounts. This one was disabled instead, and is not linked any more.',
};

/** What came of one change. */
export interface ChangeOutcome {
  readonly change: StoredChange;
  readonly payload: ChangePayload;
  /** The account, when there is one now. */
  readonly targetId: string | null;
  /** What the account is known to hold now. */
  readonly written: readonly DesiredAttribute[];
  readonly differences: readonly Pick<AttributeDifference, 'path' | 'oldValue' | 'newValue'>[];
  /** References that still wait for an account. */
  readonly waiting: readonly WaitingReference[];
  readonly membersAdded: readonly string[];
  readonly membersRemoved: readonly string[];
  /** How many of the removed ones a guard counts. */
  readonly membersCounted: number;
  /** Whether the members of the group are still to be compared with what the target says. */
  readonly verifyMembers: boolean;
  /** Whether the group is known to hold everybody it is to hold, and nobody else by our hand. */
  readonly membersInStep: boolean;
  readonly fault: ObjectFault | null;
  /** A fault that did not keep the change from being made. */
  readonly warning: ObjectFault | null;
  /** Set when an account that was found instead of a creation is protected, so that it was linked only. */
  readonly isProtected?: boolean;
  /** Set when a creation turned out to be the adoption of an existing account. */
  readonly adopted: boolean;
  /** A creation that was refused as taken, or may have been carried out: to be resolved, not settled. */
  readonly inDoubt: boolean;
  readonly link: LinkTable | undefined;
  readonly durationInMilliseconds: number;
}

interface Attempt {
  readonly context: CycleContext;
  readonly mapping: CompiledMapping;
  readonly change: StoredChange;
  readonly payload: ChangePayload;
  readonly link: LinkTable | undefined;
  readonly resolved: readonly ResolvedReference[];
  readonly waiting: readonly WaitingReference[];
}

type Result = Partial<Omit<ChangeOutcome, 'change' | 'payload' | 'link' | 'durationInMilliseconds'>>;

/** Carries out one change. Faults of the job are thrown; faults of the object come back. */
export async function executeChange(
  context: CycleContext,
  change: StoredChange,
  payload: ChangePayload,
  link: LinkTable | undefined,
  referenced: ReadonlyMap<string, ReferencedAccount>,
): Promise<ChangeOutcome> {
  const mapping = mappingOf(context.job, change.kind as ObjectKind);
  if (mapping === null) throw new Error(`a change of kind ${change.kind} has no mapping`);
  const began = context.io.clock.now().getTime();
  const attempt = attemptOf(context, mapping, { change, payload, link }, referenced);
  const result = await send(attempt);
  return {
    change,
    payload,
    link,
    targetId: change.target_id,
    written: [],
    differences: payload.differences,
    waiting: attempt.waiting,
    membersAdded: [],
    membersRemoved: [],
    membersCounted: 0,
    verifyMembers: false,
    membersInStep: false,
    fault: null,
    warning: null,
    adopted: false,
    inDoubt: false,
    ...result,
    durationInMilliseconds: context.io.clock.now().getTime() - began,
  };
}

function attemptOf(
  context: CycleContext,
  mapping: CompiledMapping,
  sent: Pick<Attempt, 'change' | 'payload' | 'link'>,
  referenced: ReadonlyMap<string, ReferencedAccount>,
): Attempt {
  return { context, mapping, ...sent, ...resolveReferences(context.job, sent.payload, referenced) };
}

async function send(attempt: Attempt): Promise<Result> {
  switch (attempt.change.action) {
    case 'create':
      return create(attempt);
    case 'delete':
      return remove(attempt);
    default:
      return change(attempt);
  }
}

async function remove({ context, mapping, change }: Attempt): Promise<Result> {
  const removed = await context.io.target.remove(mapping.scimKind, change.target_id ?? '', context.io.signal);
  if (!removed.ok) return { fault: removed.fault };
  if (removed.value === 'removed') return {};
  if (removed.value === 'disabled') return { warning: DISABLED_INSTEAD };
  return seeksDeleted(context, change) ? { fault: await confirmAbsence(context, mapping, change) } : {};
}

async function create(attempt: Attempt): Promise<Result> {
  const { context, mapping, payload } = attempt;
  const desired = [...payload.desired, ...attempt.resolved];
  const members = sendsMembers(attempt) ? await takeMembers(context, attempt.change.source_id, true) : NO_MEMBERS;
  const resource = buildResource(
    mapping.scimKind,
    desired,
    members.add.map((member) => member.target_id),
  );
  const created = await context.io.target.create(mapping.scimKind, resource, context.io.signal);
  if (created.ok) {
    // Some services answer success to a group with members and take only the group: what the answer does not show is looked at.
    const taken = showsMembers(created.value, members.add);
    // Of an account that was made this moment everything is as it was sent, whatever the flow of an attribute.
    // All of it differs from what was there: nothing.
    const written = desired.map(({ path, value }) => ({ path, value, oldValue: undefined, newValue: value }));
    return {
      targetId: resourceId(created.value) ?? null,
      written,
      differences: written,
      membersAdded: taken ? members.add.map((member) => member.member_id) : [],
      verifyMembers: members.verify || !taken,
      membersInStep: taken && members.isAll && !members.verify,
      warning: notApplied(created.value, written, resource),
    };
  }
  return { fault: created.fault, inDoubt: isDoubtful(context, attempt.change, created.fault) };
}

/**
 * Resolves a creation that is in doubt. Must run alone, after everything else that was sent is settled: otherwise the
 * account found could be one that is being created for somebody else at this moment.
 */
export async function resolveDoubt(
  context: CycleContext,
  outcome: ChangeOutcome,
  referenced: ReadonlyMap<string, ReferencedAccount>,
): Promise<ChangeOutcome> {
  const { change, payload, link, fault } = outcome;
  const mapping = mappingOf(context.job, change.kind as ObjectKind);
  if (mapping === null || fault === null) return outcome;
  const attempt = attemptOf(context, mapping, { change, payload, link }, referenced);
  return { ...outcome, ...(await adoptAfterConflict(attempt, fault)) };
}

/**
 * The target says the account exists, or may have created it without saying so: it is looked for, and adopted when
 * exactly one account matches that belongs to nobody else.
 */
async function adoptAfterConflict(attempt: Attempt, fault: ObjectFault): Promise<Result> {
  const { context, mapping, payload, change } = attempt;
  const { job, io } = context;
  const row = (await findObjects(io.store.db, job.id, mapping.kind, [change.source_id])).get(change.source_id);
  if (row === undefined) return { fault };
  const view = viewOf(context, row, false);
  const match = await matchNow(context, mapping, view, fault.code === 'EntryConflict');
  if (match.type === 'fault') return { fault: match.fault };
  if (match.type === 'none') return { fault };
  const notTheirs = await whyNotTheirs(context, mapping, change.source_id, view, match);
  if (notTheirs !== null) return { fault: notTheirs };
  if (await mayBeNamesakes(context, mapping, change.source_id, match)) {
    const message = `The account ${match.targetId}, found by ${match.by}, is inactive and may be a namesake's: the next attempt holds its adoption until somebody approves it.`;
    return { fault: { ...fault, message } };
  }
  const account = { resource: match.resource, targetId: match.targetId, before: {} };
  const { caseInsensitive } = job.settings.profile;
  const decision = decideExisting(payload, attempt.resolved, account, { adopting: true, caseInsensitive });
  if (decision.action !== 'adopt') return { fault };
  const adopted = { fault: null, targetId: match.targetId, adopted: true };
  const linkedOnly = { ...adopted, written: [], differences: [], waiting: [] };
  if (!mapping.flowTypes.includes('Update')) return linkedOnly;
  if (mapping.kind === 'user' && protects(job.protection, match.resource)) return { ...linkedOnly, isProtected: true };
  const patched = await patch(attempt, match.targetId, decision.differences, decision.restated ?? [], NO_MEMBERS);
  return patched.fault === undefined || patched.fault === null
    ? { ...adopted, ...patched, fault: null, written: decision.desired, differences: decision.differences }
    : patched;
}

async function change(attempt: Attempt): Promise<Result> {
  const { context, change: row, payload } = attempt;
  const targetId = row.target_id ?? '';
  const differences = [...payload.differences, ...referenceDifferences(attempt.resolved)];
  const members = sendsMembers(attempt) ? await takeMembers(context, row.source_id, false) : NO_MEMBERS;
  const patched = await patch(attempt, targetId, differences, payload.restated ?? [], members);
  if (patched.fault !== undefined && patched.fault !== null) return { ...patched, waiting: [] };
  return { ...patched, written: [...payload.desired, ...attempt.resolved], differences };
}

async function patch(
  { context, mapping }: Attempt,
  targetId: string,
  differences: readonly AttributeDifference[],
  restated: readonly AttributeDifference[],
  members: MembersToSend,
): Promise<Result> {
  const stated = differences.length === 0 ? [] : [...differences, ...restated];
  const accountsOf = (side: readonly LinkedMember[]): string[] => side.map((each) => each.target_id);
  const operations = [
    ...buildPatch(stated, context.job.strategy.patch.missingElement),
    ...addMembers(accountsOf(members.add)),
    ...removeMembers(accountsOf(members.remove)),
  ];
  if (operations.length === 0) return {};
  const answer: TargetResult<ScimResource | null> = await context.io.target.patch(
    mapping.scimKind,
    targetId,
    operations,
    context.io.signal,
  );
  if (!answer.ok) return { fault: answer.fault };
  const stillActive = staysActive(differences, answer.value);
  if (stillActive !== null) return { fault: stillActive };
  const wanted = differences.map(
    ({ path, newValue, elements }): DesiredAttribute =>
      elements === undefined ? { path, value: newValue } : { path, value: elements.add, flow: 'ValueAddOnly' },
  );
  const absent = absentMembers(answer.value, accountsOf(members.add), context.job.settings.profile);
  return {
    warning: answer.value === null ? null : notApplied(answer.value, wanted),
    membersAdded: members.add.filter((each) => !absent.has(each.target_id)).map((each) => each.member_id),
    membersRemoved: members.remove.map((each) => each.member_id),
    membersCounted: countedOf(members),
    // Who is not there is found by the comparison that follows, and added again.
    verifyMembers: members.verify || absent.size > 0,
  };
}
