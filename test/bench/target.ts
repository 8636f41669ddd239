// How politely and how quickly changes reach a target: npm run bench:target [-- limit | tenant | bulk | throughput | people | many …]. Sandbox,
// target and scimsync are processes of their own; results go to target.json and the table of target.md.
//   limit       a target that answers 429 to the 26th request of any second: how much of the 25 is used
//   tenant      2,000 people with accounts, 100 groups and 6,000 memberships to a target that answers after 10 ms
//   bulk        the same in bulk requests of 100 operations
//   throughput  the tenant to a target that answers at once, beside undici sending the same requests
//   people      its people only, in the same way
//   many        10,000 people
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { assignGroups, type SandboxLine } from './assign-groups.ts';
import type { CycleMarks } from './bench-cycle.ts';
import type { ServerReport } from './bench-server.ts';
import { measureRun, startSandbox } from './measured-process.ts';
import { recordTargetResult } from './record-target.ts';
import { warmUp } from './warm-up.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a bench found out; names are those of the table. */
export type TargetResult = Readonly<Record<string, number | string>>;

interface Setting {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  readonly latency: number;
  /** Requests a second; 0 for any number. */
  readonly limit: number;
  /** Operations of one bulk request. */
  readonly bulk?: number;
  /** Whether the target has answered other requests before. */
  readonly warm?: boolean;
}

interface Ran {
  readonly marks: CycleMarks;
  readonly report: ServerReport;
  readonly address: string;
}

async function startServer(latency: number, limit: number): Promise<{ process: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [here('bench-server.ts'), String(latency), String(limit)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, address };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** One initial cycle into an empty target, and what else is to be asked while the target is there. */
async function run<T>(setting: Setting, then: (ran: Ran) => Promise<T>): Promise<T> {
  const { users, groups, memberships, latency, limit, bulk, warm } = setting;
  const config = await mkdtemp(join(tmpdir(), 'scimsync-bench-'));
  const server = await startServer(latency, limit);
  const content = ['--users', String(users), '--groups', String(groups), '--memberships', String(memberships)];
  const target = ['--target-url', `${server.address}/scim`, '--target-token', 'bench-token'];
  const sandbox = startSandbox([CLI, 'sandbox', ...content, '--assigned', 'all', ...target, '--write-config', config]);
  try {
    await assignGroups(JSON.parse(await sandbox.ready) as SandboxLine);
    if (limit > 0) await stateTarget(config, `rateLimits: [{ operations: ${limit}, perSeconds: 1 }]`);
    if (bulk !== undefined) await stateTarget(config, `bulk: { maxOperations: ${bulk} }`);
    if (warm === true) await warmUp(server.address);
    const { stdout } = await measureRun([here('bench-cycle.ts'), config]);
    const report = (await (await fetch(`${server.address}/_bench/report`)).json()) as ServerReport;
    return await then({ marks: JSON.parse(stdout) as CycleMarks, report, address: server.address });
  } finally {
    await stop(sandbox.process);
    await stop(server.process);
    await rm(config, { recursive: true, force: true });
  }
}

async function stateTarget(config: string, stated: string): Promise<void> {
  for (const name of await readdir(join(config, 'jobs'))) {
    const file = join(config, 'jobs', name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^target:/m, `target:\n  ${stated}`));
  }
}

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Of whom 2,000 people have accounts, and all groups. */
const TENANT = { users: 2060, groups: 100, memberships: 6200 };

/** About 75 s of writes. */
function limitBench(): Promise<TargetResult> {
  const limit = 25;
  return run({ users: 2150, groups: 0, memberships: 0, latency: 10, limit }, ({ report }) =>
    Promise.resolve({
      requests: report.requests,
      seconds: rounded(report.seconds),
      'used of the limit': rounded((report.requests - report.refused) / report.seconds / limit, 3),
      'answered 429': report.refused,
      'answered 429 after the first minute': report.refusedAt.filter((at) => at > 60).length,
    }),
  );
}

