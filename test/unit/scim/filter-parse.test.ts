// Filters of RFC 7644 section 3.4.2.2: what is understood, what is refused and where, and what they match. The sandbox
// parses filters with a library of its own, so a reading that both share is no proof; these tables are.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fulfils } from '../../../src/scim/filter-evaluate.ts';
import { parseFilter } from '../../../src/scim/filter-parse.ts';
import type { ScimResource } from '../../../src/scim/resource.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ANA: ScimResource = {
  id: 'AbC',
  externalId: 'X-1',
  userName: 'Ana.Ruiz@acme.com',
  active: true,
  title: 'Admin "on call"',
  name: { givenName: 'Ana', familyName: 'Ruiz' },
  emails: [
    { type: 'work', value: 'ana@acme.com', primary: true },
    { type: 'home', value: 'ana@home.example' },
  ],
  roles: ['auditor', 'reader'],
  meta: { created: '2026-05-01T10:00:00Z', lastModified: '2026-05-02T12:00:00+02:00' },
  [ENTERPRISE]: { department: 'Sales', employeeNumber: '0042', manager: { value: 'M-1' } },
  loginCount: 7,
  nickName: '',
};

// spec: protected
describe('a filter', () => {
  it.each<[string, boolean]>([
    ['userName eq "ana.ruiz@ACME.com"', true],
    ['USERNAME EQ "ana.ruiz@acme.com"', true],
    ['userName eq "ana"', false],
    ['id eq "abc"', false],
    ['id eq "AbC"', true],
    ['externalId eq "x-1"', false],
    ['title eq "admin \\"on call\\""', true],
    ['userName co "RUIZ@"', true],
    ['userName sw "ana"', true],
    ['userName ew "acme.com"', true],
    ['userName ew "acme"', false],
    ['name.familyName eq "Ruiz"', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ana"', true],
    [`${ENTERPRISE}:department eq "sales"`, true],
    [`${ENTERPRISE}:manager eq "M-1"`, true],
    [`${ENTERPRISE}:manager eq "m-1"`, false],
    [`${ENTERPRISE}:manager.value pr`, true],
    ['active eq true', true],
    ['active eq false', false],
    ['active ne false', true],
    ['title pr', true],
    ['nickName pr', false],
    ['nickName eq null', true],
    ['title eq null', false],
    ['title ne null', true],
    ['missing eq "x"', false],
    ['missing ne "x"', true],
    ['emails eq "ana@home.example"', true],
    ['emails.value co "home"', true],
    ['emails.type eq "other"', false],
    ['emails[type eq "work" and value co "@acme.com"]', true],
    ['emails[type eq "home" and value co "@acme.com"]', false],
    ['emails[not (type eq "work")]', true],
    ['emails[primary eq true].value eq "ana@acme.com"', true],
    ['emails[type eq "home"].value eq "ana@acme.com"', false],
    ['roles eq "auditor"', true],
    ['roles[value eq "writer"]', false],
    ['meta.lastModified gt "2026-05-02T09:00:00Z"', true],
    ['meta.lastModified gt "2026-05-02T11:00:00Z"', false],
    ['meta.created le "2026-05-01T10:00:00.000Z"', true],
    ['loginCount ge 7', true],
    ['loginCount lt 7', false],
    ['loginCount gt 6.5', true],
    ['loginCount gt "6"', false],
    ['name.givenName ge "ana"', true],
    ['userName eq "x" or title pr', true],
    ['userName eq "x" and title pr or active eq true', true],
    ['userName eq "x" and (title pr or active eq true)', false],
    ['not (userName eq "x")', true],
    ['not(userName pr)', false],
    ['not (not (userName pr))', true],
    ['  (  active   eq true )  ', true],
    ['userName eq "and or not ( ["', false],
    ['userName eq "\\u0041na.ruiz@acme.com"', true],
  ])('%s: %s', (text, matches) => {
    const parsed = parseFilter(text);
    expect(parsed).toMatchObject({ ok: true });
    expect(parsed.ok && fulfils(ANA, parsed.filter, 'User')).toBe(matches);
  });

  it.each([
    ['', 0, 'name of an attribute'],
    ['   ', 0, 'name of an attribute'],
    ['userName', 8, 'operator'],
    ['userName is "x"', 9, 'no operator'],
    ['userName eq', 11, 'value'],
    ['userName eq ana', 12, 'double quotes'],
    ["userName eq 'ana'", 12, 'double quotes'],
    ['userName eq "ana', 12, 'does not end'],
    ['userName eq "a\\qb"', 12, 'escape'],
    ['userName eq "a" title pr', 16, 'goes on'],
    ['userName eq "a" and', 19, 'name of an attribute'],
    ['(userName pr', 12, 'not closed'],
    ['userName pr)', 11, 'goes on'],
    ['emails[type eq "work"', 21, 'not closed'],
    ['emails[type eq "work"].value', 28, 'operator'],
    ['not userName pr', 4, 'parenthesis'],
    ['userName co 5', 12, 'texts'],
    ['active gt true', 10, 'a text, a date'],
    ['user%Name eq "x"', 0, 'not a SCIM attribute name'],
    ['userName eq 01', 12, 'value'],
    [`${'('.repeat(60)}userName pr${')'.repeat(60)}`, 51, 'nested'],
  ])('%s is refused at %i', (text, position, said) => {
    const parsed = parseFilter(text);
    expect(parsed).toMatchObject({ ok: false, position });
    expect(parsed.ok ? '' : parsed.message).toContain(said);
  });

  it('of whatever text is read or refused, and never throws', () => {
    const word = fc.constantFrom(
      'userName',
      'eq',
      '"x"',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      'pr',
      '.value',
      'true',
      '"',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) fulfils(ANA, parsed.filter, 'User');
        else expect(parsed.position).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('that is very long is read in time', () => {
    const text = Array.from({ length: 5000 }, (_, index) => `userName eq "u${index}"`).join(' or ');
    const parsed = parseFilter(text);
    expect(parsed.ok && fulfils({ userName: 'u4999' }, parsed.filter, 'User')).toBe(true);
  });
});
