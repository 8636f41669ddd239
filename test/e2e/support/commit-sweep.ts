// Kills a cycle at the COMMITs of its store, each time from the same beginning: at every third here, at every one in the
// long form, `npm run crash`. What a process that dies does to the store, at every COMMIT: test/engine/crash.test.ts.
import { expect } from 'vitest';
import { copyConfiguration, expectRecovery, syncUntilCommit } from './crash.ts';
import { writes } from './target-client.ts';
import type { World } from './world.ts';

/** How many COMMITs further the next kill is. */
const EVERY = Number(process.env['CRASH_EVERY'] ?? 3);

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
  /** The last COMMIT at which it was killed. */
  readonly commits: number;
  /** Kills right before a COMMIT. */
  readonly before: number;
  /** Kills right after a COMMIT; elsewhere they are the same as right before the next one. */
  readonly after: number;
}

/**
 * Kills right before the commits. Right after a commit differs from right before a later one only where the target was
 * written to in between, so those moments are taken as well.
 */
export async function sweepCommits(world: World, beginning: Beginning): Promise<Sweep> {
  const kills: { readonly commit: number; readonly written: number }[] = [];
  let ended = false;
  for (let commit = 1; !ended && commit <= MOST_COMMITS; commit += EVERY) {
    const written = await killAt(world, beginning, commit, 'before');
    if (written === 'ended') ended = true;
    else kills.push({ commit, written });
  }
  expect(ended, 'the cycle ends by itself').toBe(true);
  let after = 0;
  for (const [index, { commit, written }] of kills.entries()) {
    const next = kills[index + 1];
    if (next === undefined || next.written === written) continue;
    await killAt(world, beginning, commit, 'after');
    after += 1;
  }
  return { commits: kills.at(-1)?.commit ?? 0, before: kills.length, after };
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
