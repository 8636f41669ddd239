// What the program loads before it knows its command: --help has to be quick, and every command begins with it.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importsOf } from './import-table.ts';
import { blank } from './source-rules.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** Packages that are loaded with a file, each with the files that lead to it. */
function packagesOf(start: string): Map<string, string> {
  const packages = new Map<string, string>();
  const ways = new Map([[start, start]]);
  for (const [file, way] of ways) {
    for (const { specifier, typeOnly, dynamic } of importsOf(blank(readFileSync(`${SOURCES}${file}`, 'utf8'), false))) {
      if (typeOnly || dynamic || specifier.startsWith('node:')) continue;
      if (!specifier.startsWith('.')) packages.set(specifier, way);
      else {
        const next = posix.join(posix.dirname(file), specifier);
        if (!ways.has(next)) ways.set(next, `${way} > ${next}`);
      }
    }
  }
  return packages;
}

it('the program loads nothing but commander before a command runs', () => {
  const [commander, ...others] = [...packagesOf('cli.ts')].toSorted(([one]) => (one === 'commander' ? -1 : 1));
  expect(commander?.[0]).toBe('commander');
  expect(others).toEqual([]);
});

it('and what a command needs would be noticed', () => {
  expect([...packagesOf('compose.ts').keys()]).toEqual(expect.arrayContaining(['better-sqlite3', 'kysely']));
});
