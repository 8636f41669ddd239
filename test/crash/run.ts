// `npm run crash`: the long form of test/e2e/crash-*.test.ts, a kill at every COMMIT and 50 random ones. Ends with 1 when
// something was not as it must be; what passed is recorded in results.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));

// One file after the other, because all of them write to results.json.
const run = spawn('vitest', ['run', '--project', 'e2e', '--maxWorkers', '1', 'test/e2e/crash-'], {
  stdio: 'inherit',
  env: { ...process.env, CRASH_EVERY: '1', CRASH_ROUNDS: '10', CRASH_RESULTS: RESULTS },
});
const [exitCode] = (await once(run, 'exit')) as [number | null];
process.exitCode = exitCode === 0 ? 0 : 1;
