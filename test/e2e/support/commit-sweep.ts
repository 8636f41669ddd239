// Kills a cycle at every COMMIT of its store, each time from the same beginning.
import { expect } from 'vitest';
import { copyConfiguration, expectRecovery, syncUntilCommit } from './crash.ts';
import { writes } from './target-client.ts';
import type { World } from './world.ts';

/** Far more than a cycle of a small tenant has. */
const MOST_COMMITS = 200;

/** Every so many kills the program itself goes on; otherwise the same code in the test process. */
const PROGRAM_EVERY = 5;

/** Where every kill begins: a configuration directory (with or without state) and a target in a certain state. */
export interface Beginning {
  readonly directory: string;
  readonly restoreTarget: () => Promise<void>;
}

/** What a sweep did. */
export interface Sweep {
  readonly commits: number;
  /** Kills right after a commit; elsewhere they are the same as right before the next one. */
  readonly after: number;
}

/**
 * Kills right before every commit. Right after a commit differs from right before the next one only where the target was
 * written to in between, so those moments are taken as well.
 */
export async function sweepCommits(world: World, beginning: Beginning): Promise<Sweep> {
  const written: number[] = [];
  let commits = 0;
  for (let commit = 1; commit <= MOST_COMMITS; commit += 1) {
    const killed = await killAt(world, beginning, commit, 'before');
    if (killed === 'ended') break;
    commits = commit;
    written.push(killed);
  }
  expect(commits, 'the cycle never ended by itself').toBeLessThan(MOST_COMMITS);
  let after = 0;
  for (let commit = 1; commit < commits; commit += 1) {
    if (written[commit] === written[commit - 1]) continue;
    await killAt(world, beginning, commit, 'after');
    after += 1;
  }
  return { commits, after };
}

/** Kills once and proves the recovery; the writes that the target had seen, or `ended` when there is no such commit. */
async function killAt(
  world: World,
  { directory, restoreTarget }: Beginning,
  commit: number,
  moment: 'before' | 'after',
): Promise<number | 'ended'> {
  await restoreTarget();
  await using copy = await copyConfiguration(directory);
  const run = await syncUntilCommit(copy.directory, commit, moment);
  if (run.signal !== 'SIGKILL') {
    expect(run.exitCode, run.stderr).toBe(0);
    return 'ended';
  }
  const seen = writes(await world.target().requests()).length;
  const by = commit % PROGRAM_EVERY === 0 ? 'program' : 'here';
  await expectRecovery(world, copy.directory, by, `${moment} commit ${commit}`);
  return seen;
}
