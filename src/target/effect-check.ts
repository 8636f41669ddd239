// Whether success meant anything. An answer that shows the resource is read; where nothing is shown, and the change is of a kind
// that servers ignore, the resource is read back, once for each attribute and target.
import { booleanOf, factName, isOftenIgnored, withoutEffect } from '../scim/effect.ts';
import { isMemberAddition } from '../scim/members.ts';
import { operationPath } from '../scim/pathless.ts';
import { isSilentOn } from '../scim/representation.ts';
import { type PatchOperation, resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import type { MemberHabits } from './member-removal.ts';
import type { LadderContext, PatchResult } from './requests.ts';

/** Looks for the effect of changes. */
export class EffectCheck {
  private readonly context: LadderContext;
  private readonly habits: MemberHabits;

  constructor(context: LadderContext, habits: MemberHabits) {
    this.context = context;
    this.habits = habits;
  }

  /** The operations that were answered with success and are not there; undefined when nothing can be said. */
  async missing(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    result: PatchResult,
    signal: AbortSignal,
  ): Promise<readonly PatchOperation[] | undefined> {
    if (!result.ok) return undefined;
    const { requests } = this.context;
    const judged = operations.filter((each) => this.isJudged(kind, each));
    const shown = result.value !== null && isWhole(result.value) ? result.value : undefined;
    const absent = shown === undefined ? [] : withoutEffect(shown, judged);
    const unseen = judged.filter(
      (each) => isOftenIgnored(each) && (shown === undefined || isUnseen(kind, shown, each, operations)),
    );
    if (shown !== undefined) this.prove(kind, judged, [...absent, ...unseen]);
    const unproven = unseen.filter((each) => !this.context.learning.knows('proven', proofOf(kind, each)));
    const doubted = [...absent, ...unproven];
    if (doubted.length === 0) return shown === undefined ? undefined : [];
    const read = await requests.get(kind, id, signal);
    if (!read.ok || read.value === null) return undefined;
    const missing = withoutEffect(read.value, judged);
    this.prove(kind, doubted, missing);
    return missing;
  }

  /** The result of a PUT, after which there is no other form: a fault where an account is active that was to be disabled. */
  async ofDisabling(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    replaced: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const disabling = operations.filter((each) => booleanOf(each.value) === false);
    if (disabling.length === 0) return replaced;
    const missing = await this.missing(kind, id, disabling, replaced, signal);
    return (missing ?? []).length === 0 ? replaced : stillActive();
  }

  private isJudged(kind: ScimKind, operation: PatchOperation): boolean {
    if (isMemberAddition(operation)) return false;
    const isMember = operationPath(operation)?.attribute === 'members';
    if (isMember && !this.habits.membersReadable) return false;
    // Somebody who is to lose access is looked at each time.
    return booleanOf(operation.value) === false || !this.isKnownToBeIgnored(kind, operation);
  }

  private prove(kind: ScimKind, judged: readonly PatchOperation[], missing: readonly PatchOperation[]): void {
    const seen = judged.filter((each) => isOftenIgnored(each) && !isRemovedMember(each) && !missing.includes(each));
    const proofs = seen.map((each) => proofOf(kind, each));
    this.context.learning.note('proven', [...namesOf(kind, seen), ...proofs]);
  }

  private isKnownToBeIgnored(kind: ScimKind, operation: PatchOperation): boolean {
    const name = factName(kind, operation);
    return name !== undefined && this.context.learning.knows('ignored', name);
  }
}

// That accounts can be switched on proves nothing about switching them off; the opposite is believed.
function proofOf(kind: ScimKind, operation: PatchOperation): string {
  const name = factName(kind, operation) ?? '';
  return booleanOf(operation.value) === false ? `${name} false` : name;
}

function isRemovedMember(operation: PatchOperation): boolean {
  return operation.op === 'remove' && operationPath(operation)?.attribute === 'members';
}

function isUnseen(kind: ScimKind, shown: ScimResource, one: PatchOperation, all: readonly PatchOperation[]): boolean {
  return !isRemovedMember(one) && isSilentOn(kind, shown, one, all);
}

/** The names by which facts about these operations are kept. */
export function namesOf(kind: ScimKind, operations: readonly PatchOperation[]): string[] {
  return operations.flatMap((each) => factName(kind, each) ?? []);
}

/** Whether an answer shows the resource: a confirmation, or only what was asked for, says nothing about the rest. */
function isWhole(resource: ScimResource): boolean {
  return resourceId(resource) !== undefined && (resource['userName'] ?? resource['displayName']) !== undefined;
}

function stillActive(): PatchResult {
  const message = 'The target answered success to switching the account off, and it is active still.';
  return { ok: false, fault: { code: 'NotApplied', message } };
}
