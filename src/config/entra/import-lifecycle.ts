// What happens to an account, per event, so that a job does what Entra did with the same mappings: there disabling is nothing
// but an update of `active`, and only IsSoftDeleted knows of people who are unassigned, out of scope or deleted.
import { compileExpression } from '../../expressions/compile.ts';
import type { Lifecycle } from '../../model/lifecycle.ts';
import { targetKey } from '../target-key.ts';
import type { PlainAttribute, PlainSource } from './import-attribute.ts';

/** Events whose action differs from the default, with the reason of each. */
export type LifecycleChanges = Partial<
  Record<keyof Lifecycle, { readonly action: 'disable' | 'nothing'; readonly why: string }>
>;

/** What the lifecycle follows from. */
export interface LifecycleFacts {
  readonly flowTypes: readonly string[];
  readonly attributes: readonly PlainAttribute[];
  /** Entra's SkipOutOfScopeDeletions. */
  readonly skipOutOfScopeDeletions: boolean;
}

/** The changes that mappings of people ask for. */
export function lifecycleChanges({ flowTypes, attributes, skipOutOfScopeDeletions }: LifecycleFacts): LifecycleChanges {
  const changes: LifecycleChanges = {};
  const leaveAlone = (events: readonly (keyof Lifecycle)[], why: string): void => {
    for (const event of events) changes[event] ??= { action: 'nothing', why };
  };
  const active = attributes.find(
    ({ targetAttributeName, flowType }) => targetKey(targetAttributeName) === 'active' && flowType === 'Always',
  );
  const everyEvent = ['unassigned', 'outOfScope', 'blocked', 'softDeleted'] as const;
  if (!flowTypes.includes('Update')) leaveAlone(everyEvent, 'without Update, Entra disables nobody');
  else if (active === undefined) leaveAlone(everyEvent, 'without a mapping of active, Entra disables nobody');
  else {
    const asked = attributesOf(active.source);
    if (!asked.includes('IsSoftDeleted')) {
      const why = 'active does not ask for IsSoftDeleted, so Entra leaves these accounts as they are';
      leaveAlone(['unassigned', 'outOfScope', 'softDeleted'], why);
      if (!asked.includes('accountEnabled')) leaveAlone(['blocked'], why);
    }
  }
  if (skipOutOfScopeDeletions) leaveAlone(['unassigned', 'outOfScope'], 'SkipOutOfScopeDeletions is on in Entra');
  if (!flowTypes.includes('Delete')) leaveAlone(['hardDeleted'], 'without Delete, Entra deletes nobody');
  return changes;
}

function attributesOf(source: PlainSource): readonly string[] {
  if (source?.type === 'Attribute') return [source.name];
  if (source?.type !== 'Function') return [];
  const compiled = compileExpression(source.expression);
  return compiled.ok ? compiled.expression.attributes : [];
}
