// Which form of a change a target accepts. The usual PATCH goes first; a target that refuses its form, or answers success and
// keeps nothing, gets the same change in another one: without path, missing elements added whole, and at last the merged resource
// by PUT. Answers decide, never names of targets; what they taught is kept (learning.ts). Member removals have a ladder of their
// own (member-removal.ts).
import type { TargetProfile } from '../model/profile.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import { collateral, factName, hasSiblings, withoutEffect } from '../scim/effect.ts';
import { attributeText } from '../scim/path.ts';
import { hasExtensionPath, hasPlainPath, isPartOfMore, operationPath, toPathless } from '../scim/pathless.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';
import type { Rung } from './adaptation.ts';
import { EffectCheck, namesOf } from './effect-check.ts';
import { mayLoseElements, patchKeepingElements, withAddedElements } from './element-additions.ts';
import { FutileClimbs } from './futile-climbs.ts';
import { MemberChanges } from './member-changes.ts';
import type { MemberHabits } from './member-removal.ts';
import { cannotReplace, type Replacement } from './replacement.ts';
import { type LadderContext, type PatchResult, refusesForm, refusesRung } from './requests.ts';

type Operations = readonly PatchOperation[];

/** What a change is made of, and what has come of it so far. */
interface Climb {
  readonly kind: ScimKind;
  readonly id: string;
  readonly operations: Operations;
  readonly first: PatchResult;
  readonly because: string;
  readonly signal: AbortSignal;
}

/** What decides where the ladder begins. */
export interface LadderStart {
  readonly profile: MemberHabits & Pick<TargetProfile, 'patch' | 'patchable'>;
  readonly capabilities: () => Capabilities;
}

/** Sends changes in the form that the target was seen to understand. */
export class PatchLadder {
  private readonly context: LadderContext;
  private readonly replacement: Replacement;
  private readonly start: LadderStart;
  private readonly members: MemberChanges;
  private readonly effect: EffectCheck;
  private readonly futile = new FutileClimbs();
  /** Attributes that a PATCH has changed, so that they are not to blame when one with others is refused. */
  private readonly patched = new Set<string>();

  constructor(context: LadderContext, replacement: Replacement, start: LadderStart) {
    this.context = context;
    this.replacement = replacement;
    this.start = start;
    this.effect = new EffectCheck(context, start.profile);
    this.members = new MemberChanges(context, replacement, start.profile);
  }

  /** The result of the form that was accepted, or the refusal of the usual form when no other one helped. */
  async send(kind: ScimKind, id: string, operations: Operations, signal: AbortSignal): Promise<PatchResult> {
    if (this.isUnpatchable(kind)) {
      const why = { because: `The target has no PATCH for ${kind}s.`, only: true };
      const replaced = await this.replacement.send(kind, id, operations, why, signal);
      return replaced === undefined
        ? cannotReplace(kind)
        : this.effect.ofDisabling(kind, id, operations, replaced, signal);
    }
    const byPut = operations.filter((each) => this.isReplaced(kind, each));
    if (byPut.length === 0) return this.patch(kind, id, operations, signal);
    const why = { because: 'The target was seen to change this only so, or its profile says it.', only: false };
    const replaced = await this.replacement.send(kind, id, byPut, why, signal);
    if (replaced === undefined || refusesRung(replaced)) return this.patch(kind, id, operations, signal);
    const others = operations.filter((each) => !byPut.includes(each));
    if (others.length > 0 && replaced.ok) return this.patch(kind, id, others, signal);
    return this.effect.ofDisabling(kind, id, byPut, replaced, signal);
  }

  /** The form in which a change that takes one PATCH is sent first; null for one that takes more. */
  usual(kind: ScimKind, operations: Operations): Operations | null {
    if (this.isUnpatchable(kind) || operations.some((each) => this.isReplaced(kind, each))) return null;
    if (mayLoseElements(this.context.learning, kind, operations)) return null;
    return kind === 'Group' && !this.members.areUsual(operations) ? null : this.formOf(kind, operations);
  }

  /** Whether nobody has seen yet what this change of a group does to its other members. */
  isUntried(operations: Operations): boolean {
    return this.members.areUntried(operations);
  }

  /** Whether a change is there that was sent in its usual form and answered with success. */
  async isApplied(kind: ScimKind, id: string, operations: Operations, result: PatchResult, signal: AbortSignal) {
    const missing = await this.effect.missing(kind, id, operations, result, signal);
    if ((missing ?? []).length > 0 || this.members.isIncomplete(operations, result)) return false;
    for (const name of namesOf(kind, operations)) this.patched.add(name);
    return true;
  }

