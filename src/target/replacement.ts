// The last rung: the resource is read, changed here and sent back whole with PUT (RFC 7644 section 3.5.1). What the target does
// not show would be lost, so a group that may hide its members is never replaced.

import { applyPatch, replacementBody } from '../scim/apply-patch.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import { parsePath } from '../scim/path.ts';
import { elementsOf, memberOf } from '../scim/read.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';
import { attributeType } from '../scim/types.ts';
import type { MemberHabits } from './member-removal.ts';
import { isOutdated, type LadderContext, type PatchResult } from './requests.ts';

const MOST_RACES = 3;

/** Changes resources by PUT. */
export class Replacement {
  private readonly context: LadderContext;
  private readonly habits: MemberHabits;
  private readonly capabilities: () => Capabilities;

  constructor(context: LadderContext, habits: MemberHabits, capabilities: () => Capabilities) {
    this.context = context;
    this.habits = habits;
    this.capabilities = capabilities;
  }

  /**
   * The answer to the PUT, or undefined when the resource cannot be replaced safely: it cannot be read, an operation has no
   * meaning here, or it is a group whose members may be hidden. `only` says that there is no PATCH to try instead.
   */
  async send(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    why: { readonly because: string; readonly only: boolean },
    signal: AbortSignal,
  ): Promise<PatchResult | undefined> {
    const { requests, adapted } = this.context;
    for (let reading = 1; ; reading += 1) {
      const read = await requests.get(kind, id, signal);
      if (!read.ok) return why.only ? read : undefined;
      if (read.value === null) return why.only ? { ok: false, fault: gone(kind) } : undefined;
      if (kind === 'Group' && !this.showsAll(read.value, why.only)) return undefined;
      const changed = applyPatch(read.value, operations);
      if (changed === undefined) return undefined;
      if (reading === 1) adapted({ rung: 'replacedResource', kind, id, because: why.because });
      const body = replacementBody(changed, (name) => this.isReadOnly(kind, name));
      const replaced = await requests.put(kind, id, body, signal);
      // Somebody else was quicker: their change is read and kept.
      if (!isOutdated(replaced) || reading > MOST_RACES) return replaced;
    }
  }

  private showsAll(group: ScimResource, only: boolean): boolean {
    if (!this.habits.membersReadable) return false;
    const members = memberOf(group, 'members');
    // An empty list is what services show that hide their members, unless they were seen to show some.
    return (
      elementsOf(members).length > 0 || (only && Array.isArray(members)) || this.context.learning.facts.showsMembers
    );
  }

  private isReadOnly(kind: ScimKind, name: string): boolean {
    const parsed = parsePath(name);
    return parsed.ok && attributeType(kind, parsed.path, this.capabilities())?.readOnly === true;
  }
}

function gone(kind: ScimKind) {
  return { code: 'InvalidAnchor', message: `The target has no such ${kind} any more.`, status: 404 } as const;
}

/** The fault where there is no PATCH, and a PUT would do harm. */
export function cannotReplace(kind: ScimKind): PatchResult {
  const message = `The target takes no PATCH for ${kind}s, and this change cannot be sent safely with PUT: a group whose members are not shown would lose them.`;
  return { ok: false, fault: { code: 'NotImplemented', message } };
}
