/** Durations, filters and the cost of a request: small pure parts. */
import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../../src/sandbox/entra/clock.ts';
import { isAdvanced, matches, parseFilter } from '../../../src/sandbox/entra/odata-filter.ts';
import { costOf } from '../../../src/sandbox/entra/throttle.ts';

test.each([
  ['31d', 2_678_400_000],
  ['1d12h', 129_600_000],
  ['90m', 5_400_000],
  ['500ms', 500],
  ['1.5h', 5_400_000],
  ['', undefined],
  ['31', undefined],
  ['-1d', undefined],
  ['1 d', undefined],
])('duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

describe('filters', () => {
  const names = ['displayName', 'accountEnabled', 'mail', 'groupTypes'];
  const parse = (text: string) =>
    parseFilter(text, (name) => names.find((known) => known.toLowerCase() === name.toLowerCase()));
  const record: Record<string, unknown> = { displayName: "Conor O'Brien", accountEnabled: true };

  test.each([
    ["displayName eq 'conor o''brien'", true],
    ["DISPLAYNAME eq 'Conor'", false],
    ["startswith(displayName,'CON')", true],
    ["endsWith(displayName,'brien')", true],
    ['mail eq null', true],
    ['mail ne null', false],
    ["not startswith(displayName,'x') and accountEnabled eq true", true],
    ["accountEnabled eq false or displayName in ('a','Conor O''Brien')", true],
    ["accountEnabled eq false and (mail eq null or displayName eq 'x')", false],
    ["accountEnabled eq true or accountEnabled eq false and mail eq 'x'", true],
  ])('%s', (text, wanted) => {
    expect(matches(parse(text), (name) => record[name])).toBe(wanted);
  });

  test.each([
    "displayName eq 'open",
    'displayName',
    "nope eq 'x'",
    "displayName eq 'a' displayName",
    "displayName like 'x'",
    '(mail eq null',
    '',
    "mail eq 'a' and",
    'accountEnabled eq maybe',
  ])('%s is refused', (text) => {
    expect(() => parse(text)).toThrow(/filter|property/i);
  });

  test('only negations and suffixes are advanced', () => {
    expect(isAdvanced(parse("startswith(displayName,'a') and mail in ('x')"))).toBe(false);
    expect(isAdvanced(parse("mail eq 'x' and endswith(displayName,'a')"))).toBe(true);
    expect(isAdvanced(parse('mail ne null'))).toBe(true);
  });
});

test.each([
  ['/users', '', 2],
  ['/users', '$select=id', 1],
  ['/users', '$select=id&$expand=manager&$top=999', 2],
  ['/users', '$top=5&$select=id', 1],
  ['/groups/x/members', '$select=id', 2],
  ['/groups/x/transitiveMembers/microsoft.graph.user', '', 5],
  ['/directoryObjects/getByIds', '', 3],
  ['/users/delta', '$select=id', 1],
])('%s?%s costs %i units', (path, search, units) => {
  expect(costOf(path, search)).toBe(units);
});
