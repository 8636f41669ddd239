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

/** A worker begins with compiling the libraries; Node keeps the result here. */
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'scimsync-test-compile-cache');

/** One project a folder, so that `vitest run --project unit` runs one kind of test. */
const project = (name: string, testTimeout: number, more: { groupOrder?: number; isolate?: boolean } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    setupFiles: ['test/support/fixed-seed.ts'],
    sequence: { groupOrder: more.groupOrder ?? 0 },
    isolate: more.isolate ?? true,
  },
});

/** Nothing outlives a file there, so that a worker need not be started, and everything be loaded, for each file. */
const SHARED = { isolate: false };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', 20_000, SHARED),
      project('property', 60_000, SHARED),
      project('contract', 60_000),
      project('http', 60_000),
      project('sandbox', 60_000, SHARED),
      project('engine', 60_000, SHARED),
      project('architecture', 30_000),
      project('e2e', 120_000),
      project('canary', 30_000, { groupOrder: 1 }),
    ],
  },
});
