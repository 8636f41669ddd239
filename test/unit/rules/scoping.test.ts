// The scoping filters beside the shared cases (scoping-cases.test.ts): reasons, what is refused when a filter is saved and
// what is said about it, and the operators and options that only scimsync has.
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { type CompiledScope, compileScope, type ScopingFilter } from '../../../src/rules/scoping.ts';
import type { FilterClause, KnowsScopeAttribute } from '../../../src/rules/scoping-clause.ts';
import { entraRefuses } from '../../../src/rules/scoping-entra.ts';
import type { ScopeFacts } from '../../../src/rules/scoping-operators.ts';

type Attributes = Readonly<Record<string, SourceValue>>;

const reader = (attributes: Attributes) => (name: string) =>
  Object.hasOwn(attributes, name) ? (attributes[name] ?? null) : null;

const clause = (sourceOperandName: string, operatorName: string, ...values: string[]): FilterClause => ({
  sourceOperandName,
  operatorName,
  ...(values.length === 0 ? {} : { targetOperand: { values } }),
});

const STAFF = 'aaaaaaaa-0000-4000-8000-00000000000a';
const GUESTS = 'aaaaaaaa-0000-4000-8000-00000000000b';

function member(operatorName: string, ...groups: string[]): FilterClause {
  return clause('memberOf', operatorName, ...groups);
}

const oneClause = (each: FilterClause): ScopingFilter => ({ groups: [{ clauses: [each] }] });

function compiled(filter: ScopingFilter): CompiledScope {
  const result = compileScope(filter);
  if (!result.ok) throw new Error(`refused: ${result.errors.map((error) => error.message).join(' ')}`);
  return result.scope;
}

const verdict = (filter: ScopingFilter, attributes: Attributes, facts?: ScopeFacts) =>
  compiled(filter).evaluate(reader(attributes), facts);

/** Whether one clause lets somebody with this value of `x` in. */
const lets = (each: FilterClause, x: SourceValue, facts?: ScopeFacts) => verdict(oneClause(each), { x }, facts).inScope;

function errorsOf(filter: ScopingFilter, knows?: KnowsScopeAttribute) {
  const result = compileScope(filter, knows);
  return result.ok ? [] : result.errors;
}

const warningsOf = (each: FilterClause) => {
  const result = compileScope(oneClause(each));
  return result.ok ? result.warnings : [];
};

