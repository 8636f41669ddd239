// The memory of a client: what the answers of its target taught it. The ladders read and write it; the engine keeps it.
import { type LearnedFacts, type MemberRemovalForm, NOTHING_LEARNED } from '../scim/learned.ts';
import type { ScimKind } from '../scim/resource.ts';

type NameList = 'pathless' | 'refusedPathless' | 'replaced' | 'statedWhole' | 'addedSingly' | 'ignored' | 'proven';

/** Facts by name, and how they grow. A later fact about an attribute ends an earlier one that it contradicts. */
export class Learning {
  private current: LearnedFacts = NOTHING_LEARNED;

  /** What is known now; another object after each change. */
  get facts(): LearnedFacts {
    return this.current;
  }

  /** Begins with what an earlier process learned. */
  recall(facts: LearnedFacts): void {
    this.current = facts;
  }

  knows(list: NameList, name: string): boolean {
    return this.current[list].includes(name);
  }

  note(list: NameList, names: readonly string[]): void {
    const fresh = names.filter((name) => !this.current[list].includes(name));
    if (fresh.length === 0) return;
    this.current = { ...this.current, [list]: [...this.current[list], ...new Set(fresh)] };
  }

  /** PATCH or DELETE does not exist for a kind. */
  noteMissing(method: 'unpatchable' | 'undeletable', kind: ScimKind): void {
    if (!this.current[method].includes(kind))
      this.current = { ...this.current, [method]: [...this.current[method], kind] };
  }

  noteRemoval(form: MemberRemovalForm): void {
    if (this.current.memberRemoval !== form) this.current = { ...this.current, memberRemoval: form };
  }

  noteWiping(form: MemberRemovalForm): void {
    if (!this.current.wiping.includes(form)) this.current = { ...this.current, wiping: [...this.current.wiping, form] };
  }

  noteMembersShown(): void {
    if (!this.current.showsMembers) this.current = { ...this.current, showsMembers: true };
  }

  noteVersion(version: 'required' | 'unusable'): void {
    if (this.current.version !== version) this.current = { ...this.current, version };
  }

  noteFilterForm(name: string, form: number): void {
    if (this.current.filterForms[name] === form || (form === 0 && this.current.filterForms[name] === undefined)) return;
    this.current = { ...this.current, filterForms: { ...this.current.filterForms, [name]: form } };
  }
}
