// Removing members. `members[value eq "id"]` goes first; a list of values is never the first, because servers that ignore the
// list remove everybody; then the members that stay are stated, and at last the group is replaced. A refusal alone proves nothing
// about a membership, nor does success, so the group is read before anything is concluded: a leaver who silently stays is the
// worse fault. Where groups do not show their members nothing can be concluded, and no other form is tried.
import type { TargetProfile } from '../model/profile.ts';
import type { MemberRemovalForm } from '../scim/learned.ts';
import { addMembers, removeMembers } from '../scim/patch.ts';
import { elementsOf, isComplex, memberOf } from '../scim/read.ts';
import type { PatchOperation } from '../scim/resource.ts';
import type { Rung } from './adaptation.ts';
import type { Replacement } from './replacement.ts';
import { type LadderContext, type PatchResult, refusesForm, refusesRung } from './requests.ts';

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

  constructor(context: LadderContext, replacement: Replacement, habits: MemberHabits) {
    this.context = context;
    this.replacement = replacement;
    this.habits = habits;
  }

  /** The form that is used now. */
  get form(): MemberRemovalForm {
    return this.context.learning.facts.memberRemoval ?? this.habits.memberRemoval;
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
    const isProven = this.context.learning.knows('proven', PROVEN);
    const isLookedAt = !isProven && this.habits.membersReadable;
    const before = isLookedAt ? shownMembers(await this.context.requests.get('Group', id, signal)) : undefined;
    const usual = await this.patch(id, removeMembers(members), signal);
    if (!this.habits.membersReadable || (!usual.ok && !refusesForm(usual))) return usual;
    if (usual.ok && isProven) return usual;
    const read = await this.read(id, usual, signal);
    const held = shownMembers(read);
    if (held === undefined) return usual;
    const lost = usual.ok ? without(before ?? NOBODY, [...members, ...held.ids]) : [];
    if (lost.length > 0) return this.restore('path', id, lost, usual, signal);
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
    return this.climb(id, left, usual, signal);
  }

  private async climb(
    id: string,
    members: readonly string[],
    usual: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const because = usual.ok ? 'The target answered success, and the members were still there.' : usual.fault.message;
    for (const form of FORMS) {
      const result = await this.inForm(form, id, members, because, signal);
      if (result !== undefined && !refusesRung(result)) return result;
    }
    return usual.ok ? stillThere() : usual;
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
    const held = shownMembers(await this.context.requests.get('Group', id, signal));
    if (held === undefined) return undefined;
    if (form === 'list' || form === 'replacement') adapted({ rung: RUNGS[form], kind: 'Group', id, because });
    const staying = without(held, members);
    const result = await this.sendIn(form, id, members, staying, because, signal);
    if (result === undefined || !result.ok) return result;
    const read = await this.context.requests.get('Group', id, signal);
    const remaining = shownMembers(read) ?? (staying.length === 0 && read.ok ? NOBODY : undefined);
    if (remaining === undefined) return result;
    const lost = staying.filter((member) => !remaining.has(member));
    if (lost.length > 0) return this.restore(form, id, lost, result, signal);
    if (members.some((member) => remaining.has(member))) return undefined;
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
    lost: readonly string[],
    removed: PatchResult,
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const { learning, adapted } = this.context;
    learning.noteWiping(form);
    const because = `The target removed ${lost.length} more than it was asked to.`;
    adapted({ rung: 'membersRestored', kind: 'Group', id, because });
    let result = removed;
    for (let from = 0; from < lost.length && result.ok; from += RESTORED_PER_REQUEST) {
      result = await this.patch(id, addMembers(lost.slice(from, from + RESTORED_PER_REQUEST)), signal);
    }
    // No further form is tried on what is left of the group: the next cycle compares it, and adds whoever is missing.
    return result.ok ? result : { ok: false, fault: { code: 'NotApplied', message: because } };
  }

  private read(id: string, answered: PatchResult, signal: AbortSignal): Promise<PatchResult> {
    const shown = answered.ok && answered.value !== null ? shownMembers(answered) : undefined;
    return shown === undefined ? this.context.requests.get('Group', id, signal) : Promise.resolve(answered);
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

/** Members as a group shows them; services answer ids in another case than they take them. */
class ShownMembers {
  readonly ids: readonly string[];
  private readonly known: ReadonlySet<string>;

  constructor(ids: readonly string[]) {
    this.ids = ids;
    this.known = new Set(ids.map((id) => id.toLowerCase()));
  }

  get size(): number {
    return this.known.size;
  }

  has(id: string): boolean {
    return this.known.has(id.toLowerCase());
  }
}

const NOBODY = new ShownMembers([]);

function without(shown: ShownMembers, ids: readonly string[]): string[] {
  const others = new ShownMembers(ids);
  return shown.ids.filter((id) => !others.has(id));
}

// Undefined when the group cannot be read or does not show its members.
function shownMembers(read: PatchResult): ShownMembers | undefined {
  if (!read.ok || read.value === null) return undefined;
  const members = memberOf(read.value, 'members');
  if (members === undefined || members === null) return undefined;
  const ids = elementsOf(members).map((member) => (isComplex(member) ? memberOf(member, 'value') : member));
  return new ShownMembers(ids.filter((member) => typeof member === 'string'));
}
