// Filters of `protect`: one that cannot be read would protect nobody, so it is refused with the place in it.
import { at, type Case, job, table } from './fault-table.ts';
import { JOB } from './temporary-configuration.ts';

const filters: readonly Case[] = [
  [
    'a filter that does not end',
    job(`${JOB}protect: [ 'userName eq "breakglass' ]\n`),
    [at(13, 12, 'protect[0]', 'At character 13: The text in quotes does not end.')],
  ],
  [
    'an operator that does not exist, in a list and behind a good one',
    job(`${JOB}protect:\n  - userName pr\n  - userName like "a"\n`),
    [at(15, 5, 'protect[1]', 'At character 10: like is no operator (eq, ne, co, sw, ew, pr, gt, ge, lt, le).')],
  ],
  ['an empty filter', job(`${JOB}protect: [ "" ]\n`), [at(13, 12, 'protect[0]', '')]],
  ['no list', job(`${JOB}protect: userName pr\n`), [at(13, 10, 'protect', '')]],
];

table('protect', filters);
