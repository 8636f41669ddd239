// The shape of the code base, checked on its own text: who imports whom, what is pure, where writes happen, and that
// tables in docs say what the code says. The rules are in import-table.ts and source-rules.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withSignatures } from '../../scripts/function-signatures.ts';
import { compileExpression, type SourceValue } from '../../src/expressions/compile.ts';
import { SUPPORTED_FUNCTIONS } from '../../src/expressions/function-table.ts';
import { ERROR_TABLE, type ErrorCode } from '../../src/model/errors.ts';
import { sourceAttributeNames } from '../../src/model/source-attributes.ts';
import { findCycles, judgeImports, LAYERS, layerOf } from './import-table.ts';
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

const root = fileURLToPath(new URL('../..', import.meta.url));

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

/** TypeScript files below a folder, by their path in it. */
function filesOf(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules/'))
    .toSorted();
}

/** Files that are, or would be, under version control. */
function repositoryFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0');
  return listed.split('\0').filter((file) => file !== '' && !deleted.includes(file));
}

const sources = new Map(filesOf('src').map((file) => [file, read(`src/${file}`)]));
const withStrings = new Map([...sources].map(([file, text]) => [file, blank(text, false)]));
const code = new Map([...sources].map(([file, text]) => [file, blank(text, true)]));

function check(texts: ReadonlyMap<string, string>, rule: (file: string, text: string) => string[]): string[] {
  return [...texts].flatMap(([file, text]) => rule(file, text));
}

/** Bytes that are the same in every run, so that the page can show what they make. */
function bytesInTurn(): (count: number) => Uint8Array {
  let last = 0;
  return (count) => Uint8Array.from({ length: count }, () => (last = (last * 37 + 101) % 256));
}

/** The result of an expression as docs/expressions.md writes it. */
function shown(text: string, person: Record<string, SourceValue>): string {
  const compiled = compileExpression(text);
  if (!compiled.ok) return compiled.errors.map(({ message }) => message).join(' ');
  const result = compiled.expression.evaluate({
    attribute: (name) => person[name] ?? null,
    now: new Date('2025-07-30T15:33:38Z'),
    random: bytesInTurn(),
    isTaken: (candidate) => candidate === 'jose.garcia@contoso.com',
    tenantDefaultDomain: 'contoso.com',
  });
  if (result.type === 'value')
    return `\`${typeof result.value === 'bigint' ? result.value : JSON.stringify(result.value)}\``;
  return result.type === 'error' ? `error \`${result.error.kind}\`` : 'attribute left out';
}

describe('imports', () => {
  // spec: imports, sandbox-apart
  it('follow the table', () => {
    expect(check(withStrings, judgeImports)).toEqual([]);
  });

  it('make no cycle of values between files', () => {
    expect(findCycles(withStrings)).toEqual([]);
  });

  it('leave no layer of the table without a file', () => {
    const existing = new Set([...sources.keys()].map(layerOf));
    expect(Object.keys(LAYERS).filter((layer) => !existing.has(layer))).toEqual([]);
  });
});

describe('source files', () => {
  // spec: pure-rules
  it('are pure where rules are decided', () => {
    expect(check(code, impurities)).toEqual([]);
  });

  it('hold one concept: no file is too long', () => {
    expect(check(sources, tooLong)).toEqual([]);
  });

  // spec: dry-run
  it('read dryRun only where a stage stops or a report shows it', () => {
    expect(check(code, dryRunReaders)).toEqual([]);
  });

  // spec: three-writers
  it('write to a target only in three files', () => {
    expect(check(code, targetWriters)).toEqual([]);
  });

  it('keep the habits of the code base', () => {
    expect(check(code, styleFaults)).toEqual([]);
  });

  it('hold no pattern that the oldest Node cannot read', () => {
    expect(check(sources, unreadablePatterns)).toEqual([]);
  });

  it('open with a comment', () => {
    expect(check(sources, missingOpening)).toEqual([]);
  });

  it.each(['src', 'test', 'scripts'])('have names that say something, in %s', (folder) => {
    expect(filesOf(folder).flatMap(nameFaults)).toEqual([]);
  });
});

// spec: true-tables
describe('documentation', () => {
  it('has every error code, and no other', () => {
    const documented = ['One object', 'The job', 'The configuration'].flatMap((heading) =>
      firstColumn(read('docs/errors.md'), heading),
    );
    expect(differences(Object.keys(ERROR_TABLE), documented)).toEqual([]);
  });

  it('has no error code that nothing reports', () => {
    const reporting = [...sources]
      .filter(([file]) => !/^model\/(?:object-|job-)?errors\.ts$/.test(file))
      .map(([, text]) => text);
    const unused = Object.keys(ERROR_TABLE).filter((name) => !reporting.some((text) => text.includes(name)));
    expect(unused).toEqual([]);
  });

  it('lists each error code under its scope, with its retry policy, cause and advice', () => {
    const headings = { object: 'One object', job: 'The job', config: 'The configuration' };
    const retries = { nextCycle: 'next cycle', ladder: '6, 12, 24 h, then daily', never: 'after a change' };
    const text = read('docs/errors.md');
    for (const [name, entry] of Object.entries(ERROR_TABLE)) {
      expect(firstColumn(text, headings[entry.scope]), name).toContain(name satisfies string as ErrorCode);
      expect(text).toContain(`| \`${name}\` | ${retries[entry.retry]} | ${entry.cause} | ${entry.advice} |`);
    }
  });

  it('has every source attribute, and no other', () => {
    const text = read('docs/attributes.md');
    expect(differences(sourceAttributeNames('user'), firstColumn(text, 'Users'))).toEqual([]);
    expect(differences(sourceAttributeNames('group'), firstColumn(text, 'Groups'))).toEqual([]);
  });

  it('has every function of the expression language, and no other', () => {
    const text = read('docs/expressions.md');
    expect(differences(SUPPORTED_FUNCTIONS, firstColumn(text, 'Functions'))).toEqual([]);
  });

  it('has the signatures of the functions as the table has them', () => {
    const text = read('docs/expressions.md');
    expect(text, 'npm run generate').toBe(withSignatures(text));
  });

  it('shows only examples of functions that give what is said', () => {
    const text = read('docs/expressions.md');
    const person = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '') as Record<string, SourceValue>;
    const examples = [...text.matchAll(/^\| `\w+` \| .* \| `(.+)` → (.+) \|$/gm)];
    expect(examples).toHaveLength(SUPPORTED_FUNCTIONS.length);
    for (const [, expression = '', result] of examples)
      expect(`${expression} → ${shown(expression, person)}`).toBe(`${expression} → ${result}`);
  });
});

describe('the repository', () => {
  it('has every file that its pages link to', () => {
    const pages = repositoryFiles().filter((file) => file.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      localLinks(read(page))
        .filter((link) => !existsSync(new URL(link, new URL(page, `file://${root}`))))
        .map((link) => `${page} links to ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('holds no trace of a machine or of a registry', () => {
    const files = repositoryFiles();
    expect(files).toContain('package.json');
    expect(files.flatMap((file) => traces(file, readFileSync(`${root}${file}`, 'latin1')))).toEqual([]);
  });
});
