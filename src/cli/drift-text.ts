// How a target differs from what a job made of it, for people.
import type { AttributeDrift, DriftedObject, DriftReport } from '../model/drift-report.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const LONGEST_VALUE = 60;

/** The report; `next` is the command that repairs, null while that is being done. */
export function driftText(jobId: string, drift: DriftReport, next: string | null, paint: Paint): string {
  const { checked, left, drifted, attributes, gone, members, unstable } = drift;
  const isWell = drifted + gone.count + members.missing === 0;
  const rows = [
    [
      'checked',
      `${checked} linked accounts and groups${left > 0 ? ` · ${left} left: changed since, held, failing or protected` : ''}`,
    ],
    ['differ', drifted === 0 ? 'none' : String(drifted)],
    ...attributes.map((each) => ['', attributeText(each)]),
    ...(gone.count > 0 ? [['gone', `${gone.count}: ${named(gone.objects, gone.count)}`]] : []),
    ...(members.missing > 0 ? [['members', `${members.missing} missing that were sent`]] : []),
    ...(members.extra > 0 ? [['members', `${members.extra} that somebody else added: they stay`]] : []),
    ...members.groups.map((each) => [
      '',
      `${printable(each.displayName ?? each.id)}  ${each.missing} missing · ${each.extra} of others`,
    ]),
    ...(members.unreadable > 0
      ? [['', `${counted(members.unreadable, 'group')} of which the target shows no members`]]
      : []),
    ...unstable.map(({ attribute, objects }) => [
      'unstable',
      `${printable(attribute)} of ${counted(objects, 'account')}: ${UNSTABLE_ADVICE}`,
    ]),
  ];
  return [
    paint('bold', jobId),
    ...alignedRows(rows).map((row) => `  ${row}`),
    ...(isWell || next === null ? [] : [`  repair: ${next}`]),
  ].join('\n');
}

/** What helps against a target that stores another form of what it is sent. */
export const UNSTABLE_ADVICE =
  'the target keeps changing it, so it is not written again; map it as the target keeps it (ToLower, Trim)';

function attributeText({ attribute, count, examples: [example] }: AttributeDrift): string {
  const shown =
    example === undefined
      ? ''
      : `  e.g. ${printable(example.displayName ?? example.id)}  found ${valueText(example.found)}, wanted ${valueText(example.wanted)}`;
  return `${printable(attribute)}  ${count}${shown}`;
}

function named(objects: readonly DriftedObject[], count: number): string {
  const names = objects.slice(0, 5).map((each) => printable(each.displayName ?? each.id));
  return [...names, ...(count > names.length ? [`and ${count - names.length} more`] : [])].join(', ');
}

function valueText(value: string | null): string {
  return value === null ? '(none)' : `"${shortened(printable(value), LONGEST_VALUE)}"`;
}
