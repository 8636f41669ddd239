// docs/probe says what the tables say, both ways.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { probePages } from '../../../scripts/probe-pages.ts';
import { THEMES } from '../../../src/probe/finding.ts';
import { FINDINGS, type FindingId, pageOf } from '../../../src/probe/finding-table.ts';
import { PROTOCOL_CHECKS } from '../../../src/probe/protocol/suite.ts';

const ROOT = new URL('../../../', import.meta.url);
const page = (name: string) => readFileSync(new URL(`docs/probe/${name}`, ROOT), 'utf8');
const WRITTEN = ['README.md'];

// spec: true-tables
it('the pages are those that follow from the tables: npm run generate', () => {
  const names = readdirSync(new URL('docs/probe/', ROOT)).filter((name) => !WRITTEN.includes(name));
  expect(names.toSorted()).toEqual([...probePages().keys()].toSorted());
  for (const [name, text] of probePages()) expect(page(name), name).toBe(text);
});

it('every finding has a section where its reports point, and no section is about nothing', () => {
  const sections = Object.keys(THEMES).flatMap((theme) =>
    [...page(`${theme}.md`).matchAll(/^## (.+)$/gm)].map(([, id]) => `docs/probe/${theme}.md#${id}`),
  );
  expect(sections.toSorted()).toEqual(
    Object.keys(FINDINGS)
      .map((id) => pageOf(id as FindingId))
      .toSorted(),
  );
});

it('every finding can be found: some check or the run names it', () => {
  const sources = readdirSync(new URL('src/probe/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('findings/'))
    .map((file) => readFileSync(new URL(`src/probe/${file}`, ROOT), 'utf8'))
    .join('\n');
  expect(Object.keys(FINDINGS).filter((id) => !sources.includes(`'${id}'`))).toEqual([]);
});

it('checks have ids of their own, and names of compared rows are used once', () => {
  const ids = PROTOCOL_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const rows = PROTOCOL_CHECKS.flatMap(({ row }) => (row === null ? [] : [row]));
  expect(new Set(rows).size).toBe(rows.length);
  expect(rows).toHaveLength(82);
});
