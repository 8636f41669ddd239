import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Where the end-to-end tests note what they searched for secrets; test/canary reads it when they have ended. */
if (process.env['SCIMSYNC_LEAK_RECORDS'] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'scimsync-leaks-'));
  process.env['SCIMSYNC_LEAK_RECORDS'] = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** One project a folder, so that `vitest run --project unit` runs one kind of test. */
const project = (name: string, testTimeout: number, groupOrder = 0) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    setupFiles: ['test/support/fixed-seed.ts'],
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', 20_000),
      project('property', 60_000),
      project('contract', 60_000),
      project('http', 60_000),
      project('sandbox', 60_000),
      project('engine', 60_000),
      project('architecture', 30_000),
      project('e2e', 120_000),
      project('canary', 30_000, 1),
    ],
  },
});
