// SIGKILL at random moments (20; 50 in the long form, `npm run crash`), by the requests that the target sees: before it
// carries one out, or after it has and the program does not know. Five kills follow one another on the same state before
// the cycle may finish.
import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../src/sandbox/entra/random.ts';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { startCli } from './support/child-processes.ts';
import { copyConfiguration, createdTwice } from './support/crash.ts';
import { recordCrashes } from './support/crash-record.ts';
import { expectInStep } from './support/expected.ts';
import { endpointClient } from './support/in-process-target.ts';
import { type KillingProxy, startKillingProxy } from './support/killing-proxy.ts';
import { scimRequestsOfNextCycle } from './support/quiet-cycle.ts';
import { syncHere } from './support/sync-here.ts';
import { expectExit } from './support/sync-run.ts';
import { startWorld } from './support/world.ts';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 4);
const KILLS_PER_ROUND = 5;

/** Kills a run at a request; false when the run ended before it came to that many. */
async function killAtRequest(
  directory: string,
  proxy: KillingProxy,
  request: number,
  moment: 'before' | 'after',
): Promise<boolean> {
  await using program = startCli(['--sync-now', '--config', directory, '--json', '--log-level', 'error']);
  const killed = proxy.arm({ request, moment }, () => program.kill('SIGKILL'));
  await Promise.race([killed, program.ended]);
  const ended = await program.ended;
  proxy.disarm();
  if (ended.signal === 'SIGKILL') return true;
  expectExit(ended, 0);
  return false;
}

describe('a program that is killed at random moments', () => {
  // spec: convergence
  it('converges, with nobody created twice', { timeout: 1_800_000 }, async () => {
    const began = performance.now();
    const random = makeRandom(20_261);
    const endpoint = await startScimTarget({ kind: 'rfc7644' });
    try {
      await using proxy = await startKillingProxy(new URL(endpoint.url).origin, new URL(endpoint.url).pathname);
      await using world = await startWorld({
        users: 24,
        groups: 4,
        endpoint: { url: proxy.url, token: endpoint.token },
      });
      const target = endpointClient(endpoint);
      let kills = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        endpoint.reset();
        await using copy = await copyConfiguration(world.directory);
        const moments: string[] = [];
        for (let kill = 0; kill < KILLS_PER_ROUND; kill += 1) {
          const request = 1 + random.below(9);
          const moment = random.chance(0.5) ? 'before' : 'after';
          moments.push(`${moment} request ${request}`);
          if (!(await killAtRequest(copy.directory, proxy, request, moment))) break;
          kills += 1;
        }
        expectExit(await syncHere(copy.directory), 0);
        await expectInStep(target, world.tenant);
        expect(await createdTwice(target), moments.join(', ')).toEqual([]);
        expect(await scimRequestsOfNextCycle(copy.directory), moments.join(', ')).toBe(0);
      }
      expect(kills).toBe(ROUNDS * KILLS_PER_ROUND);
      await recordCrashes('random moments', { kills }, (performance.now() - began) / 1000);
    } finally {
      await endpoint.close();
    }
  });
});
