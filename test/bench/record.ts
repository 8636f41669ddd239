// Keeps the newest result of every size in results.json, and README.md's table of them.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchResult, CycleResult } from './memory.ts';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));
const README = fileURLToPath(new URL('./README.md', import.meta.url));

interface Recorded extends BenchResult {
  readonly date: string;
  readonly machine: {
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly system: string;
  };
}

/** Records a result in place of an older one of the same size. */
export async function recordResult(result: BenchResult): Promise<void> {
  const machine = {
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
  };
  const recorded: Recorded = { ...result, date: new Date().toISOString().slice(0, 10), machine };
  const others = (await readResults()).filter((each) => each.users !== result.users);
  const all = [...others, recorded].toSorted((left, right) => left.users - right.users);
  await writeFile(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(README, readme(all));
}

async function readResults(): Promise<readonly Recorded[]> {
  try {
    return JSON.parse(await readFile(RESULTS, 'utf8')) as Recorded[];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readme(results: readonly Recorded[]): string {
  const newest = results.toSorted((left, right) => (left.date < right.date ? 1 : -1))[0];
  const cap = `--max-old-space-size=${newest?.heapCapMb}`;
  return `# Memory and time of a cycle

\`npm run bench -- [users…]\` (Linux; 100000 users unless told otherwise) starts a sandbox with that many people, ${newest?.groups} groups
and two memberships a person, everybody and every group assigned, and runs \`scimsync --sync-now\` twice against the
sandbox's RFC 7644 target: an initial cycle into an empty target, then one in which nothing has changed. The heap is capped
by \`${cap}\`; scimsync keeps V8's young generation small under such a cap
(\`src/cli/small-heap.ts\`).

Sandbox, target and scimsync share the machine with whatever else runs there, so seconds are upper bounds; CPU seconds and
memory are of the scimsync process alone. Peak RSS is the kernel's \`VmHWM\`: heap, Node itself, SQLite's cache of 16 MB.
The benchmark writes this file.

| users | cycle | seconds | CPU seconds | peak RSS (MB) | RSS at 25, 50, 75, 100 % | created | memberships added | requests: Graph, target |
|---:|---|---:|---:|---:|---|---:|---:|---|
${results.flatMap((each) => [row(each, 'initial', each.initial), row(each, 'unchanged', each.unchanged)]).join('\n')}

${results.map(origin).join('\n')}
`;
}

function row({ users }: Recorded, name: string, cycle: CycleResult): string {
  const { seconds, cpuSeconds, peakRssMb, rssMbAt, counts, requests } = cycle;
  const took = `${seconds} | ${cpuSeconds} | ${peakRssMb} | ${Object.values(rssMbAt).join(', ')}`;
  const did = `${counts['created'] ?? 0} | ${counts['membershipsAdded'] ?? 0} | ${requests['graph']}, ${requests['scim']}`;
  return `| ${users} | ${name} | ${took} | ${did} |`;
}

function origin({ users, date, machine }: Recorded): string {
  const { cores, memoryGb, node, system } = machine;
  return `- ${users} users: ${date}, ${system}, ${cores} cores, ${memoryGb} GB, Node ${node}`;
}
