// Expressions and filters on the command line: all cases of the fixtures, and single ones as a person types them. No
// configuration is needed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CaseEntry, type ExpectedCase, wrongWith } from './support/case-verdict.ts';
import { runCli } from './support/child-processes.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const EXPRESSIONS = path('../fixtures/expression-cases.json');
const FILTERS = path('../fixtures/scoping-cases.json');

/** Cases that are meant to differ, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'scope-numeric-18': 'Less_Than_OR_EQUALS is an extension of scimsync; the case allows for it (extensionInScope).',
};

interface FilterCase {
  readonly id: string;
  readonly inScope: boolean;
  readonly error?: string;
}

interface Verdict {
  readonly id: string;
  readonly inScope: boolean;
  readonly reasons?: readonly string[];
  readonly error?: { readonly kind: string; readonly message: string };
}

function read<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly T[];
}

async function fileWith(name: string, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-evaluate-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, name), text);
  return join(directory, name);
}

/** Where there is no configuration. */
const NOWHERE = ['--config', '/nowhere'];

describe('eval --cases', () => {
  // spec: mapping-tests
  it('gives every case of the fixture its result', async () => {
    const cases = read<ExpectedCase>(EXPRESSIONS);
    const { exitCode, stdout, stderr } = await runCli(['eval', '--cases', EXPRESSIONS, ...NOWHERE]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const entries = JSON.parse(stdout) as readonly CaseEntry[];
    expect(entries.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    const wrong = cases.flatMap((one, index) => wrongWith(one, entries[index]) ?? []);
    expect(wrong.filter((each) => !Object.hasOwn(EXCEPTIONS, each.split(':')[0] ?? ''))).toEqual([]);
    expect(cases).toHaveLength(427);
  });

  it('names malformed cases with their index, and evaluates the others', async () => {
    const file = await fileWith(
      'cases.json',
      '[{"id":"a","expression":"\\"x\\""},{"id":"b"},{"id":"c","expression":"["}]',
    );
    const { exitCode, stdout, stderr } = await runCli(['eval', '--cases', file]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: 'a', result: 'x' },
      { id: 'b', index: 1, error: { kind: 'malformed-case' } },
      { id: 'c', error: { kind: 'parse', position: 0 } },
    ]);
    expect(stderr).toContain('1 case');
  });

  it.each([
    ['{}', 'must be a JSON array'],
    ['[{]', 'is not JSON'],
  ])('refuses %s', async (text, said) => {
    const { exitCode, stdout, stderr } = await runCli(['eval', '--cases', await fileWith('cases.json', text)]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
  });
});

describe('scope --cases', () => {
  it('gives every case of the fixture its verdict', async () => {
    const cases = read<FilterCase>(FILTERS);
    const { exitCode, stdout, stderr } = await runCli(['scope', '--cases', FILTERS, ...NOWHERE]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const verdicts = JSON.parse(stdout) as readonly Verdict[];
    const wrong = cases.flatMap(({ id, inScope, error }, index) => {
      const verdict = verdicts[index];
      const asExpected = verdict?.id === id && verdict.inScope === inScope && verdict.error?.kind === error;
      return asExpected || Object.hasOwn(EXCEPTIONS, id) ? [] : [{ id, inScope, error, verdict }];
    });
    expect(wrong).toEqual([]);
    expect(verdicts.every(({ error, reasons }) => error !== undefined || (reasons?.length ?? 0) > 0)).toBe(true);
    expect(cases).toHaveLength(88);
  });
});

describe('eval', () => {
  const ANA = JSON.stringify({ id: '41c2', givenName: 'Ana', userPrincipalName: 'ana_b.com#EXT#@acme.com' });

  it('prints the value and what went into it', async () => {
    const file = await fileWith('ana.json', ANA);
    const args = ['eval', 'Join("/", [givenName], [userPrincipalName])', '--attributes', file];
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('"Ana/ana@b.com"  (text)\n  [givenName]          "Ana"\n  [userPrincipalName]  "ana@b.com"\n');
    const json = await runCli([...args, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      value: 'Ana/ana@b.com',
      type: 'text',
      flow: null,
      redacted: false,
      warnings: [],
      attributes: { givenName: 'Ana', userPrincipalName: 'ana@b.com' },
    });
  });

  it('refuses an expression with the place, the kind and advice', async () => {
    const { exitCode, stdout, stderr } = await runCli(['eval', 'ToUpper(Lenght([givenName]))']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('refused: unknown-function');
    expect(stderr).toContain('\n    ToUpper(Lenght([givenName]))\n            ^\n');
    expect(stderr).toContain('docs/expressions.md');
  });

  it('says what an expression cannot do with these attributes', async () => {
    const file = await fileWith('ana.yaml', 'givenName: Ana\n');
    const { exitCode, stderr } = await runCli(['eval', 'Item([givenName], 2)', '--attributes', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('range');
    const json = await runCli(['eval', 'Item([givenName], 2)', '--attributes', file, '--json']);
    expect([json.exitCode, json.stderr]).toEqual([2, '']);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, refused: false, error: { kind: 'range', position: 0 } });
  });

  it('takes circumstances', async () => {
    const domain = await runCli([
      'eval',
      'Append(%t%, DefaultDomain())',
      '--param',
      't=a@',
      '--default-domain',
      'b.com',
    ]);
    expect(domain.stdout).toBe('"a@b.com"  (text)\n');
    const unique = await runCli(['eval', 'SelectUniqueValue("a", "b")', '--taken', 'A']);
    expect(unique.stdout).toBe('"b"  (text)\n');
    const now = await runCli([
      'eval',
      'FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")',
      '--now',
      '2026-03-31T08:09',
    ]);
    expect(now.stdout).toBe('"2026-03-31"  (text)\n');
  });

  it('reads the standard input', () => {
    const cli = path('../../dist/cli.js');
    const fromPipe = (args: readonly string[], input: string) =>
      spawnSync(process.execPath, [cli, ...args], { input, encoding: 'utf8' }).stdout;
    expect(fromPipe(['eval', '[givenName]', '--attributes', '-'], ANA)).toContain('"Ana"');
    expect(fromPipe(['eval', '-'], 'ToUpper(\n  "a")\n')).toBe('"A"  (text)\n');
    expect(JSON.parse(fromPipe(['eval', '--cases', '-'], '[{"id":1,"expression":"\\"x\\""}]'))).toEqual([
      { id: 1, result: 'x' },
    ]);
  });

  it.each([
    [['eval'], 'Give an expression'],
    [['eval', 'x', '--cases', 'y'], 'goes alone'],
    [['eval', '"x"', '--now', 'soon'], 'Give a moment'],
    [['eval', '"x"', '--param', 'soon'], 'NAME=VALUE'],
    [['eval', '"x"', '--attributes', '/nowhere/x.json'], 'cannot be read (ENOENT)'],
    [['scope'], 'Give --job'],
    [['scope', '--cases', 'x', '--job', 'y'], 'goes alone'],
  ])('refuses %j', async (args, said) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(said);
  });
});
