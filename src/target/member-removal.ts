// Removing members. `members[value eq "id"]` goes first; a list of values is never the first, because servers that ignore the
// list remove everybody; then the members that stay are stated, and at last the group is replaced. A refusal alone proves nothing
// about a membership, nor does success, so the group is read before anything is concluded: a leaver who silently stays is the
// worse fault. Where groups do not show their members nothing can be concluded, and no other form is tried.
import type { TargetProfile } from '../model/profile.ts';
import type { MemberRemovalForm } from '../scim/learned.ts';
import { membersShown, NOBODY, type ShownMembers } from '../scim/members.ts';
import { removeMembers } from '../scim/patch.ts';
import type { PatchOperation } from '../scim/resource.ts';
import type { Rung } from './adaptation.ts';
import type { MemberAdditions } from './member-additions.ts';
import { membersLost } from './members-lost.ts';
import type { Replacement } from './replacement.ts';
import { failsForNow, type LadderContext, type PatchResult, refusesForm, refusesRung, UNBROKEN } from './requests.ts';

/** What the profile says of members. */
export type MemberHabits = Pick<TargetProfile, 'membersReadable' | 'memberRemoval'>;

const FORMS: readonly Exclude<MemberRemovalForm, 'path'>[] = ['list', 'replacement', 'resource'];
const RUNGS: Readonly<Record<'list' | 'replacement', Rung>> = {
  list: 'memberList',
  replacement: 'memberReplacement',
};
const RESTORED_PER_REQUEST = 100;
const PROVEN = 'Group members removal';

/** Removes members in the form that the target was seen to understand. */
export class MemberRemoval {
  private readonly context: LadderContext;
  private readonly replacement: Replacement;
  private readonly habits: MemberHabits;
  private readonly additions: MemberAdditions;

  constructor(context: LadderContext, replacement: Replacement, habits: MemberHabits, additions: MemberAdditions) {
    this.context = context;
    this.replacement = replacement;
    this.habits = habits;
    this.additions = additions;
  }

  /** The form that is used now. */
  get form(): MemberRemovalForm {
    return this.context.learning.facts.memberRemoval ?? this.habits.memberRemoval;
  }

  /** Whether members are removed by the form that goes first, as far as is known. */
  get isUsual(): boolean {
    return this.form === 'path' && !this.context.learning.facts.wiping.includes('path');
  }

  /** Whether the usual form was seen to remove whom it was asked to, and nobody else. */
  get isProven(): boolean {
    return this.context.learning.knows('proven', PROVEN);
  }

  /** Success when nobody of `members` is a member any more; the refusal of the first form when nothing helped. */
  async remove(id: string, members: readonly string[], signal: AbortSignal): Promise<PatchResult> {
    const { form } = this;
    if (form === 'list') {
      const listed = await this.patch(id, [valueList(members)], signal);
      if (!this.habits.membersReadable || !refusesRung(listed)) return listed;
    } else if (form !== 'path') {
      const known = await this.inForm(form, id, members, 'This form was learned earlier.', signal);
      if (known !== undefined && !refusesRung(known)) return known;
    }
    if (form === 'path' && !this.isUsual) {
      const other = await this.climb(id, members, 'The target was seen to remove more than it was asked to.', signal);
      if (other !== undefined) return other;
    }
    const { isProven } = this;
    const isLookedAt = !isProven && this.habits.membersReadable;
    const first = isLookedAt ? await this.context.requests.get('Group', id, signal) : undefined;
    if (first !== undefined && failsForNow(first)) return first;
    const before = first === undefined ? undefined : shownBy(first);
    const usual = await this.patch(id, removeMembers(members), signal);
    // What was cut off may have been carried out, more than asked included.
    const mayBeDone = usual.ok || (usual.fault.ambiguous === true && before !== undefined);
    if (!this.habits.membersReadable || (!mayBeDone && !refusesForm(usual))) return usual;
    if (usual.ok && isProven) return usual;
    const others = before?.without(members) ?? [];
    const answered = shownBy(usual);
    const isEnough = answered !== undefined && answered.lacks(others).length === 0;
    const read = isEnough ? usual : await this.context.requests.get('Group', id, mayBeDone ? UNBROKEN : signal);
    // Services leave the list out that have nobody to show in it.
    const held = shownBy(read) ?? (others.length > 0 ? emptyIn(read) : undefined);
    if (held === undefined) {
      if (usual.ok && read.ok) this.additions.noteSilence();
      return usual;
    }
    const lost = mayBeDone ? held.lacks(others) : [];
    if (before !== undefined && lost.length > 0) return this.restore('path', id, before, lost);
    if (!usual.ok && mayBeDone) return usual;
    const left = members.filter((member) => held.has(member));
    if (left.length === 0) {
      if (usual.ok) {
        // Somebody who was no member proves nothing, nor does a group that shows none.
        const isSeen = held.size > 0 && members.some((member) => before?.has(member) === true);
        if (isSeen) this.context.learning.note('proven', [PROVEN]);
        return usual;
      }
      const believed = held.size > 0 || usual.fault.scimType?.toLowerCase() === 'notarget';
      return believed ? read : usual;
    }
    if (!usual.ok && left.length < members.length) {
      const fewer = await this.patch(id, removeMembers(left), signal);
      if (fewer.ok) return fewer;
    }
    const because = usual.ok ? 'The target answered success, and the members were still there.' : usual.fault.message;
    return (await this.climb(id, left, because, signal)) ?? (usual.ok ? stillThere() : usual);
  }

