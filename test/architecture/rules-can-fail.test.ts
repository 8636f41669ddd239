// Every rule of the architecture test, shown to fail on planted text and to pass on the nearest text that is well.
import { describe, expect, it } from 'vitest';
import { findCycles, importsOf, judgeImports } from './import-table.ts';
import {
  blank,
  differences,
  dryRunReaders,
  firstColumn,
  impurities,
  localLinks,
  missingOpening,
  nameFaults,
  styleFaults,
  targetWriters,
  tooLong,
  traces,
  unreadablePatterns,
} from './source-rules.ts';

describe('importsOf', () => {
  it.each([
    ["import { a } from './b.ts';", [{ specifier: './b.ts', typeOnly: false, dynamic: false }]],
    ["import type { A } from './b.ts';", [{ specifier: './b.ts', typeOnly: true, dynamic: false }]],
    ["import { type A, type B } from './b.ts';", [{ specifier: './b.ts', typeOnly: true, dynamic: false }]],
    ["import { a, type B } from './b.ts';", [{ specifier: './b.ts', typeOnly: false, dynamic: false }]],
    ["import './b.ts';", [{ specifier: './b.ts', typeOnly: false, dynamic: false }]],
    ["export { a } from './b.ts';", [{ specifier: './b.ts', typeOnly: false, dynamic: false }]],
    ["import {\n  a,\n  b,\n} from './b.ts';", [{ specifier: './b.ts', typeOnly: false, dynamic: false }]],
    ["const b = await import('./b.ts');", [{ specifier: './b.ts', typeOnly: false, dynamic: true }]],
    ["type B = typeof import('./b.ts');", [{ specifier: './b.ts', typeOnly: true, dynamic: true }]],
    ["export const a = 'x';\nconst from = 'y';", []],
  ])('reads %j', (text, expected) => {
    expect(importsOf(text)).toEqual(expected);
  });
});

// spec: imports
describe('judgeImports', () => {
  it.each([
    ['model/job.ts', "import { a } from '../engine/cycle.ts';", 'must not import engine/cycle.ts'],
    ['source/delta.ts', "import { a } from '../target/list.ts';", 'must not import target/list.ts'],
    ['source/delta.ts', "import { a } from '../store/jobs.ts';", 'must not import store/jobs.ts'],
    ['source/delta.ts', "import { a } from '../engine/ports.ts';", 'may import types only from engine/ports.ts'],
    ['source/delta.ts', "import type { A } from '../engine/cycle.ts';", 'must not import engine/cycle.ts'],
    ['engine/plan.ts', "import { a } from '../target/list.ts';", 'must not import target/list.ts'],
    ['engine/plan.ts', "import { sql } from 'kysely';", 'may import types only from the package kysely'],
    ['engine/plan.ts', "import axios from 'axios';", 'belongs to target/transport.ts'],
    ['engine/plan.ts', "import { readFile } from 'node:fs/promises';", 'must not import node:fs/promises'],
    ['scim/path.ts', "import { readFileSync } from 'node:fs';", 'must not import node:fs'],
    ['sandbox/sandbox.ts', "import { a } from '../scim/path.ts';", 'must not import scim/path.ts'],
    ['cli/sync.ts', "import { runCycle } from '../engine/cycle.ts';", 'may import types only from engine/cycle.ts'],
    ['cli/sync.ts', "const a = await import('../target/list.ts');", 'must not import target/list.ts'],
    ['rules/guard.ts', "import { a } from './stable-json';", 'without its ending .ts'],
    ['rules/guard.ts', "import lodash from 'lodash';", 'must not import the package lodash'],
    ['attic/old.ts', '', 'lies in no layer'],
  ])('%s: %s', (file, text, expected) => {
    expect(judgeImports(file, text).join()).toContain(expected);
  });

  it.each([
    ['rules/guard.ts', "import { createHash } from 'node:crypto';\nimport type { A } from '../model/job.ts';"],
    ['source/delta.ts', "import type { A } from '../engine/ports.ts';\nimport { b } from './pages.ts';"],
    ['cli/sync.ts', "import { runJob } from '../engine/run-job.ts';"],
    ['store/database.ts', "import { Migrator } from 'kysely/migration';\nimport Sqlite from 'better-sqlite3';"],
    ['source/credential.ts', "const { a } = await import('@azure/identity');"],
  ])('allows what the table allows: %s', (file, text) => {
    expect(judgeImports(file, text)).toEqual([]);
  });
});

