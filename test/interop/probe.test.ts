// The built `scimsync probe` against services of other people: its outcomes are those that were measured of them, its findings follow
// from them, and nothing of it is left.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Application } from './application.ts';
import { DIFFERENT_HERE, MEASURED } from './measured-outcomes.ts';
import { runScimsync } from './processes.ts';

interface Report {
  readonly checks: readonly { readonly id: string; readonly row: string | null; readonly outcome: string | null }[];
  readonly findings: readonly { readonly id: string; readonly severity: string; readonly check: string }[];
  readonly cleanup: { readonly left: readonly unknown[] };
}

const SERVICES = [
  {
    name: 'scimmy',
    column: 1,
    program: './scimmy-server.ts',
    args: [],
    errors: ['match-case-sensitive', 'paging-repeats'],
  },
  {
    name: 'better-auth',
    column: 2,
    program: './better-auth-server.ts',
    args: [],
    errors: ['group-entra-schema-refused'],
  },
  {
    name: 'jackson',
    column: 3,
    program: './jackson-server.ts',
    args: [],
    errors: [
      'disable-ignored',
      'enable-ignored',
      'match-case-sensitive',
      'patch-ignored',
      'rename-to-taken',
      'server-error',
    ],
  },
] as const;

/** A row of pages with totalResults as T, wherever it stands. */
function withoutTotals(outcome: string): string {
  const [, total] = /^200 t(\d+) /.exec(outcome) ?? [];
  return total === undefined
    ? outcome
    : outcome.replace(/([tin])(\d+)/g, (part, letter: string, number: string) =>
        number === total ? `${letter}T` : part,
      );
}

describe.each(SERVICES)('$name', ({ name, column, program, args, errors }) => {
  let application: Application;
  let report: Report;

  beforeAll(async () => {
    application = await Application.start(program, args);
    const { stdout } = await runScimsync(['probe', application.url, '--token', application.token, '--json']);
    report = JSON.parse(stdout) as Report;
  });
  afterAll(() => application.stop());

  it('answers each of the 82 rows as it was measured', () => {
    const expected = Object.fromEntries(MEASURED.map((row) => [row[0], DIFFERENT_HERE[name]?.[row[0]] ?? row[column]]));
    const seen = report.checks.flatMap(({ row, outcome }) =>
      row === null ? [] : [[row, withoutTotals(outcome ?? '')]],
    );
    expect(Object.fromEntries(seen)).toEqual(expected);
    expect(seen).toHaveLength(82);
  });

  it('is told the errors that follow from them', () => {
    const found = report.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
    expect([...new Set(found)].toSorted()).toEqual(errors);
  });

  it('holds nothing of the probe', async () => {
    expect(report.cleanup.left).toEqual([]);
    expect(await application.accounts()).toEqual([]);
    expect(await application.groups()).toEqual([]);
  });
});