  // Undefined when no form helped.
  private async climb(
    id: string,
    members: readonly string[],
    because: string,
    signal: AbortSignal,
  ): Promise<PatchResult | undefined> {
    for (const form of FORMS) {
      const result = await this.inForm(form, id, members, because, signal);
      if (result !== undefined && !refusesRung(result)) return result;
    }
    return undefined;
  }

  // Undefined when the form is of no use: known to be harmful, without effect, or not possible.
  private async inForm(
    form: MemberRemovalForm,
    id: string,
    members: readonly string[],
    because: string,
    signal: AbortSignal,
  ): Promise<PatchResult | undefined> {
    const { learning, adapted } = this.context;
    if (learning.facts.wiping.includes(form)) return undefined;
    const current = await this.context.requests.get('Group', id, signal);
    const held = shownBy(current);
    if (held === undefined) return undefined;
    // Somebody who is no member proves nothing about a form.
    if (held.lacks(members).length === members.length) return current;
    if (form === 'list' || form === 'replacement') adapted({ rung: RUNGS[form], kind: 'Group', id, because });
    const staying = held.without(members);
    const result = await this.sendIn(form, id, members, staying, because, signal);
    // What was cut off may have been carried out.
    if (result === undefined || (!result.ok && result.fault.ambiguous !== true)) return result;
    const read = await this.context.requests.get('Group', id, UNBROKEN);
    const remaining = shownBy(read) ?? emptyIn(read);
    if (remaining === undefined) return result;
    const lost = remaining.lacks(staying);
    if (lost.length > 0) return this.restore(form, id, held, lost);
    if (members.some((member) => remaining.has(member))) return result.ok ? undefined : result;
    // Where nobody was to stay, it is not known what the form does to those who are.
    if (staying.length > 0) learning.noteRemoval(form);
    return read.ok && read.value !== null ? read : result;
  }

  private async sendIn(
    form: MemberRemovalForm,
    id: string,
    members: readonly string[],
    staying: readonly string[],
    because: string,
    signal: AbortSignal,
  ): Promise<PatchResult | undefined> {
    switch (form) {
      case 'path':
        return this.patch(id, removeMembers(members), signal);
      case 'list':
        return this.patch(id, [valueList(members)], signal);
      case 'replacement':
        return this.patch(id, [stated(staying)], signal);
      case 'resource':
        return this.replacement.send('Group', id, removeMembers(members), { because, only: false }, signal);
      default:
        return form satisfies never;
    }
  }

  // More was removed than asked: the others come back, and the form is not used again.
  private async restore(
    form: MemberRemovalForm,
    id: string,
    before: ShownMembers,
    lost: readonly string[],
  ): Promise<PatchResult> {
    const { learning, adapted, requests } = this.context;
    learning.noteWiping(form);
    const because = `The target removed ${lost.length} more than it was asked to.`;
    adapted({ rung: 'membersRestored', kind: 'Group', id, because });
    for (let from = 0; from < lost.length; from += RESTORED_PER_REQUEST) {
      const value = before.written(lost.slice(from, from + RESTORED_PER_REQUEST));
      const addition: PatchOperation = { op: 'add', path: 'members', value };
      const send = (operations: readonly PatchOperation[]): Promise<PatchResult> =>
        requests.patch('Group', id, operations, UNBROKEN);
      await this.additions.send(id, [addition], send, UNBROKEN);
    }
    const read = await requests.get('Group', id, UNBROKEN);
    const missing = read.ok ? (shownBy(read) ?? NOBODY).lacks(lost) : lost;
    // No further form is tried on what is left of the group: the next cycle compares it, and adds whoever is missing.
    return missing.length === 0 ? read : membersLost('removal', missing);
  }

  private patch(id: string, operations: readonly PatchOperation[], signal: AbortSignal): Promise<PatchResult> {
    return this.context.requests.patch('Group', id, operations, signal);
  }
}

function valueList(members: readonly string[]): PatchOperation {
  return { op: 'remove', path: 'members', value: members.map((value) => ({ value })) };
}

function stated(members: readonly string[]): PatchOperation {
  return { op: 'replace', path: 'members', value: members.map((value) => ({ value })) };
}

function stillThere(): PatchResult {
  const message = 'The target answered success to the removal of members in every form, and they are members still.';
  return { ok: false, fault: { code: 'NotApplied', message } };
}

// A group that showed its members before and shows no list now has none; one that is gone has nobody to put back.
function emptyIn(read: PatchResult): ShownMembers | undefined {
  return read.ok && read.value !== null ? NOBODY : undefined;
}

// Undefined when the group cannot be read or does not show its members.
function shownBy(read: PatchResult): ShownMembers | undefined {
  return read.ok && read.value !== null ? membersShown(read.value) : undefined;
}