function tenantBench(bulk?: number): Promise<TargetResult> {
  const setting = { ...TENANT, latency: 10, limit: 0 };
  return run({ ...setting, ...(bulk === undefined ? {} : { bulk }) }, ({ marks, report }) =>
    Promise.resolve({
      'people and groups created': Number(marks.counts['created']),
      memberships: (marks.counts['memberships'] as { readonly added: number }).added,
      requests: report.requests,
      'seconds of the cycle': rounded(marks.cycleSeconds),
      'CPU seconds of the cycle': rounded(marks.cycleCpuSeconds),
      'in flight at most': report.mostAtOnce,
    }),
  );
}

interface BareRun {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Both of them, one after the other, towards the same target. */
interface Compared {
  readonly requests: number;
  readonly rate: number;
  readonly bareRate: number;
  readonly cpuSeconds: number;
  readonly bareCpuSeconds: number;
}

function compare(setting: Pick<Setting, 'users' | 'groups' | 'memberships'>): Promise<Compared> {
  return run({ ...setting, latency: 0, limit: 0, warm: true }, async ({ marks, report, address }) => {
    const { stdout } = await measureRun([here('bench-bare.ts'), address, '32']);
    const bare = JSON.parse(stdout) as BareRun;
    return {
      requests: report.writes,
      rate: report.writes / marks.applySeconds,
      bareRate: bare.requests / bare.seconds,
      cpuSeconds: marks.applyCpuSeconds,
      bareCpuSeconds: bare.cpuSeconds,
    };
  });
}

/** One run says little: each side varies by a tenth, whatever the machine does meanwhile. */
async function throughputBench(
  setting: Pick<Setting, 'users' | 'groups' | 'memberships'>,
  runs: number,
): Promise<TargetResult> {
  const all: Compared[] = [];
  for (let each = 0; each < runs; each += 1) all.push(await compare(setting));
  const mean = (of: (one: Compared) => number): number => all.reduce((sum, one) => sum + of(one), 0) / runs;
  const parts = all.map(({ rate, bareRate }) => rate / bareRate).toSorted((a, b) => a - b);
  const requests = mean((one) => one.requests);
  const cpu = mean((one) => one.cpuSeconds);
  const bareCpu = mean((one) => one.bareCpuSeconds);
  return {
    runs,
    requests,
    'a second': Math.round(mean(({ rate }) => rate)),
    'a second, undici alone': Math.round(mean(({ bareRate }) => bareRate)),
    'part of undici alone': rounded(mean(({ rate }) => rate) / mean(({ bareRate }) => bareRate), 3),
    'lowest and highest part': `${rounded(parts.at(0) ?? 0)}-${rounded(parts.at(-1) ?? 0)}`,
    'CPU µs a request': Math.round((cpu / requests) * 1e6),
    'CPU µs a request, undici alone': Math.round((bareCpu / requests) * 1e6),
    'part of undici alone, by CPU': rounded(bareCpu / cpu),
  };
}

const BENCHES: Readonly<Record<string, () => Promise<TargetResult>>> = {
  limit: limitBench,
  tenant: () => tenantBench(),
  bulk: () => tenantBench(100),
  throughput: () => throughputBench(TENANT, 8),
  people: () => throughputBench({ ...TENANT, groups: 0, memberships: 0 }, 8),
  many: () => throughputBench({ users: 12_000, groups: 0, memberships: 0 }, 3),
};

if (!existsSync(CLI)) throw new Error('dist/cli.js is not there: npm run build');
const chosen = process.argv.slice(2);
for (const name of chosen.length === 0 ? Object.keys(BENCHES) : chosen) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`there is no bench ${name}: ${Object.keys(BENCHES).join(', ')}`);
  const result = { ...(await bench()), 'load of the machine afterwards': rounded(loadavg()[0] ?? 0, 1) };
  await recordTargetResult(name, result);
  process.stdout.write(`${JSON.stringify({ [name]: result }, null, 2)}\n`);
}
