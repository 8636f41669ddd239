// SIGKILL at the settling boundaries of an initial cycle.
import { expect, it } from 'vitest';
import { sweepCommits } from './support/commit-sweep.ts';
import { recordCrashes } from './support/crash-record.ts';
import { startWorld } from './support/world.ts';

// spec: convergence
it('an initial cycle that is killed at any commit goes on with the next run', { timeout: 1_800_000 }, async () => {
  const began = performance.now();
  await using world = await startWorld({ users: 12, groups: 3 });
  const sweep = await sweepCommits(world, { directory: world.directory, restoreTarget: () => world.target().reset() });
  expect(sweep.commits).toBeGreaterThan(15);
  expect(sweep.after).toBeGreaterThan(0);
  await recordCrashes('initial', sweep, (performance.now() - began) / 1000);
});