describe('reasons', () => {
  it('say that there is no filter', () => {
    expect(verdict({ groups: [] }, {})).toMatchObject({
      inScope: true,
      reasons: [{ group: null, why: 'noFilter', result: true, text: 'no scoping filter (yes)' }],
    });
  });

  it('are given for every clause, also behind the first that fails', () => {
    const filter = {
      groups: [
        { name: 'staff only', clauses: [clause('userType', 'equals', 'Member'), clause('accountEnabled', 'is true')] },
        { clauses: [clause('department', 'IS NULL')] },
      ],
    };
    const { inScope, reasons } = verdict(filter, { userType: 'Guest', accountEnabled: true });
    expect(inScope).toBe(true);
    expect(reasons.map(({ text }) => text)).toEqual([
      '"staff only": userType EQUALS Member -> Guest (no)',
      '"staff only": accountEnabled IS TRUE -> True (yes)',
      'group 2: department IS NULL -> no value (yes)',
    ]);
    expect(reasons[0]).toEqual({
      group: 0,
      groupName: 'staff only',
      clause: 0,
      attribute: 'userType',
      operator: 'EQUALS',
      operand: 'Member',
      value: 'Guest',
      result: false,
      why: 'compared',
      note: null,
      scimsyncOnly: false,
      text: '"staff only": userType EQUALS Member -> Guest (no)',
    });
    expect(reasons[2]).toMatchObject({ group: 1, clause: 0, operand: null });
  });

  it.each<[string, FilterClause, SourceValue, string]>([
    ['missing', clause('x', 'NOT EQUALS', 'a'), null, 'x NOT EQUALS a -> no value (no)'],
    ['unsupported-type', clause('x', 'Greater_Than', '5'), 'abc', 'x Greater_Than 5 -> abc (no: no integer)'],
    ['unsupported-type', clause('x', 'NOT EQUALS', '5'), { a: 1 }, 'a complex value cannot be compared'],
    ['unsupported-multivalue', clause('x', 'EQUALS', 'a'), ['a'], 'several values: the clause needs quantifier'],
    ['whenNull', { ...clause('x', 'EQUALS', 'a'), whenNull: true }, '', 'x EQUALS a -> no value (yes: whenNull: true)'],
    ['unknown-time', clause('x', 'After', 'now'), '2026-01-01', '(no: the time is not known)'],
    ['unknown-membership', member('Not_Member_Of', STAFF), null, '-> not known (no: the groups were not read yet)'],
  ])('name the rule that decided: %s', (why, each, x, text) => {
    const [reason] = verdict(oneClause(each), { x }).reasons;
    expect(reason?.why).toBe(why);
    expect(reason?.text).toContain(text);
  });

  it('name a clause that was refused', () => {
    const result = compileScope(oneClause(clause('x', 'LIKE', 'a')));
    const { inScope, reasons } = result.ok
      ? verdict({ groups: [] }, {})
      : result.failClosed.evaluate(reader({ x: 'a' }));
    expect(inScope).toBe(false);
    expect(reasons[0]).toMatchObject({ why: 'refused', text: 'group 1: x LIKE a (refused) -> a (no)' });
  });

  it('stay on one line of bounded length', () => {
    const [reason] = verdict(oneClause(clause('x', 'EQUALS', 'a')), { x: `\r\n${'y'.repeat(5000)}` }).reasons;
    expect(reason?.text).not.toMatch(/[\r\n]/);
    expect(reason?.text.length).toBeLessThan(200);
  });
});

