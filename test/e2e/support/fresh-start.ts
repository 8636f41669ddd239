// A sandbox that several tests of a file share: each begins with the directory and the target as they were at first, and
// with a configuration directory of its own that has no state.
import { afterAll, beforeAll } from 'vitest';
import { type Copy, copyConfiguration } from './crash.ts';
import { syncHere } from './sync-here.ts';
import { type SyncRun, syncNow } from './sync-run.ts';
import type { TargetClient } from './target-client.ts';
import type { TenantClient } from './tenant-client.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** What a test works with. */
export interface FreshStart extends Copy {
  readonly tenant: TenantClient;
  readonly target: TargetClient;
  sync(args?: readonly string[]): Promise<SyncRun>;
  /** The same without the start of a program, for runs that are not what is looked at. */
  syncHere(): Promise<SyncRun>;
}

/** Starts the sandbox of a file; the function that is returned gives a test its fresh start. */
export function sharedSandbox(options: WorldOptions): () => Promise<FreshStart> {
  let world: World | undefined;
  beforeAll(async () => {
    world = await startWorld(options);
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  return async () => {
    if (world === undefined) throw new Error('the sandbox has not started');
    await world.tenant.admin('POST', '/reset');
    const target = world.target();
    await target.reset();
    const copy = await copyConfiguration(world.directory);
    return {
      directory: copy.directory,
      tenant: world.tenant,
      target,
      sync: (args) => syncNow(copy.directory, args),
      syncHere: () => syncHere(copy.directory),
      [Symbol.asyncDispose]: () => copy[Symbol.asyncDispose](),
    };
  };
}
