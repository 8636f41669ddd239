import { defineConfig } from 'vitest/config';

/** One project a folder, so that `vitest run --project unit` runs one kind of test. */
const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    setupFiles: ['test/support/fixed-seed.ts'],
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
    ],
  },
});