describe('compileScope', () => {
  it('lets a later group fail once an earlier one holds', () => {
    const filter = { groups: [{ clauses: [clause('a', 'IS NOT NULL')] }, { clauses: [clause('a', 'EQUALS', 'z')] }] };
    expect(verdict(filter, { a: '1' }).inScope).toBe(true);
  });

  it('names the attributes it needs once, and not memberOf', () => {
    const filter = {
      groups: [
        { clauses: [clause('a', 'EQUALS', '1'), member('Member_Of', STAFF)] },
        { clauses: [clause('a', 'IS NULL')] },
      ],
    };
    expect(compiled(filter).attributes).toEqual(['a']);
    expect(compiled(filter).groups).toEqual([STAFF]);
  });

  it.each<[string, string, string, string[]]>([
    ['missing-operand', 'city', 'EQUALS', []],
    ['invalid-operand', 'city', 'EQUALS', ['a', 'b']],
    ['invalid-operand', 'level', 'Greater_Than', ['five']],
    ['invalid-operand', 'level', 'Less_Than', ['1.5']],
    ['invalid-regex', 'city', 'REGEX MATCH', ['(']],
    ['invalid-regex', 'city', 'not_regex_match', ['[']],
    ['unsupported-type', 'employeeHireDate', 'EQUALS', ['2026-01-01']],
    ['unsupported-type', 'employeeHireDate', 'REGEX MATCH', ['^2026']],
    ['invalid-operand', 'employeeHireDate', 'Before', ['soon']],
    ['invalid-operand', 'employeeHireDate', 'Before', ['2026-02-30']],
    ['unsupported-type', 'accountEnabled', 'Before', ['now']],
    ['unsupported-type', 'accountEnabled', 'Includes', ['r']],
    ['unsupported-type', 'manager', 'REGEX MATCH', ['^a$']],
    ['unsupported-multivalue', 'proxyAddresses', 'EQUALS', ['smtp:a@x']],
    ['unsupported-multivalue', 'members', 'IS NULL', []],
    ['unsupported-multivalue', 'appRoleAssignments', 'IS NOT NULL', []],
    ['unknown-operator', 'city', 'EQUAL', ['x']],
    ['unsupported-operator', 'objectId', 'IsMemberOf', ['11111111-2222-3333-4444-555555555555']],
    ['unsupported-type', 'objectId', 'Member_Of', ['11111111-2222-3333-4444-555555555555']],
    ['unsupported-type', 'memberOf', 'EQUALS', ['11111111-2222-3333-4444-555555555555']],
    ['missing-operand', 'memberOf', 'Member_Of', []],
    ['invalid-operand', 'memberOf', 'Member_Of', ['Sales']],
  ])('refuses with %s: %s %s %j', (kind, attribute, operator, values) => {
    const errors = errorsOf(oneClause(clause(attribute, operator, ...values)));
    expect(errors).toMatchObject([{ kind, group: 0, clause: 0, path: ['groups', 0, 'clauses', 0] }]);
    expect(errors[0]?.advice).not.toBe('');
  });

  it.each<[FilterClause]>([
    [{ ...clause('otherMails', 'IS NULL'), quantifier: 'any' }],
    [{ ...clause('city', 'IS NOT NULL'), whenNull: true }],
    [{ ...member('Member_Of', STAFF), whenNull: true }],
    [{ ...member('Member_Of', STAFF), quantifier: 'all' }],
  ])('refuses an option that means nothing: %j', (each) => {
    expect(errorsOf(oneClause(each)).map(({ kind }) => kind)).toEqual(['invalid-option']);
  });

  it('reports the faults of all clauses with their places', () => {
    const filter = { groups: [{ clauses: [clause('a', 'EQUALS')] }, { clauses: [clause('b', 'LIKE', 'x')] }] };
    expect(errorsOf(filter).map(({ group, kind }) => [group, kind])).toEqual([
      [0, 'missing-operand'],
      [1, 'unknown-operator'],
    ]);
  });

  // spec: scope-by-value
  it.each(['inputFilterGroups', 'categoryFilterGroups'] as const)('refuses %s, and then lets nobody in', (key) => {
    expect(compileScope({ groups: [], [key]: [] }).ok).toBe(true);
    const result = compileScope({ groups: [], [key]: [{ clauses: [] }] });
    expect(result.ok ? [] : result.errors).toMatchObject([{ kind: 'unsupported-filter', group: null, path: [key] }]);
    expect(result.ok || result.failClosed.evaluate(() => 'x').inScope).toBe(false);
  });

  it('refuses to read more than 50 groups for a filter', () => {
    const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const many = (count: number) => oneClause(member('Member_Of', ...Array.from({ length: count }, (_, i) => id(i))));
    expect(compiled(many(50)).groups.length).toBe(50);
    expect(errorsOf(many(51))).toMatchObject([{ kind: 'invalid-operand', group: null, path: [] }]);
  });

  it('suggests the nearest operator and the nearest attribute', () => {
    expect(errorsOf(oneClause(clause('city', 'EQUAL', 'x')))[0]?.advice).toBe('Did you mean EQUALS?');
    expect(errorsOf(oneClause(clause('City', 'EQUALS', 'x')), () => 'city')[0]?.advice).toContain('"city"');
    expect(errorsOf(oneClause(clause('city', 'STARTS_WITH', 'x')))[0]?.advice).toContain('REGEX MATCH with ^');
    expect(errorsOf(oneClause(clause('memberOf', 'Memberof', STAFF)))[0]?.advice).toContain('Member_Of');
  });

  it('names the extension where Entra has none', () => {
    expect(errorsOf(oneClause(clause('otherMails', 'EQUALS', 'x')))[0]?.advice).toContain('quantifier: any');
    expect(errorsOf(oneClause(clause('employeeHireDate', 'EQUALS', 'x')))[0]?.advice).toContain('Before');
    expect(errorsOf(oneClause(clause('objectId', 'IsMemberOf', STAFF)))[0]?.advice).toContain('Member_Of');
  });

  it('takes the word of a schema for types and multiple values', () => {
    const kinds = (each: FilterClause, declared: Parameters<typeof entraRefuses>[1]) =>
      errorsOf(oneClause(each), () => declared ?? true).map(({ kind }) => kind);
    expect(kinds(clause('start', 'EQUALS', 'x'), { type: 'DateTime' })).toEqual(['unsupported-type']);
    expect(kinds(clause('tags', 'EQUALS', 'x'), { multivalued: true })).toEqual(['unsupported-multivalue']);
    expect(kinds(clause('flag', 'Includes', 'x'), { type: 'Boolean' })).toEqual(['unsupported-type']);
    expect(kinds(clause('proxyAddresses', 'EQUALS', 'x'), { multivalued: false })).toEqual([]);
  });

  it('refuses memberOf where groups are filtered', () => {
    const errors = errorsOf(oneClause(member('Member_Of', STAFF)), (name) => name !== 'memberOf');
    expect(errors).toMatchObject([{ kind: 'unsupported-type' }]);
  });
});

