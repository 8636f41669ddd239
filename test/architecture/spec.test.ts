// docs/spec.md says of every invariant where it is enforced and which tests guard it. Both are checked in both directions:
// what is named exists, and a test that says that it guards an invariant is named by it. Numbers may change, names may not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Invariant {
  /** The name in brackets at the end. */
  readonly name: string | undefined;
  /** What is said of it, in short. */
  readonly title: string;
  readonly tests: readonly string[];
  readonly places: readonly { readonly file: string; readonly symbols: readonly string[] }[];
}

/** Files by their path; undefined for one that is not there. */
type Read = (file: string) => string | undefined;

function invariantsOf(markdown: string): Invariant[] {
  const parts = markdown.split(/^(?=(?:\d+\.|-) \*\*)/m).slice(1);
  return parts.map((part) => {
    const text = part.replace(/\n#[\s\S]*/, '').replace(/\s+/g, ' ');
    const [claim = '', enforced = ''] = text.split(' Enforced by ');
    return {
      name: /\[([a-z-]+)\]\s*$/.exec(enforced)?.[1],
      title: /\*\*(.+?)\*\*/.exec(claim)?.[1] ?? claim.slice(0, 60),
      tests: [...new Set([...claim.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file))],
      places: [...enforced.matchAll(/`([^`]+\.ts)`(?: \(([^)]+)\))?/g)].map(([, file = '', symbols = '']) => ({
        file,
        symbols: [...symbols.matchAll(/`(\w+)`/g)].map(([, symbol = '']) => symbol),
      })),
    };
  });
}

const exported = (symbol: string): RegExp =>
  new RegExp(`^export (?:async )?(?:function\\*?|class|const|interface|type) ${symbol}\\b`, 'm');

/** The invariants that a test file says it guards, and what is wrong with the way it says so. */
function claimsOf(text: string): { readonly names: readonly string[]; readonly faults: readonly string[] } {
  const claims = [...text.matchAll(/^\s*\/\/ spec: (.*)\n(.*)$/gm)];
  return {
    names: claims.flatMap(([, names = '']) => names.split(', ')),
    faults: claims
      .filter(([, , next = '']) => !/^\s*(?:it|test|describe|table)\b/.test(next))
      .map(([, names = '']) => `"spec: ${names}" stands above no test`),
  };
}

/** What the page says and the files do not, and the other way round. */
function faultsOf(markdown: string, testFiles: readonly string[], read: Read): string[] {
  const invariants = invariantsOf(markdown);
  const names = invariants.flatMap(({ name }) => name ?? []);
  const guards = (name: string, file: string): boolean =>
    invariants.some((each) => each.name === name && each.tests.includes(file));
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `[${name}] names two invariants`),
    ...invariants.flatMap(({ name, title, tests, places }) => [
      ...(name === undefined ? [`"${title}" does not end with a name in brackets`] : []),
      ...(places.length === 0 ? [`"${title}" does not say what it is enforced by`] : []),
      ...(tests.length === 0 ? [`"${title}" names no test`] : []),
      ...places.flatMap(({ file, symbols }) => {
        const text = read(file);
        if (text === undefined) return [`"${title}": ${file} does not exist`];
        return symbols
          .filter((symbol) => !exported(symbol).test(text))
          .map((symbol) => `"${title}": ${file} exports no ${symbol}`);
      }),
      ...tests
        .filter((file) => name !== undefined && !claimsOf(read(file) ?? '').names.includes(name))
        .map((file) => `"${title}": no test in ${file} says "spec: ${name}"`),
    ]),
    ...testFiles.flatMap((file) => {
      const claims = claimsOf(read(file) ?? '');
      return [
        ...claims.faults.map((fault) => `${file}: ${fault}`),
        ...claims.names
          .filter((name) => !guards(name, file))
          .map((name) => `${file} says "spec: ${name}", and the page names no such test`),
      ];
    }),
  ];
}

describe('docs/spec.md', () => {
  const markdown = readFileSync(`${root}docs/spec.md`, 'utf8');

  it('names what enforces and what guards each invariant, and both agree', () => {
    const read: Read = (file) => (existsSync(`${root}${file}`) ? readFileSync(`${root}${file}`, 'utf8') : undefined);
    const testFiles = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('node_modules') && !file.endsWith('spec.test.ts'))
      .map((file) => `test/${file.replaceAll('\\', '/')}`);
    expect(invariantsOf(markdown).length).toBeGreaterThan(70);
    expect(faultsOf(markdown, testFiles, read)).toEqual([]);
  });
});

describe('the check', () => {
  const files: Readonly<Record<string, string>> = {
    'src/a.ts': 'export function enforce(): void {}',
    'test/a.test.ts': "  // spec: one\n  it('guards', () => 1);",
  };
  const found = (item: string, changed: Readonly<Record<string, string>> = {}): string[] => {
    const all = { ...files, ...changed };
    return faultsOf(`# Page\n\n${item}\n\n## Next\n`, ['test/a.test.ts'], (file) => all[file]);
  };

  it.each([
    '1. **One.** Words. `test/a.test.ts`\n   Enforced by `src/a.ts` (`enforce`). [one]',
    '- **One.** Words. `test/a.test.ts`\n  Enforced by\n  `src/a.ts`. [one]',
  ])('passes %j', (item) => {
    expect(found(item)).toEqual([]);
  });

  it.each([
    ['1. **One.** `test/a.test.ts` Enforced by `src/a.ts`.', 'does not end with a name'],
    ['1. **One.** `test/a.test.ts` [one]', 'does not say what it is enforced by'],
    ['1. **One.** Enforced by `src/a.ts`. [one]', 'names no test'],
    ['1. **One.** `test/a.test.ts` Enforced by `src/b.ts`. [one]', 'src/b.ts does not exist'],
    ['1. **One.** `test/a.test.ts` Enforced by `src/a.ts` (`gone`). [one]', 'src/a.ts exports no gone'],
    ['1. **One.** `test/b.test.ts` Enforced by `src/a.ts`. [one]', 'no test in test/b.test.ts says "spec: one"'],
    ['1. **One.** `test/a.test.ts` Enforced by `src/a.ts`. [two]', 'test/a.test.ts says "spec: one"'],
  ])('finds a fault in %j', (item, expected) => {
    expect(found(item).join('\n')).toContain(expected);
  });

  it('finds a name that two invariants have, and one that stands above no test', () => {
    const item = '1. **One.** `test/a.test.ts` Enforced by `src/a.ts`. [one]';
    expect(found(`${item}\n${item}`)).toEqual(['[one] names two invariants']);
    expect(found(item, { 'test/a.test.ts': '// spec: one\nconst a = 1;\n' }).join()).toContain('above no test');
  });
});
