// Adding members. Success says neither that everybody is in nor that the others still are: some services take a part of what is
// added, others take it for the whole list. Until an addition was seen to leave the others in, a group is read before and after;
// then only what an answer shows is compared. Where the others went they are put back at once, and the form is not used again.
import { addedMembers, isMemberAddition, membersShown, NOBODY, ShownMembers, singly } from '../scim/members.ts';
import { addMembers } from '../scim/patch.ts';
import { elementsOf } from '../scim/read.ts';
import type { PatchOperation, ScimValue } from '../scim/resource.ts';
import type { MemberHabits } from './member-removal.ts';
import { membersLost } from './members-lost.ts';
import type { Replacement } from './replacement.ts';
import { failsForNow, isOutdated, type LadderContext, type PatchResult, UNBROKEN } from './requests.ts';

type Operations = readonly PatchOperation[];
type Send = (operations: Operations) => Promise<PatchResult>;
type Habits = Pick<MemberHabits, 'membersReadable'>;

/** That members stay who are not among those added. */
const KEEPING = 'Group members addition';
/** That members can be added at all. What is known of this attribute to go by PUT only is the affair of the ladder of changes. */
const MEMBERS = 'Group members';
const MOST_RACES = 3;
/** So many groups that show no members before and after, and there is nothing to be seen here. */
const MOST_SILENT = 2;

/** Adds members in the form that the target was seen to understand. */
export class MemberAdditions {
  private readonly context: LadderContext;
  private readonly replacement: Replacement;
  private readonly habits: Habits;
  private silent = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(context: LadderContext, replacement: Replacement, habits: Habits) {
    this.context = context;
    this.replacement = replacement;
    this.habits = habits;
  }

  /** Whether there is something to be seen of members here. */
  get isVisible(): boolean {
    return this.habits.membersReadable && this.silent < MOST_SILENT;
  }

  /** A group showed no members before and after a change of them. */
  noteSilence(): void {
    if (!this.context.learning.facts.showsMembers) this.silent += 1;
  }

  /** Whether operations may take more than their one request: what becomes of the other members is not known, or known too well. */
  isWatched(operations: Operations): boolean {
    return operations.some(isMemberAddition) && (this.isOpen() || this.takesForWhole() || this.takesOne());
  }

  /** Whether operations add members, and nobody has seen yet what becomes of the others. */
  isUntried(operations: Operations): boolean {
    return operations.some(isMemberAddition) && this.isOpen();
  }

  /** Whether an answer shows that somebody is missing who was added. */
  isIncomplete(operations: Operations, result: PatchResult): boolean {
    const shown = this.shownBy(result);
    if (shown === undefined || this.mayHide(shown)) return false;
    return shown.lacks(addedMembers(operations)).length > 0;
  }

  /**
   * Sends the change by `usual`, and sees to it that nothing happens to members but that some are added. Success with a group that
   * lacks some of them says that the target takes those in no form.
   */
  async send(id: string, operations: Operations, usual: Send, signal: AbortSignal): Promise<PatchResult> {
    const send: Send = (all) => usual(this.takesOne() ? all.flatMap((each) => singly(each)) : all);
    // One look is enough for all that are under way.
    const watched = this.isOpen()
      ? await this.inTurn(async () => (this.isOpen() ? this.watch(id, operations, send, signal) : undefined))
      : undefined;
    if (watched !== undefined) return watched;
    if (this.takesForWhole()) return this.state(id, operations, usual, signal);
    return this.complete(id, operations, await send(operations), signal);
  }

  private isOpen(): boolean {
    const isProven = this.knowsKept() && this.context.learning.knows('proven', MEMBERS);
    return this.isVisible && !isProven && !this.takesForWhole();
  }

  private knowsKept(): boolean {
    return this.context.learning.knows('proven', KEEPING);
  }

  private takesForWhole(): boolean {
    return this.habits.membersReadable && this.context.learning.knows('statedWhole', KEEPING);
  }

  private takesOne(): boolean {
    return this.context.learning.knows('addedSingly', MEMBERS) && !this.takesForWhole();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    const end = (): void => undefined;
    this.turn = done.then(end, end);
    return done;
  }

