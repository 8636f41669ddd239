// `npm run chaos -- [kills] [seed]`: the long form of test/e2e/chaos.test.ts, 500 kills unless told otherwise, 25 in each
// world, each world with the next seed. Ends with 1 when something was not as it must be; every world that passed is
// recorded in results.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const KILLS_A_WORLD = 25;
const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));

async function runWorld(kills: number, seed: number): Promise<boolean> {
  const run = spawn('vitest', ['run', '--project', 'e2e', 'test/e2e/chaos.test.ts'], {
    stdio: 'inherit',
    env: { ...process.env, CHAOS_CRASHES: String(kills), CHAOS_SEED: String(seed), CHAOS_RESULTS: RESULTS },
  });
  const [exitCode] = (await once(run, 'exit')) as [number | null];
  return exitCode === 0;
}

const [kills = 500, first = 1] = process.argv.slice(2).map(Number);
if (!(Number.isInteger(kills) && kills > 0 && Number.isInteger(first)))
  throw new Error('npm run chaos -- [kills] [seed]: two whole numbers');
const failed: number[] = [];
for (let done = 0, seed = first; done < kills; done += KILLS_A_WORLD, seed += 1)
  if (!(await runWorld(Math.min(KILLS_A_WORLD, kills - done), seed))) failed.push(seed);
if (failed.length > 0) {
  process.stderr.write(
    `failed: seed ${failed.join(', ')}; again, one at a time: npm run chaos -- ${KILLS_A_WORLD} SEED\n`,
  );
  process.exitCode = 1;
}
