// What the crash tests share: copies of a configuration with or without its state, and the proof that a program which
// was killed has lost nothing, made nothing twice and comes to rest.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openStore } from '../../../src/store/database.ts';
import { claimStore } from '../../../src/store/store-home.ts';
import { expectInStep } from './expected.ts';
import { text } from './http-json.ts';
import { searchDirectory } from './leaks.ts';
import { cycleHere, scimRequestsOfNextCycle } from './quiet-cycle.ts';
import { expectExit, type SyncRun, syncNow } from './sync-run.ts';
import type { TargetClient } from './target-client.ts';
import type { World } from './world.ts';

const PRELOAD = fileURLToPath(new URL('kill-at-commit.mjs', import.meta.url));

/** A directory that is removed at the end. */
export interface Copy extends AsyncDisposable {
  readonly directory: string;
}

/** Copies a configuration directory with whatever state it has. */
export async function copyConfiguration(from: string): Promise<Copy> {
  const home = await mkdtemp(join(tmpdir(), 'scimsync-crash-'));
  const directory = join(home, 'config');
  await cp(from, directory, { recursive: true });
  await takeOver(directory);
  return {
    directory,
    [Symbol.asyncDispose]: () => {
      searchDirectory(directory);
      return rm(home, { recursive: true, force: true });
    },
  };
}

/** A copied store is refused; here it belongs to its copy. */
async function takeOver(directory: string): Promise<void> {
  const url = `sqlite:${join(directory, 'data', 'scimsync.db')}`;
  if (!existsSync(url.slice('sqlite:'.length))) return;
  const store = await openStore(url);
  await claimStore(store, url, { host: 'test', now: Date.now(), newId: randomUUID }, true);
  await store.close();
}

/** Runs a cycle that ends itself at its N-th COMMIT. */
export function syncUntilCommit(directory: string, commit: number, moment: 'before' | 'after'): Promise<SyncRun> {
  return syncNow(directory, ['--log-level', 'error'], {
    nodeOptions: ['--import', PRELOAD],
    environment: { KILL_AT_COMMIT: String(commit), KILL_MOMENT: moment },
  });
}

/** How often each person and group was created in the target, by externalId; those created more than once. */
export async function createdTwice(target: TargetClient): Promise<readonly string[]> {
  const created = new Map<string, number>();
  for (const { method, performed, status, body } of await target.requests()) {
    if (method !== 'POST' || !performed || status >= 400) continue;
    const id = text(body, 'externalId');
    created.set(id, (created.get(id) ?? 0) + 1);
  }
  return [...created].filter(([, times]) => times > 1).map(([id]) => id);
}

/** Who goes on after a kill: the program itself, or the same code in the test process, which is ten times as fast. */
export type Resumption = 'program' | 'here';

async function resume(directory: string, by: Resumption): Promise<string> {
  if (by === 'here') {
    const summary = await cycleHere(directory);
    expect(summary.counts).toMatchObject({ failed: 0, held: 0 });
    return JSON.stringify(summary);
  }
  const resumed = await syncNow(directory);
  expectExit(resumed, 0);
  return resumed.stdout;
}

/**
 * Fails unless the next run ends well with the target in step, nothing was created twice, and the run after it sends the
 * target nothing.
 */
export async function expectRecovery(world: World, directory: string, by: Resumption, what: string): Promise<void> {
  const target = world.target();
  const resumed = await resume(directory, by);
  try {
    await expectInStep(target, world.tenant);
    expect(await createdTwice(target), 'created twice').toEqual([]);
  } catch (error) {
    throw new Error(`killed ${what}, then not in step: ${resumed.slice(0, 1500)}`, { cause: error });
  }
  expect(await scimRequestsOfNextCycle(directory), `killed ${what}: requests after the recovery`).toBe(0);
}