  private async watch(id: string, operations: Operations, usual: Send, signal: AbortSignal): Promise<PatchResult> {
    const { requests, learning } = this.context;
    const read = await requests.get('Group', id, signal);
    // A group that may not be read cannot be watched; one that cannot be read for now is left as it is.
    if (failsForNow(read)) return read;
    const before = this.shownBy(read) ?? NOBODY;
    const added = addedMembers(operations);
    const others = before.without(added);
    const sent = await usual(operations);
    if (!sent.ok && sent.fault.ambiguous !== true) return sent;
    if (others.length === 0) {
      const result = await this.first(id, operations, sent, read.ok, signal);
      return read.ok && !this.takesForWhole() ? this.rest(id, operations, result, signal) : result;
    }
    // An answer may show a part of the group: who is missing from it is looked for.
    const isEnough = this.shownBy(sent)?.lacks(others).length === 0;
    const seen = isEnough ? sent : await this.look(id);
    // The change was carried out all the same.
    if (!seen.ok) return sent.ok ? { ok: false, fault: { ...seen.fault, ambiguous: true } } : sent;
    if (seen !== sent && seen.value === null) return sent;
    const after = this.shownBy(seen) ?? NOBODY;
    const lost = after.lacks(others);
    // Whoever takes what is added for the whole list leaves nobody; one or the other may have been removed by somebody else.
    if (lost.length === others.length) return this.putBack(id, before, lost, added);
    // An addition that nothing came of proves nothing.
    if (before.lacks(added).some((each) => after.has(each))) learning.note('proven', [KEEPING]);
    if (lost.length > 0) return membersLost('addition', lost);
    return sent.ok ? this.complete(id, operations, seen, signal, !isEnough) : sent;
  }

  // To a group without others: nobody could be lost, so nothing is proven about them.
  private async first(
    id: string,
    operations: Operations,
    sent: PatchResult,
    isReadable: boolean,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const { learning, requests } = this.context;
    const isKnown = this.shownBy(sent) !== undefined || learning.knows('proven', MEMBERS);
    if (!sent.ok || !isReadable || isKnown) return this.complete(id, operations, sent, signal);
    const seen = await requests.get('Group', id, signal);
    if (!seen.ok) return sent;
    const isSilent = this.mayHide(this.shownBy(seen) ?? NOBODY);
    if (isSilent) this.noteSilence();
    return isSilent ? sent : this.complete(id, operations, seen, signal, true);
  }

  // Where some of those added are there now, they show what the addition of the rest does to others.
  private async rest(
    id: string,
    operations: Operations,
    result: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const added = addedMembers(operations);
    const missing = this.shownBy(result)?.lacks(added) ?? [];
    if (missing.length === 0 || missing.length === added.length) return result;
    const send: Send = (all) => this.context.requests.patch('Group', id, all, signal);
    return this.watch(id, addMembers(missing), send, signal);
  }

  /** What an answer shows to be missing is looked for, and added once more; `isRead` when the group was read already. */
  private async complete(
    id: string,
    operations: Operations,
    result: PatchResult,
    signal: AbortSignal,
    isRead = false,
  ): Promise<PatchResult> {
    const { requests, learning } = this.context;
    const added = addedMembers(operations);
    const shown = this.shownBy(result);
    if (shown === undefined) return result;
    if (shown.lacks(added).length === 0) return this.taken(result);
    const read = isRead ? result : await requests.get('Group', id, signal);
    const held = this.shownBy(read);
    if (held === undefined) return result;
    if (this.mayHide(held)) return { ok: true, value: null };
    const missing = held.lacks(added);
    if (missing.length === 0) return this.taken(read);
    const because = `The target answered success to adding members, and ${missing.length} of ${added.length} were not there.`;
    if (missing.length < added.length || learning.knows('proven', MEMBERS)) {
      learning.note('proven', [MEMBERS]);
      return this.addSingly(id, missing, read, because, signal);
    }
    const replaced = await this.replacement.send('Group', id, addMembers(added), { because, only: false }, signal);
    const holding = replaced?.ok === true ? await this.holding(id, added) : undefined;
    if (holding !== undefined) learning.note('replaced', [MEMBERS]);
    return holding ?? read;
  }