describe('findCycles', () => {
  const cycle = (kind: string) =>
    new Map([
      ['rules/a.ts', "import { b } from './b.ts';"],
      ['rules/b.ts', "import { c } from './c.ts';"],
      ['rules/c.ts', `import ${kind}{ a } from './a.ts';`],
    ]);

  it('names a cycle of values', () => {
    expect(findCycles(cycle(''))).toEqual(['rules/a.ts -> rules/b.ts -> rules/c.ts -> rules/a.ts']);
  });

  it('lets types go in a circle', () => {
    expect(findCycles(cycle('type '))).toEqual([]);
  });
});

describe('blank', () => {
  const slot = (inner: string) => `$\{${inner}}`;

  it.each([
    ['a; // await', 'a;'],
    ['/* any */ b', 'b'],
    ["'await' + c", '+ c'],
    ['"it\'s" + c', '+ c'],
    [`\`a ${slot('await b')} c\` + d`, 'await b + d'],
    [`\`${slot(`\`${slot('x')}\``)}\` + any`, 'x + any'],
    [`\`${slot('{ a: 1 }')} any\` + d`, '{ a: 1 } + d'],
    ['const r = /[/\'"]/g; any', 'const r = g; any'],
    ['a / b; // c', 'a / b;'],
    ["'\\'' + any", '+ any'],
  ])('blanks comments and strings of %j', (text, expected) => {
    const blanked = blank(text, true);
    expect(blanked).toHaveLength(text.length);
    expect(blanked.replace(/\s+/g, ' ').trim()).toBe(expected);
  });

  it('keeps strings on demand, and lines always', () => {
    expect(blank("a 'b' // c\n/* d\n*/e", false)).toBe("a 'b'     \n    \n  e");
  });
});

