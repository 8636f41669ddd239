// Which form of a PATCH a target accepts. The usual one goes first; a target that refuses a path (400 invalidPath or
// noTarget) gets the same change in another form: extension attributes as a nested value without path, missing elements
// added whole. What was learned is kept per attribute for the lifetime of the client. Member removals have a ladder of
// their own (member-removal.ts).
import { attributeText } from '../scim/path.ts';
import { hasExtensionPath, operationPath, toAddedElements, toPathless } from '../scim/pathless.ts';
import { findElement } from '../scim/read.ts';
import type { PatchOperation, ScimKind } from '../scim/resource.ts';
import {
  type MemberHabits,
  MemberRemoval,
  type PatchRequests,
  type PatchResult,
  removedMember,
} from './member-removal.ts';

/** Sends changes in the form that the target was seen to understand. */
export class PatchLadder {
  private readonly requests: PatchRequests;
  private readonly pathless = new Set<string>();
  private readonly refusedAnyway = new Set<string>();
  private readonly members: MemberRemoval;

  constructor(requests: PatchRequests, habits: MemberHabits) {
    this.requests = requests;
    this.members = new MemberRemoval(requests, habits);
  }

  /** The result of the form that was accepted, or the refusal of the usual form when no other one helped. */
  async send(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<PatchResult> {
    const members = operations.map(removedMember).filter((member) => member !== undefined);
    if (members.length > 0 && members.length === operations.length) {
      return this.members.remove(id, members, signal);
    }
    const known = this.members.inKnownForm(operations, members);
    const usual = toPathless(known, (operation) => this.pathless.has(attributeKey(operation)));
    const first = await this.requests.patch(kind, id, usual, signal);
    if (!isPathRefusal(first)) return first;
    const rungs: ((form: readonly PatchOperation[]) => Promise<readonly PatchOperation[] | undefined>)[] = [
      (form) => Promise.resolve(this.withoutPaths(form)),
      (form) => this.withAddedElements(kind, id, form, signal),
    ];
    if (!first.ok && first.fault.scimType?.toLowerCase() === 'notarget') rungs.reverse();
    let form: readonly PatchOperation[] = usual;
    for (const rung of rungs) {
      const next = await rung(form);
      if (next === undefined) continue;
      const result = await this.requests.patch(kind, id, next, signal);
      this.learn(usual, next, result);
      if (!isPathRefusal(result)) return result;
      form = next;
    }
    return first;
  }

  // Only a request of nothing but extension attributes proves that the form without path does not help either.
  private learn(usual: readonly PatchOperation[], sent: readonly PatchOperation[], result: PatchResult): void {
    const converted = usual.filter((operation) => hasExtensionPath(operation) && !sent.includes(operation));
    const proves = result.ok || (isPathRefusal(result) && converted.length === usual.length);
    const learned = result.ok ? this.pathless : this.refusedAnyway;
    if (proves) for (const operation of converted) learned.add(attributeKey(operation));
  }

  private withoutPaths(operations: readonly PatchOperation[]): readonly PatchOperation[] | undefined {
    const chosen = operations.filter(
      (operation) => hasExtensionPath(operation) && !this.refusedAnyway.has(attributeKey(operation)),
    );
    return chosen.length === 0 ? undefined : toPathless(operations, (one) => chosen.includes(one));
  }

  // The resource is read first: an element that exists would be added a second time.
  private async withAddedElements(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<readonly PatchOperation[] | undefined> {
    const candidates = operations.filter((one) => one.op !== 'remove' && operationPath(one)?.filter !== undefined);
    if (candidates.length === 0) return undefined;
    const read = await this.requests.get(kind, id, signal);
    if (!read.ok || read.value === null) return undefined;
    const current = read.value;
    const missing = candidates.filter((operation) => {
      const path = operationPath(operation);
      return path !== undefined && findElement(current, path) === undefined;
    });
    return missing.length === 0 ? undefined : toAddedElements(operations, (one) => missing.includes(one));
  }
}

function isPathRefusal(result: PatchResult): boolean {
  if (result.ok || result.fault.status !== 400) return false;
  return ['invalidpath', 'notarget'].includes(result.fault.scimType?.toLowerCase() ?? '');
}

function attributeKey(operation: PatchOperation): string {
  const path = operationPath(operation);
  return path === undefined ? '' : attributeText(path).toLowerCase();
}