  private formOf(kind: ScimKind, operations: Operations): Operations {
    const always = this.start.profile.patch === 'pathless';
    return toPathless(operations, (each) => always || this.knows('pathless', kind, each));
  }

  private patch(kind: ScimKind, id: string, operations: Operations, signal: AbortSignal): Promise<PatchResult> {
    const change = (sent: Operations): Promise<PatchResult> => this.change(kind, id, sent, signal);
    const together = async (): Promise<PatchResult | undefined> => {
      const whole = await this.context.requests.patch(kind, id, operations, signal);
      const missing = await this.effect.missing(kind, id, operations, whole, signal);
      return refusesForm(whole) || (missing ?? []).length > 0 ? undefined : whole;
    };
    return kind === 'Group' ? this.members.send(id, operations, { change, together }, signal) : change(operations);
  }

  private isUnpatchable(kind: ScimKind): boolean {
    const { profile, capabilities } = this.start;
    return (
      profile.patch === 'none' ||
      capabilities().patch === false ||
      this.context.learning.facts.unpatchable.includes(kind)
    );
  }

  private isReplaced(kind: ScimKind, operation: PatchOperation): boolean {
    const only = this.start.profile.patchable[kind] ?? [];
    const path = operationPath(operation);
    const isNamed = path !== undefined && only.some((each) => each.toLowerCase() === attributeText(path).toLowerCase());
    return (only.length > 0 && !isNamed) || this.knows('replaced', kind, operation);
  }

  private async change(kind: ScimKind, id: string, operations: Operations, signal: AbortSignal): Promise<PatchResult> {
    const usual = this.formOf(kind, operations);
    const first = await patchKeepingElements(this.context, this.replacement, kind, id, usual, signal);
    const missing = await this.effect.missing(kind, id, operations, first, signal);
    if (first.ok && (missing ?? []).length === 0) {
      for (const name of namesOf(kind, operations)) this.patched.add(name);
      return first;
    }
    if (!first.ok && (!refusesForm(first) || this.futile.isFutile(kind, operations))) return first;
    const due = first.ok ? operations : await this.withoutDone(kind, id, operations, signal);
    if (due.length === 0) return { ok: true, value: null };
    if (due.length < operations.length) return this.change(kind, id, due, signal);
    const because = first.ok ? 'The target answered success, and the change was not there.' : first.fault.message;
    return this.climb({ kind, id, operations: missing ?? operations, first, because, signal }, usual);
  }

  // A removal of what is not there is refused by some, and done.
  private async withoutDone(
    kind: ScimKind,
    id: string,
    operations: Operations,
    signal: AbortSignal,
  ): Promise<Operations> {
    const removals = operations.filter(({ op }) => op === 'remove');
    const current = removals.length === 0 ? undefined : await this.read(kind, id, signal);
    const due = current === undefined ? removals : withoutEffect(current, removals);
    return operations.filter((each) => each.op !== 'remove' || due.includes(each));
  }

  private async climb(climb: Climb, usual: Operations): Promise<PatchResult> {
    const { kind, operations, first, signal } = climb;
    const isMissingMethod = !first.ok && first.fault.status === 405;
    let form: Operations = first.ok ? operations : usual;
    for (const rung of isMissingMethod ? [] : this.rungs(climb)) {
      const next = await rung.form(form);
      if (next === undefined) continue;
      this.context.adapted({ rung: rung.name, kind, id: climb.id, because: climb.because });
      const before = rung.name === 'withoutPath' ? await this.read(kind, climb.id, signal) : undefined;
      const result = await patchKeepingElements(this.context, this.replacement, kind, climb.id, next, signal);
      const missing = await this.effect.missing(kind, climb.id, operations, result, signal);
      const isDone = result.ok && (missing ?? []).length === 0;
      const lost = result.ok && before !== undefined ? await this.lost(climb, before, result) : [];
      if (lost.length > 0) {
        this.context.learning.note('refusedPathless', namesOf(kind, operations.filter(isPartOfMore)));
        return this.restore(climb, lost);
      }
      // Where there was nothing to lose, nothing is proven.
      if (isDone && before !== undefined && hasSiblings(before, operations)) this.learn(kind, form, next, true);
      else if (!isDone && (result.ok || refusesForm(result))) this.learn(kind, form, next, false);
      if (isDone || (!result.ok && !refusesRung(result))) return result;
      form = next;
    }
    return this.replace(climb);
  }