describe('rules about text', () => {
  const rules = {
    impurities,
    dryRunReaders,
    targetWriters,
    styleFaults,
    unreadablePatterns,
    missingOpening,
    traces,
  } as const;

  it.each([
    ['impurities', 'rules/a.ts', 'export async function a() {}', 'is asynchronous'],
    ['impurities', 'scim/a.ts', 'const now = Date.now();', 'reads the clock'],
    ['impurities', 'model/a.ts', 'const now = new Date();', 'reads the clock'],
    ['impurities', 'expressions/a.ts', 'process.env', 'reads the process'],
    ['impurities', 'rules/a.ts', 'Math.random()', 'uses randomness'],
    ['impurities', 'rules/a.ts', 'setTimeout(a, 1)', 'does I/O'],
    ['dryRunReaders', 'engine/apply.ts', 'if (request.dryRun) return;', 'reads dryRun'],
    ['dryRunReaders', 'target/transport.ts', 'options.dryRun', 'reads dryRun'],
    ['targetWriters', 'engine/plan.ts', 'io.target.create(kind, resource)', 'calls target.create'],
    ['targetWriters', 'engine/execute.ts', 'target.bulk.send(writes)', 'calls bulk.send'],
    ['targetWriters', 'cli/sync.ts', 'target.remove(kind, id)', 'calls target.remove'],
    ['styleFaults', 'rules/a.ts', 'export default function a() {}', 'has a default export'],
    ['styleFaults', 'rules/a.ts', 'export * from', 'exports everything'],
    ['styleFaults', 'rules/a.ts', 'export enum Colour { Red }', 'has an enum'],
    ['styleFaults', 'rules/a.ts', 'function a(b: any) {}', 'uses any'],
    ['styleFaults', 'rules/a.ts', 'b as any', 'uses any'],
    ['styleFaults', 'rules/a.ts', 'const a: Map<string, any> = b;', 'uses any'],
    ['styleFaults', 'rules/all.ts', 'export { a } from     ;\nexport type { B } from     ;', 'is a barrel'],
    ['styleFaults', 'rules/index.ts', 'export const a = 1;', 'is a barrel'],
    ['unreadablePatterns', 'rules/a.ts', "const a = '(?<sign>a)|(?<sign>b)';", 'twice'],
    ['missingOpening', 'rules/a.ts', 'export const a = 1;', 'does not open with a comment'],
    ['traces', 'docs/a.md', `see ${['', 'work', 'main'].join('/')}`, 'mentions'],
    ['traces', 'docs/a.md', `see ${['..', 'shared', 'a'].join('/')}`, 'mentions'],
    ['traces', 'package-lock.json', '"resolved": "https://registry.example/a.tgz"', 'download addresses'],
  ] as const)('%s finds a fault in %s: %j', (rule, file, text, expected) => {
    expect(rules[rule](file, text).join()).toContain(expected);
  });

  it.each([
    ['impurities', 'engine/a.ts', 'await Promise.all([])'],
    ['impurities', 'rules/a.ts', 'const day = new Date(0); const processed = 1; const preprocess = [];'],
    ['dryRunReaders', 'engine/plan.ts', 'if (request.dryRun) return;'],
    ['dryRunReaders', 'cli/sync.ts', 'flags.dryRun'],
    ['targetWriters', 'engine/execute.ts', 'io.target.create(kind, resource)'],
    ['targetWriters', 'engine/plan.ts', 'io.target.find(kind)'],
    ['targetWriters', 'engine/together.ts', 'target.bulk.send(writes)'],
    ['styleFaults', 'rules/a.ts', 'AbortSignal.any([a]); const company = 1; const x = { any: 1 };'],
    ['styleFaults', 'rules/a.ts', 'export { a } from     ;\nexport const b = 1;'],
    ['unreadablePatterns', 'rules/a.ts', '/(?<=[+-])(?<a>b)|(?<b>c)/'],
    ['missingOpening', 'cli.ts', '#!/usr/bin/env node\n// The program.'],
    ['traces', 'docs/a.md', 'a network/path and a workshop'],
    ['traces', 'package-lock.json', '"resolved": "packages/a"'],
  ] as const)('%s passes %s: %j', (rule, file, text) => {
    expect(rules[rule](file, text)).toEqual([]);
  });
});

describe('tooLong', () => {
  it('allows 300 lines and not one more', () => {
    expect(tooLong('rules/a.ts', 'a\n'.repeat(300))).toEqual([]);
    expect(tooLong('rules/a.ts', 'a\n'.repeat(301))).toEqual(['rules/a.ts has 301 lines, at most 300']);
  });
});

describe('nameFaults', () => {
  it.each(['rules/utils.ts', 'engine/job-manager.ts', 'common/a.ts', 'rules/string-helpers.ts', 'rules/GuardRules.ts'])(
    'refuses %s',
    (file) => {
      expect(nameFaults(file)).not.toEqual([]);
    },
  );

  it.each(['rules/guard.ts', 'engine/run-job.ts', 'store.contract.ts', 'a/commonwealth.test.ts'])(
    'accepts %s',
    (file) => {
      expect(nameFaults(file)).toEqual([]);
    },
  );
});

describe('documentation tables', () => {
  const text = '# T\n## A\n| name |\n|---|\n| `x` | 1 |\n| `y(a)` | 2 |\n### Part\n| `w` |\n## B\n| `z` |\n';

  it('reads the first column below a heading, its parts included', () => {
    expect(firstColumn(text, 'A')).toEqual(['x', 'y(a)', 'w']);
    expect(firstColumn(text, 'B')).toEqual(['z']);
    expect(firstColumn(text, 'C')).toEqual([]);
  });

  it('finds links to files, and no others', () => {
    const page = '[a](b.md) [c](d/e.md#f) [g](#h) [i](https://example.com/j) [k](../l)';
    expect(localLinks(page)).toEqual(['b.md', 'd/e.md', '../l']);
  });

  it('compares both ways', () => {
    expect(differences(['a', 'b'], ['b', 'c'])).toEqual(['a is not documented', 'c is documented but does not exist']);
  });
});
