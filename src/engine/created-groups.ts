// Which members a group has that was created in a bulk request. Most answers to one show nothing of what was created, and some
// services take a group and leave out its members. One group is read; when it holds everybody, the others are believed.

import type { ScimResource } from '../scim/resource.ts';
import { showsMembers } from './applied.ts';
import type { CycleContext } from './context.ts';
import { memberIdsOf } from './shown-members.ts';

/** Looks at created groups of one page of changes. */
export class CreatedGroups {
  readonly #context: CycleContext;
  #proof: Promise<void> | undefined;

  constructor(context: CycleContext) {
    this.#context = context;
  }

  /** The group as it is known to be: as it was answered, or with the members it was sent with where they are believed. */
  async seen(created: ScimResource, sent: ScimResource): Promise<ScimResource> {
    const { bulk } = this.#context.io.target;
    const { profile } = this.#context.job.settings;
    const members = [...(memberIdsOf(sent, { membersReadable: true }) ?? [])].map((target_id) => ({ target_id }));
    const isNews = bulk !== undefined && profile.membersReadable && !showsMembers(created, members);
    if (!isNews) return created;
    if (bulk.members === 'untried') {
      this.#proof ??= this.#prove(created, members);
      await this.#proof;
    }
    return bulk.members === 'proved' ? { ...created, members: sent['members'] } : created;
  }

  /** A group that cannot be read leaves it open, and is looked at again with the others. */
  async #prove(created: ScimResource, members: readonly { readonly target_id: string }[]): Promise<void> {
    const { target, signal } = this.#context.io;
    const { bulk } = target;
    const id = created['id'];
    if (bulk === undefined || typeof id !== 'string') return;
    const read = await target.get('Group', id, signal);
    if (!read.ok || read.value === null) this.#proof = undefined;
    else bulk.members = showsMembers(read.value, members) ? 'proved' : 'useless';
  }
}