  // Where what is added may be taken for the whole list, the last one would be left alone.
  private async addSingly(
    id: string,
    missing: readonly string[],
    read: PatchResult,
    because: string,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const { requests, adapted, learning } = this.context;
    if (!this.knowsKept()) return read;
    adapted({ rung: 'membersOneByOne', kind: 'Group', id, because });
    await requests.patch(
      'Group',
      id,
      addMembers(missing).flatMap((each) => singly(each)),
      signal,
    );
    const again = await requests.get('Group', id, signal);
    const left = this.shownBy(again)?.lacks(missing);
    if (left === undefined) return read;
    if (left.length < missing.length) learning.note('addedSingly', [MEMBERS]);
    return again;
  }

  private taken(result: PatchResult): PatchResult {
    this.context.learning.note('proven', [MEMBERS]);
    return result;
  }

  private async putBack(
    id: string,
    before: ShownMembers,
    lost: readonly string[],
    added: readonly string[],
  ): Promise<PatchResult> {
    const { learning, adapted, requests } = this.context;
    learning.note('statedWhole', [KEEPING]);
    const because = `The target took the members that were added for the whole list, and removed ${lost.length} others.`;
    adapted({ rung: 'membersRestored', kind: 'Group', id, because });
    const value = [...before.written(lost), ...NOBODY.written(added)];
    const all: Operations = [{ op: 'add', path: 'members', value }];
    const replaced = await this.replacement.send('Group', id, all, { because, only: false }, UNBROKEN);
    const held = replaced?.ok === true ? await this.holding(id, lost) : undefined;
    if (held !== undefined) {
      learning.note('replaced', [MEMBERS]);
      return held;
    }
    await this.state(id, all, () => requests.patch('Group', id, all, UNBROKEN), UNBROKEN);
    return (await this.holding(id, lost)) ?? membersLost('addition', lost);
  }

  /** The change with its additions as the whole list, worked out from what the group holds now. */
  private async state(id: string, operations: Operations, usual: Send, signal: AbortSignal): Promise<PatchResult> {
    const { requests, adapted } = this.context;
    const additions = operations.filter(isMemberAddition);
    for (let reading = 1; ; reading += 1) {
      const read = await requests.get('Group', id, signal);
      if (!read.ok) return read;
      const held = this.shownBy(read) ?? NOBODY;
      const others = held.without(addedMembers(operations));
      if (others.length === 0) return this.complete(id, operations, await usual(operations), signal);
      const because = 'The target was seen to take members that are added for the whole list.';
      if (reading === 1) adapted({ rung: 'wholeList', kind: 'Group', id, because });
      const value: ScimValue = [...held.written(others), ...additions.flatMap((each) => valuesOf(each))];
      const rest = operations.filter((each) => !additions.includes(each));
      // As an addition it harms nobody where it is taken for one. A list that was worked out from an older state is not sent again
      // for a newer one.
      const sent: Operations = [...rest, { op: 'add', path: 'members', value }];
      const result = await requests.patch('Group', id, sent, signal, false);
      if (isOutdated(result) && reading <= MOST_RACES) continue;
      if (!result.ok) return result;
      const after = await this.look(id);
      const lost = after.ok ? (this.shownBy(after) ?? NOBODY).lacks(others) : [];
      return lost.length > 0 ? membersLost('addition', lost) : after;
    }
  }

  private async holding(id: string, members: readonly string[]): Promise<PatchResult | undefined> {
    const read = await this.look(id);
    return this.shownBy(read)?.lacks(members).length === 0 ? read : undefined;
  }

  // What was begun is seen through, also when the process is to end.
  private look(id: string): Promise<PatchResult> {
    return this.context.requests.get('Group', id, UNBROKEN);
  }

  // An empty list is what services show as well that hide their members.
  private mayHide(shown: ShownMembers): boolean {
    return shown.size === 0 && !this.context.learning.facts.showsMembers;
  }

  private shownBy(result: PatchResult): ShownMembers | undefined {
    if (!this.habits.membersReadable || !result.ok || result.value === null) return undefined;
    return membersShown(result.value);
  }
}

function valuesOf({ value }: PatchOperation): ScimValue[] {
  const added = new ShownMembers(elementsOf(value));
  return added.written(added.ids);
}
