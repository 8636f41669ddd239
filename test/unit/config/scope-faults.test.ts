// Scoping filters in a job file: what is refused and warned of stands beside its clause; docs/scoping.md shows only filters
// that are accepted, and all operators.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCOPING_OPERATORS } from '../../../src/rules/scoping-operators.ts';
import { at, type Case, job, table } from './fault-table.ts';
import { configurationOf, JOB, MAIN } from './temporary-configuration.ts';

const scope = (lines: string) => `${JOB}    scope:\n${lines.replaceAll(/^(?=.)/gm, '      ')}\n`;
const clause = (text: string) => job(scope(`groups:\n  - clauses:\n      - { ${text} }`));
const faultAt = (message: string) => [at(16, 15, 'objectMappings.user.scope.groups[0].clauses[0]', message)];

const cases: readonly Case[] = [
  [
    'a pattern that cannot be read',
    clause('sourceOperandName: mail, operatorName: REGEX MATCH, targetOperand: { values: ["(a"] }'),
    faultAt(''),
  ],
  [
    'a date with an operator that compares none',
    clause('sourceOperandName: employeeHireDate, operatorName: EQUALS, targetOperand: { values: ["2026-01-01"] }'),
    faultAt('employeeHireDate is a date, which EQUALS does not compare.'),
  ],
  [
    'several values without a quantifier',
    clause('sourceOperandName: otherMails, operatorName: EQUALS, targetOperand: { values: [x] }'),
    faultAt('otherMails has several values; as in Entra, clauses compare single values.'),
  ],
  [
    'memberOf as an attribute of the directory',
    clause('sourceOperandName: memberOf, operatorName: IS NOT NULL'),
    faultAt('IS NOT NULL does not apply to memberOf.'),
  ],
  [
    'an unknown quantifier',
    clause('sourceOperandName: otherMails, operatorName: EQUALS, targetOperand: { values: [x] }, quantifier: none'),
    [at(16, 114, 'objectMappings.user.scope.groups[0].clauses[0].quantifier', 'This must be any or all.')],
  ],
  [
    'experimental parts of Graph',
    job(scope('groups: []\ninputFilterGroups: [{ clauses: [] }]\ncategoryFilterGroups: []')),
    [
      at(
        15,
        7,
        'objectMappings.user.scope.inputFilterGroups',
        'inputFilterGroups of Microsoft Graph is experimental, and is not supported. It would drop people while they are read, without deprovisioning them.',
      ),
    ],
  ],
  [
    'memberOf of groups',
    job(
      `${JOB}  group:\n    attributeMappings: [{ targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }]\n    scope:\n      groups:\n        - clauses:\n            - { sourceOperandName: memberOf, operatorName: Member_Of, targetOperand: { values: [x] } }\n`,
    ),
    [
      at(
        18,
        15,
        'objectMappings.group.scope.groups[0].clauses[0]',
        'memberOf is for people: groups are not filtered by it.',
      ),
    ],
  ],
];

table('scoping filters', cases);

const accepted = (text: string) => configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': text });

describe('accepted filters', () => {
  it('are warned of with their place when a pattern is not anchored', async () => {
    const lines = 'groups:\n  - clauses:\n      - sourceOperandName: mail\n        operatorName: REGEX MATCH\n';
    const { warnings } = await accepted(scope(`${lines}        targetOperand: { values: ["a@b"] }`));
    expect(warnings).toMatchObject([
      {
        line: 16,
        path: 'objectMappings.user.scope.groups[0].clauses[0]',
        message: 'The pattern "a@b" is not anchored: it is also found inside longer values.',
        advice: 'Write ^(?:a@b)$ for the whole value, or .* on the side where anything may stand.',
      },
    ]);
  });

  const text = readFileSync(new URL('../../../docs/scoping.md', import.meta.url), 'utf8');

  it('are those of the documentation, without a warning', async () => {
    const examples = [...text.matchAll(/```yaml\n(groups:[\s\S]*?)```/g)].map(([, lines = '']) => lines.trimEnd());
    expect(examples.length).toBe(5);
    for (const lines of examples) expect((await accepted(scope(lines))).warnings, lines).toEqual([]);
    const whole = /```yaml\nobjectMappings:\n {2}user:\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    expect((await accepted(`${JOB}${whole}`)).warnings).toEqual([]);
  });

  it('have all operators in the documentation, and no other', () => {
    const section = text.slice(text.indexOf('## Operators'), text.indexOf('## Patterns'));
    expect([...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)).toEqual(SCOPING_OPERATORS);
  });
});