describe('operators of Entra', () => {
  it('let nobody in by a list or complex value, not even the negative ones', () => {
    for (const operator of ['NOT EQUALS', '!&', 'EQUALS', 'Includes', 'Greater_Than', 'NOT REGEX MATCH']) {
      expect(lets(clause('x', operator, '1'), ['2', '3']), operator).toBe(false);
      expect(lets(clause('x', operator, '1'), { id: '2' }), operator).toBe(false);
    }
    expect(lets(clause('x', 'IS NOT NULL'), ['2', '3'])).toBe(true);
  });

  it('compare integers beyond 2^53 exactly', () => {
    expect(lets(clause('x', 'Greater_Than', '9007199254740992'), '9007199254740993')).toBe(true);
    expect(lets(clause('x', 'Greater_Than', '9007199254740992'), 9007199254740992n)).toBe(false);
  });

  it('compare native booleans and their text without case', () => {
    expect(lets(clause('x', 'EQUALS', 'true'), true)).toBe(true);
    expect(lets(clause('x', 'NOT EQUALS', 'True'), true)).toBe(false);
    expect(lets(clause('x', 'IS FALSE'), 'no')).toBe(false);
  });

  it('find a pattern in an integer', () => {
    expect(lets(clause('x', 'REGEX MATCH', '^1[0-9]{2}$'), 150)).toBe(true);
    expect(lets(clause('x', 'NOT REGEX MATCH', '^1[0-9]{2}$'), 250)).toBe(true);
  });

  it.each([
    ['.*\\@domain.com', ['at the start of']],
    ['(1[0-9]{6})', ['inside']],
    ['^OU=Sales', ['at the start of']],
    ['@contoso\\.com$', ['at the end of']],
    ['(^a$|b)', ['inside']],
    ['^a$|^b$', []],
    ['(?i)^sales$', []],
    ['\\A(?:a|b)\\z', []],
    ['(^a|^b).*', []],
    ['^(?!Temp).*', []],
    ['.*Manager.*', []],
    ['\\bManager\\b', ['inside']],
  ])('warn that the pattern %j is found %j longer values', (pattern, where) => {
    expect(warningsOf(clause('x', 'REGEX MATCH', pattern)).map(({ message }) => message)).toEqual(
      where.map((each) => expect.stringContaining(`is also found ${each} longer values`)),
    );
  });

  it('warn of what regular expressions are doubted for', () => {
    expect(warningsOf(clause('x', 'REGEX MATCH', '^a|b$')).map(({ message }) => message)).toEqual([
      expect.stringContaining('The pattern "^a|b$": ^ and $ belong to the alternatives'),
      expect.stringContaining('inside longer values'),
    ]);
  });

  it.each(['REGEX MATCH', 'NOT REGEX MATCH'])('are false when a pattern takes too long: %s', (operator) => {
    const each = clause('x', operator, '^(a|aa|a?)+(b|c)(?<=\\1)$');
    const [reason] = verdict(oneClause(each), { x: 'a'.repeat(2_000_000) }).reasons;
    expect(reason).toMatchObject({ result: false, why: 'too-complex' });
    expect(reason?.text).toContain('(no: the pattern takes too long on this value, so the clause is false)');
  });

  it.each([
    ['alone', [['slow']], true],
    ['beside one that holds', [['slow', 'yes']], true],
    ['beside one that fails', [['no', 'slow']], false],
    ['in another group than one that fails', [['no'], ['slow']], true],
    ['in another group than one that holds', [['slow'], ['yes']], false],
  ])('leave the verdict open where a pattern that takes too long would decide: %s', (_, groups, undecided) => {
    const clauses = {
      slow: clause('x', 'REGEX MATCH', '^(a|a)*$'),
      yes: clause('x', 'IS NOT NULL'),
      no: clause('x', 'IS NULL'),
    };
    const named = groups.map((names) => ({ clauses: names.map((name) => clauses[name as keyof typeof clauses]) }));
    expect(verdict({ groups: named }, { x: `${'a'.repeat(64)}!` })).toMatchObject({ undecided });
  });

  it('warn of an empty operand', () => {
    expect(warningsOf(clause('x', 'EQUALS', ''))[0]?.advice).toContain('IS NULL');
    expect(warningsOf(clause('x', 'Includes', ''))[0]?.message).toContain('Every text holds ""');
  });
});

