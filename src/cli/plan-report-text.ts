// A described plan for people: what the directory says, what the target holds, who is found by what, what would change.
import type { PlannedActions, PlanReport } from '../model/plan-report.ts';
import { shortAttribute } from './attribute-text.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const SHOWN_CHANGES = 12;

/** The lines of a report, indented, without a heading. */
export function planReportLines(report: PlanReport, paint: Paint): string[] {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['source', [sourceText(report)]],
    ['target', [targetText(report)]],
    ['matching', matchingTexts(report, paint)],
    ['would', wouldTexts(report)],
    [
      paint('yellow', 'held'),
      report.held.map((each) => `${each.count} in ${each.guardClass}: ${printable(each.because)}`),
    ],
    [paint('red', 'failing'), failingTexts(report)],
    ['changes', changeTexts(report, paint)],
  ];
  const rows = sections.flatMap(([label, texts]) => texts.map((text, index) => [index === 0 ? label : '', text]));
  return alignedRows(rows).map((line) => `  ${line}`);
}

function sourceText({ source }: PlanReport): string {
  const { assigned, inScope, leftOut, defaultAccess } = source;
  const reasons = leftOut.map((each) => `${each.count} ${printable(each.because)}`).join(', ');
  const out = assigned - inScope;
  return [
    `${assigned} assigned`,
    `${inScope} in scope`,
    ...(out === 0 ? [] : [`${out} not (${reasons})`]),
    ...(defaultAccess === 0 ? [] : [`${counted(defaultAccess, 'assignment')} with Default Access left out`]),
  ].join(' · ');
}

function targetText({ matching, people }: PlanReport): string {
  if (matching !== null) return counted(matching.accounts, 'account');
  const looked = people.create + people.adoptUnchanged + people.adoptChanged > 0;
  return looked ? 'not listed: each account was asked for' : 'not listed: nobody new had to be looked for';
}

function matchingTexts({ matching, source, firstContact }: PlanReport, paint: Paint): string[] {
  if (matching === null) return [];
  const matched = matching.matchedBy.reduce((sum, each) => sum + each.count, 0);
  const parts = matching.matchedBy.map((each) => `${each.attribute} ${each.count}`);
  // Later on only those are looked for who have no account yet: a share of everybody would say nothing.
  const share = source.inScope === 0 || !firstContact ? '' : `    ${((matched / source.inScope) * 100).toFixed(1)} %`;
  const texts = [`${[...parts, `none ${matching.none}`, `ambiguous ${matching.ambiguous}`].join(' · ')}${share}`];
  const best = matching.foundBy
    .filter((each) => !each.configured && each.found > matched)
    .toSorted((a, b) => b.found - a.found)[0];
  if (best !== undefined)
    texts.push(paint('yellow', `${best.attribute} would find ${best.found}: consider it as matchingPriority 1`));
  const others = matching.foundBy.filter((each) => !each.configured && each !== best);
  if (others.length > 0)
    texts.push(
      `not used for matching: ${others.map((each) => `${each.attribute} would find ${each.found}`).join(' · ')}`,
    );
  return texts;
}

function wouldTexts({ people, groups, memberships, matching }: PlanReport): string[] {
  const texts = [actionsText(people)];
  if (hasActions(groups)) texts.push(`groups: ${actionsText(groups)}`);
  if (memberships.added + memberships.removed > 0)
    texts.push(`memberships: add ${memberships.added} · remove ${memberships.removed}`);
  if (matching !== null && matching.unmatchedAccounts > 0)
    texts.push(`${counted(matching.unmatchedAccounts, 'account is', 'accounts are')} not ours and stay untouched`);
  return texts;
}

function actionsText(actions: PlannedActions): string {
  const adopt = actions.adoptChanged + actions.adoptUnchanged;
  const detail = adopt === 0 ? '' : ` (${actions.adoptUnchanged} unchanged, ${actions.adoptChanged} changed)`;
  return [
    `create ${actions.create}`,
    `adopt ${adopt}${detail}`,
    `update ${actions.update}`,
    `enable ${actions.enable}`,
    `disable ${actions.disable}`,
    `delete ${actions.delete}`,
  ].join(' · ');
}

function hasActions(actions: PlannedActions): boolean {
  return Object.values(actions).some((count) => count > 0);
}

/** Why objects cannot be planned: each fault with one of those whom it concerns. */
function failingTexts({ failing = [] }: PlanReport): string[] {
  return failing.map(
    ({ code, count, who, message }) =>
      `${counted(count, 'object')} cannot be planned: ${code}, e.g. ${printable(shortened(who, 40))}: ${printable(message)}`,
  );
}

/** An attribute that would change for at least half of the existing accounts deserves a second look. */
function changeTexts({ changes, people, groups }: PlanReport, paint: Paint): string[] {
  const existing = [people, groups].reduce(
    (sum, each) => sum + each.adoptChanged + each.adoptUnchanged + each.update,
    0,
  );
  const rows = changes
    .slice(0, SHOWN_CHANGES)
    .map(({ attribute, count, example }) => [
      printable(shortAttribute(attribute)),
      String(count),
      existing >= 10 && count * 2 >= existing ? paint('yellow', '!') : ' ',
      `e.g. ${printable(shortened(example.who, 40))}  ${value(example.oldValue)} -> ${value(example.newValue)}`,
    ]);
  const more = changes.length - rows.length;
  return [
    ...alignedRows(rows, ['left', 'right', 'left', 'left']),
    ...(more > 0 ? [`and ${counted(more, 'more attribute')}`] : []),
  ];
}

function value(text: string | null): string {
  return text === null ? '(none)' : JSON.stringify(printable(shortened(text, 40)));
}
