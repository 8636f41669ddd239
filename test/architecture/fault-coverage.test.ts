// test/fault-coverage.md names a test for every fault; a test that is renamed or removed must not stay promised there.
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FILE = 'test/fault-coverage.md';

/** Rows of the tables: the fault, and each named test with the file that has to hold it. */
function rowsOf(
  markdown: string,
): { readonly fault: string; readonly tests: readonly (readonly [string, string])[] }[] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| fault '));
  return rows.map((row) => {
    const [, fault = '', , tests = ''] = row.split(' | ').length === 3 ? ['', ...row.split(' | ')] : [];
    let file = '';
    const named: [string, string][] = [];
    for (const [, text = ''] of tests.matchAll(/`([^`]+)`/g)) {
      if (text.endsWith('.test.ts')) file = text;
      else named.push([file, text]);
    }
    return { fault, tests: named };
  });
}

/** What the table promises and the tests do not have. */
function missing(markdown: string, read: (file: string) => string): string[] {
  return rowsOf(markdown).flatMap(({ fault, tests }) =>
    tests.length === 0
      ? [`${fault}: no test`]
      : tests.filter(([file, name]) => !read(file).includes(`'${name}'`)).map(([file, name]) => `${file}: ${name}`),
  );
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

it('names a test for every fault, and every test exists', () => {
  const markdown = readFileSync(FILE, 'utf8');
  expect(rowsOf(markdown).length).toBeGreaterThan(35);
  expect(missing(markdown, read)).toEqual([]);
});

it('would notice a test that is gone, and a fault without one', () => {
  const row = (tests: string) => `| a fault | what comes of it | ${tests} |`;
  const has = () => "it('one', () => 1)";
  expect(missing(row('`a.test.ts`: `one`'), has)).toEqual([]);
  expect(missing(row('`a.test.ts`: `one`, `two`'), has)).toEqual(['a.test.ts: two']);
  expect(missing(row('none yet'), has)).toHaveLength(1);
});
