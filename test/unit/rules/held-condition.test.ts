// Conditions over held changes: whom they choose, and what is refused because it would choose by what nobody knows.
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/evaluation.ts';
import { compileHeldCondition, type HeldWords } from '../../../src/rules/held-condition.ts';

const READ = { user: ['department', 'employeeOrgData', 'userPrincipalName', 'userType'], group: ['mail'] };
const WORDS: HeldWords = { kind: 'user', action: 'disable', event: 'unassigned', class: 'scopeLosses' };

function ana(name: string): SourceValue {
  const values: Record<string, SourceValue> = {
    objectId: '41c2',
    department: 'Sales',
    'employeeOrgData.division': 'EMEA',
    userPrincipalName: 'ana@contoso.example',
  };
  return values[name] ?? null;
}

// spec: rejections
describe('a condition', () => {
  it.each([
    ['department eq "Sales"', true],
    ['department eq "sales"', true],
    ['department eq "Law"', false],
    ['not (department eq "Law")', true],
    ['employeeOrgData.division eq "EMEA"', true],
    ['userPrincipalName ew "@contoso.example" and event eq "unassigned"', true],
    ['event eq "blocked" or class eq "leavers"', false],
    ['kind eq "user" and action eq "disable"', true],
    ['objectId eq "41c2"', true],
    ['department pr', true],
  ])('%s', (text, chosen) => {
    const compiled = compileHeldCondition(text, READ);
    expect(compiled.ok && compiled.condition.holds(WORDS, ana)).toBe(chosen);
  });

  it('chooses nobody of whom only an id is known, unless it asks for nothing else', () => {
    const asks = compileHeldCondition('not (department eq "Law")', READ);
    expect(asks.ok && asks.condition.holds(WORDS, null)).toBe(false);
    const asksNot = compileHeldCondition('event eq "unassigned"', READ);
    expect(asksNot.ok && asksNot.condition.holds(WORDS, null)).toBe(true);
  });

  it.each([
    ['not (jobTitle eq "Clerk")', 'does not read jobTitle', 5],
    ['departement eq "Sales"', 'no attribute "departement"', 0],
    ['appRoleAssignments pr', 'cannot be asked for', 0],
    ['manager pr', 'cannot be asked for', 0],
    ['emails[type eq "work"].value pr', 'plain names', 0],
    ['department eq "Sales', 'quotes', 14],
    ['department', '', 10],
  ])('%s is refused', (text, message, position) => {
    const compiled = compileHeldCondition(text, READ);
    expect(compiled).toMatchObject({ ok: false, position });
    expect(compiled.ok ? '' : compiled.message).toContain(message);
  });
});
