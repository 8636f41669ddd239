// Changes of a group that concern members: additions, removals, and both beside other changes in one request. What one of them
// does to the other members has to be known before they go together.
import { applyPatch } from '../scim/apply-patch.ts';
import { isMemberAddition } from '../scim/members.ts';
import { removedMember } from '../scim/pathless.ts';
import type { PatchOperation } from '../scim/resource.ts';
import { MemberAdditions } from './member-additions.ts';
import { type MemberHabits, MemberRemoval } from './member-removal.ts';
import type { Replacement } from './replacement.ts';
import { failsForNow, type LadderContext, type PatchResult } from './requests.ts';

type Operations = readonly PatchOperation[];
type Send = (operations: Operations) => Promise<PatchResult>;

/** Sends changes of members. */
export class MemberChanges {
  private readonly additions: MemberAdditions;
  private readonly removal: MemberRemoval;

  constructor(context: LadderContext, replacement: Replacement, habits: MemberHabits) {
    this.additions = new MemberAdditions(context, replacement, habits);
    this.removal = new MemberRemoval(context, replacement, habits, this.additions);
  }

  /** Whether one request is all that these changes of a group take. */
  areUsual(operations: Operations): boolean {
    return removes(operations) ? this.mayGoTogether(operations) : !this.additions.isWatched(operations);
  }

  /** Whether nobody has seen yet what these changes do to the other members. */
  areUntried(operations: Operations): boolean {
    const isRemoval = removes(operations) && this.removal.isUsual;
    return this.additions.isUntried(operations) || (isRemoval && !this.isSeen);
  }

  /** Whether an answer shows that somebody is missing who was added. */
  isIncomplete(operations: Operations, result: PatchResult): boolean {
    return this.additions.isIncomplete(operations, result);
  }

  /**
   * Sends the change of a group: `change` sends what removes no members, in whatever form it takes; `together` sends everything
   * in one request, and answers undefined where that did not do.
   */
  async send(
    id: string,
    operations: Operations,
    { change, together }: { readonly change: Send; readonly together: () => Promise<PatchResult | undefined> },
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const removals = operations.filter((each) => removedMember(each) !== undefined);
    const others = operations.filter((each) => !removals.includes(each));
    const members = removals.map((each) => removedMember(each) ?? '');
    if (removals.length === 0) return this.add(id, others, change, signal);
    if (others.length === 0) return this.removal.remove(id, members, signal);
    const whole = this.mayGoTogether(others) ? await together() : undefined;
    if (whole?.ok === false) return this.removedAnyway(id, members, whole, signal);
    if (whole !== undefined && !this.isIncomplete(others, whole)) return whole;
    const changed = await this.add(id, others, change, signal);
    if (!changed.ok) return this.removedAnyway(id, members, changed, signal);
    const removed = await this.removal.remove(id, members, signal);
    // Whom the addition left out is known from its own answer only.
    if (!removed.ok || removed.value !== null || changed.value === null) return removed;
    return { ok: true, value: applyPatch(changed.value, removals) ?? null };
  }

  // Who is to leave does not stay because something else is refused, which is the result all the same.
  private async removedAnyway(
    id: string,
    members: readonly string[],
    failed: Extract<PatchResult, { ok: false }>,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const { status, ambiguous } = failed.fault;
    if (!failsForNow(failed) && ambiguous !== true && status !== 404) await this.removal.remove(id, members, signal);
    return failed;
  }

  private add(id: string, operations: Operations, change: Send, signal: AbortSignal): Promise<PatchResult> {
    return operations.some(isMemberAddition) ? this.additions.send(id, operations, change, signal) : change(operations);
  }

  // Of two changes that nobody has seen yet, nobody could tell which one took others with it.
  private mayGoTogether(operations: Operations): boolean {
    return this.removal.isUsual && this.isSeen && !this.additions.isWatched(operations);
  }

  private get isSeen(): boolean {
    return this.removal.isProven || !this.additions.isVisible;
  }
}

function removes(operations: Operations): boolean {
  return operations.some((each) => removedMember(each) !== undefined);
}
