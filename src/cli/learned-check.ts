// What earlier cycles learned about a target, as a line of test-connection. Only what deviates: forms that were proven to work
// are nothing to tell.
import type { CompiledJob } from '../engine/compiled-job.ts';
import type { LearnedFacts, MemberRemovalForm } from '../scim/learned.ts';
import { factSpelling } from './fact-spelling.ts';
import type { ConnectionCheck } from './target-checks.ts';

const REMOVAL: Readonly<Record<MemberRemovalForm, string>> = {
  path: 'members are removed one by one',
  list: 'members are removed by a list of values',
  replacement: 'members are removed by stating those that stay',
  resource: 'members are removed by PUT of the group',
};

/** Null when the target never deviated; attributes are spelled as the job's mappings spell them. */
export function learnedCheck(learned: LearnedFacts, job: Pick<CompiledJob, 'user' | 'group'>): ConnectionCheck | null {
  const spelled = factSpelling(job);
  const about = (names: readonly string[], how: string): string[] =>
    names.length === 0 ? [] : [`${names.map(spelled).join(', ')} ${how}`];
  const facts = [
    ...learned.unpatchable.map((kind) => `${kind}s are changed by PUT`),
    ...about(learned.replaced, 'by PUT'),
    ...about(learned.pathless, 'without path'),
    ...about(
      learned.statedWhole.map((name) => name.replace(/ addition$/, '')),
      'stated as a whole list',
    ),
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