  // Some services take a value without path for all there is to an extension, and forget the rest of it.
  private async lost(
    { kind, id, operations, signal }: Climb,
    before: ScimResource,
    result: PatchResult,
  ): Promise<Operations> {
    const answered = result.ok ? result.value : null;
    if (answered !== null && collateral(before, answered, operations).length === 0) return [];
    // An answer may show a part of the resource: what is missing from it is looked for before it is put back.
    const after = await this.read(kind, id, signal);
    return after === undefined ? [] : collateral(before, after, operations);
  }

  private async restore(climb: Climb, lost: Operations): Promise<PatchResult> {
    const { kind, id, operations, because, signal } = climb;
    const whole = [...operations, ...lost];
    const replaced = await this.replacement.send(kind, id, whole, { because, only: false }, signal);
    if (replaced?.ok === true) {
      this.context.learning.note('replaced', namesOf(kind, operations.filter(isPartOfMore)));
      return replaced;
    }
    return this.context.requests.patch(
      kind,
      id,
      toPathless(whole, () => true),
      signal,
    );
  }

  private async read(kind: ScimKind, id: string, signal: AbortSignal): Promise<ScimResource | undefined> {
    const read = await this.context.requests.get(kind, id, signal);
    return read.ok ? (read.value ?? undefined) : undefined;
  }

  private rungs({ kind, id, first, signal }: Climb) {
    const addedElement: Rung = 'addedElement';
    const withoutPath: Rung = 'withoutPath';
    const rungs = [
      {
        name: withoutPath,
        form: (form: Operations) => Promise.resolve(this.withoutPaths(kind, form, hasExtensionPath)),
      },
      { name: addedElement, form: (form: Operations) => withAddedElements(form, () => this.read(kind, id, signal)) },
    ];
    if (!first.ok && first.fault.scimType?.toLowerCase() === 'notarget') rungs.reverse();
    return [
      ...rungs,
      { name: withoutPath, form: (form: Operations) => Promise.resolve(this.withoutPaths(kind, form, hasPlainPath)) },
    ];
  }

  private async replace(climb: Climb): Promise<PatchResult> {
    const { kind, id, operations, first, because, signal } = climb;
    const { learning, requests } = this.context;
    const replaced = await this.replacement.send(kind, id, operations, { because, only: false }, signal);
    if (replaced?.ok !== true) {
      if (replaced !== undefined && !refusesRung(replaced)) return replaced;
      this.futile.note(kind, operations);
      if (!first.ok) return first;
      learning.note('ignored', namesOf(kind, operations));
      return requests.get(kind, id, signal);
    }
    const missing = (await this.effect.missing(kind, id, operations, replaced, signal)) ?? [];
    const changed = namesOf(
      kind,
      operations.filter((each) => !missing.includes(each)),
    );
    if (!first.ok && first.fault.status === 405) learning.noteMissing('unpatchable', kind);
    else
      learning.note(
        'replaced',
        changed.filter((name) => !this.patched.has(name)),
      );
    if (missing.length === 0) return replaced;
    // Some targets change access by PATCH and everything else by PUT.
    if (missing.length < operations.length) return this.change(kind, id, missing, signal);
    learning.note('ignored', namesOf(kind, missing));
    return replaced.value === null ? requests.get(kind, id, signal) : replaced;
  }

  // Only a request of nothing but what was converted proves that the form without path does not help either.
  private learn(kind: ScimKind, before: Operations, sent: Operations, isTaken: boolean): void {
    const converted = before.filter(
      (operation) => operationPath(operation)?.filter === undefined && !sent.includes(operation),
    );
    const { learning } = this.context;
    if (isTaken) learning.note('pathless', namesOf(kind, converted));
    else if (converted.length === before.length) learning.note('refusedPathless', namesOf(kind, converted));
  }

  private withoutPaths(
    kind: ScimKind,
    operations: Operations,
    may: (operation: PatchOperation) => boolean,
  ): Operations | undefined {
    const chosen = operations.filter((each) => may(each) && !this.knows('refusedPathless', kind, each));
    return chosen.length === 0 ? undefined : toPathless(operations, (one) => chosen.includes(one));
  }

  private knows(list: Parameters<LadderContext['learning']['knows']>[0], kind: ScimKind, one: PatchOperation): boolean {
    const name = factName(kind, one);
    return name !== undefined && this.context.learning.knows(list, name);
  }
}
