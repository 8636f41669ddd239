// What earlier cycles learned about a target, as a line of test-connection. Only what deviates: forms that were proven to work
// are nothing to tell.
import type { LearnedFacts, MemberRemovalForm } from '../scim/learned.ts';
import type { ConnectionCheck } from './target-checks.ts';

const REMOVAL: Readonly<Record<MemberRemovalForm, string>> = {
  path: 'members are removed one by one',
  list: 'members are removed by a list of values',
  replacement: 'members are removed by stating those that stay',
  resource: 'members are removed by PUT of the group',
};

/** Null when the target never deviated. */
export function learnedCheck(learned: LearnedFacts): ConnectionCheck | null {
  const facts = [
    ...learned.unpatchable.map((kind) => `${kind}s are changed by PUT`),
    ...about(learned.replaced, 'by PUT'),
    ...about(learned.pathless, 'without path'),
    ...about(learned.statedWhole, 'stated as a whole list'),
    ...about(learned.addedSingly, 'added one an operation'),
    ...about(learned.ignored, 'answered with success and not kept'),
    ...(learned.memberRemoval === null ? [] : [REMOVAL[learned.memberRemoval]]),
    ...learned.undeletable.map((kind) => `${kind}s are not deleted`),
    ...(learned.version === 'required' ? ['changes name a version'] : []),
    ...(learned.version === 'unusable' ? ['versions are not used'] : []),
    ...about(Object.keys(learned.filterForms), 'filtered in another form'),
  ];
  if (facts.length === 0) return null;
  return {
    name: 'learned',
    ok: true,
    detail: `${facts.join('; ')}. Forgotten by restart --reset-scope Full.`,
  };
}

function about(names: readonly string[], how: string): string[] {
  return names.length === 0 ? [] : [`${names.join(', ')} ${how}`];
}