describe('what only scimsync has', () => {
  it('compares integers downwards', () => {
    expect([4, 5, 6].map((x) => lets(clause('x', 'Less_Than', '5'), x))).toEqual([true, false, false]);
    expect([4, 5, 6].map((x) => lets(clause('x', 'less than or equals', '5'), x))).toEqual([true, true, false]);
  });

  const now = new Date('2026-11-23T12:00:00Z');

  it.each<[string, string, string, boolean]>([
    ['2026-12-07T12:00:00Z', 'Before_OR_EQUALS', 'now+14d', true],
    ['2026-12-07T12:00:01Z', 'Before_OR_EQUALS', 'now+14d', false],
    ['2026-12-07T23:59:59Z', 'Before_OR_EQUALS', 'today+14d', true],
    ['2026-12-08T00:00:00Z', 'Before_OR_EQUALS', 'today+14d', false],
    ['2026-11-22T00:30:00+01:00', 'Before', 'today-1d', true],
    ['2026-11-23T11:59:59Z', 'After', 'now', false],
    ['2026-11-23T12:00:01.5Z', 'After', 'NOW', true],
    ['2026-11-22T00:00:00Z', 'After_OR_EQUALS', 'now - 36h', true],
    ['2026-11-21T23:59:59Z', 'After_OR_EQUALS', 'now - 36h', false],
    ['2026-09-30T23:59:59Z', 'After', '2026-09-30', false],
    ['2026-10-01', 'After', '2026-09-30', true],
    ['2026-09-30T08:00:00Z', 'Before', '2026-09-30T10:00:00+02:00', false],
    ['2026-09-30T07:59:59Z', 'Before', '2026-09-30T10:00:00+02:00', true],
    ['2026-02-30', 'Before', '2030-01-01', false],
    ['yesterday', 'Before', '2030-01-01', false],
    ['2026-13-01', 'After', '2000-01-01', false],
  ])('compares dates: %s %s %s is %s', (value, operator, operand, holds) => {
    expect(lets(clause('x', operator, operand), value, { now })).toBe(holds);
  });

  it('says what a relative date stands for, and that the scope reads the clock', () => {
    const filter = oneClause(clause('employeeHireDate', 'Before', 'now+14d'));
    const [reason] = verdict(filter, { employeeHireDate: '2026-12-01' }, { now }).reasons;
    expect(reason).toMatchObject({ note: 'now+14d is 2026-12-07T12:00:00Z', scimsyncOnly: true });
    expect(reason?.text).toBe(
      'group 1: employeeHireDate Before now+14d -> 2026-12-01 (yes: now+14d is 2026-12-07T12:00:00Z)',
    );
    expect(compiled(filter).readsClock).toBe(true);
    expect(compiled(oneClause(clause('x', 'Before', '2026-01-01'))).readsClock).toBe(false);
    expect(compiled(oneClause(clause('x', 'EQUALS', 'now'))).readsClock).toBe(false);
  });

  it('asks whether a date is there', () => {
    expect(verdict(oneClause(clause('employeeLeaveDateTime', 'IS NULL')), {}).inScope).toBe(true);
  });

  it.each<['any' | 'all', string, SourceValue, boolean]>([
    ['any', 'EQUALS', ['a', 'b'], true],
    ['all', 'EQUALS', ['a', 'b'], false],
    ['all', 'EQUALS', ['a', 'a'], true],
    ['any', 'NOT EQUALS', ['a', 'b'], true],
    ['all', 'NOT EQUALS', ['a', 'b'], false],
    ['all', 'NOT EQUALS', ['b', 'c'], true],
    ['all', 'NOT EQUALS', [], false],
    ['any', 'NOT EQUALS', [], false],
    ['all', 'NOT EQUALS', ['b', ''], false],
    ['any', 'NOT EQUALS', ['a', null], false],
    ['all', 'NOT EQUALS', ['b', { id: 'c' }], false],
    ['any', 'EQUALS', [{ id: 'c' }, 'a'], true],
    ['any', 'EQUALS', 'a', true],
  ])('asks %s: %s a of %j is %s', (quantifier, operator, x, holds) => {
    expect(lets({ ...clause('x', operator, 'a'), quantifier }, x)).toBe(holds);
  });

  it('decides for a missing value where the clause says so', () => {
    for (const missing of [null, '', []] as const) {
      expect(lets({ ...clause('x', 'NOT EQUALS', 'a'), whenNull: true }, missing)).toBe(true);
      expect(lets({ ...clause('x', 'NOT EQUALS', 'a'), whenNull: false }, missing)).toBe(false);
    }
    expect(lets({ ...clause('x', 'NOT EQUALS', 'a'), whenNull: true }, 'a')).toBe(false);
  });

  it('asks for groups, in any letter case', () => {
    const filter = oneClause(member('member of', STAFF.toUpperCase(), GUESTS));
    expect(verdict(filter, {}, { memberOf: [GUESTS] }).inScope).toBe(true);
    expect(verdict(filter, {}, { memberOf: [] }).inScope).toBe(false);
    const [reason] = verdict(oneClause(member('Not_Member_Of', STAFF)), {}, { memberOf: [STAFF] }).reasons;
    expect(reason).toMatchObject({ result: false, attribute: 'memberOf', value: STAFF, scimsyncOnly: true });
    expect(verdict(oneClause(member('Not_Member_Of', STAFF)), {}, { memberOf: [] }).inScope).toBe(true);
  });

  it.each(['Member_Of', 'Not_Member_Of'])('lets nobody in by %s while the groups are not known', (operator) => {
    expect(verdict(oneClause(member(operator, STAFF)), {}, { memberOf: null }).inScope).toBe(false);
    expect(verdict(oneClause(member(operator, STAFF)), {}).inScope).toBe(false);
  });

  it.each<[FilterClause, string[]]>([
    [clause('department', 'NOT REGEX MATCH', '^Sales$'), []],
    [clause('userType', 'EQUALS', 'Member'), ['attribute']],
    [clause('manager', 'IS NULL'), ['attribute']],
    [clause('level', 'Less_Than', '5'), ['operator']],
    [clause('employeeHireDate', 'Before', 'now'), ['operator', 'attribute']],
    [clause('employeeHireDate', 'IS NULL'), ['attribute']],
    [{ ...clause('otherMails', 'EQUALS', 'x'), quantifier: 'any' }, ['option', 'attribute']],
    [{ ...clause('city', 'EQUALS', 'x'), whenNull: true }, ['option']],
    [member('not_member_of', STAFF), ['operator', 'attribute']],
  ])('is what Entra would refuse: %j', (each, parts) => {
    expect(entraRefuses(each).map(({ part }) => part)).toEqual(parts);
  });
});
