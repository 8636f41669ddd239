// How much memory and time a cycle takes as a directory grows: the built CLI, its heap capped, against the sandbox, each as
// a process of its own. `npm run bench -- [users…]` adds to results.json and writes the table of README.md anew.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assignGroups, type SandboxLine } from './assign-groups.ts';
import { type MeasuredRun, measureRun, startSandbox } from './measured-process.ts';
import { recordResult } from './record.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const HEAP_CAP_MB = 96;
const GROUPS = 200;

interface Counts {
  readonly [name: string]: unknown;
  readonly memberships: { readonly added: number; readonly removed: number };
}

/** The part of the answer of `scimsync --sync-now --json` that is recorded. */
interface CycleAnswer {
  readonly jobs: readonly { readonly counts: Counts; readonly requests: Readonly<Record<string, number>> }[];
}

/** One cycle, as recorded. */
export interface CycleResult extends Omit<MeasuredRun, 'stdout'> {
  readonly counts: Readonly<Record<string, number>>;
  readonly requests: Readonly<Record<string, number>>;
}

/** Two cycles over one directory, the second without any change in between. */
export interface BenchResult {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  readonly heapCapMb: number;
  readonly initial: CycleResult;
  readonly unchanged: CycleResult;
}

async function cycle(config: string): Promise<CycleResult> {
  const args = [`--max-old-space-size=${HEAP_CAP_MB}`, CLI, '--sync-now', '--config', config, '--json'];
  const { stdout, ...measured } = await measureRun(args);
  const job = (JSON.parse(stdout) as CycleAnswer).jobs[0];
  if (job === undefined) throw new Error(`the cycle has no result: ${stdout}`);
  const { memberships, ...counts } = job.counts;
  const numbers = Object.entries(counts).filter(([, value]) => value !== 0) as [string, number][];
  return {
    ...measured,
    counts: {
      ...Object.fromEntries(numbers),
      membershipsAdded: memberships.added,
      membershipsRemoved: memberships.removed,
    },
    requests: job.requests,
  };
}

async function bench(users: number): Promise<BenchResult> {
  const config = await mkdtemp(join(tmpdir(), 'scimsync-bench-'));
  const memberships = users * 2;
  const content = ['--users', String(users), '--groups', String(GROUPS), '--memberships', String(memberships)];
  const options = ['--assigned', 'all', '--target', 'rfc7644', '--write-config', config];
  const sandbox = startSandbox([CLI, 'sandbox', ...content, ...options]);
  try {
    await assignGroups(JSON.parse(await sandbox.ready) as SandboxLine);
    const initial = await cycle(config);
    const unchanged = await cycle(config);
    return {
      users,
      groups: GROUPS,
      memberships,
      heapCapMb: HEAP_CAP_MB,
      initial,
      unchanged,
    };
  } finally {
    sandbox.process.kill('SIGTERM');
    await once(sandbox.process, 'exit');
    await rm(config, { recursive: true, force: true });
  }
}

if (!existsSync(CLI)) throw new Error('dist/cli.js is not there: npm run build');
const sizes = process.argv.slice(2).map(Number);
for (const users of sizes.length === 0 ? [100_000] : sizes) {
  const result = await bench(users);
  await recordResult(result);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
