// Keeps the newest result of every bench in target.json, and the tables of target.md.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TargetResult } from './target.ts';

const RESULTS = fileURLToPath(new URL('./target.json', import.meta.url));
const PAGE = fileURLToPath(new URL('./target.md', import.meta.url));

interface Recorded {
  readonly date: string;
  readonly machine: string;
  readonly result: TargetResult;
}

type AllResults = Readonly<Record<string, Recorded>>;

/** Records a result in place of an older one of the same bench. */
export async function recordTargetResult(name: string, result: TargetResult): Promise<void> {
  const memory = Math.round(totalmem() / 1024 ** 3);
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${memory} GB, Node ${process.version}`;
  const recorded = { date: new Date().toISOString().slice(0, 10), machine, result };
  const all = { ...(await readResults()), [name]: recorded };
  await writeFile(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
  await writeFile(PAGE, page(all));
}

async function readResults(): Promise<AllResults> {
  try {
    return JSON.parse(await readFile(RESULTS, 'utf8')) as AllResults;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

function page(all: AllResults): string {
  return `# Requests to a target

\`npm run bench:target\` measures how politely and how quickly an initial cycle writes; \`limit\`, \`tenant\`,
\`bulk\`, \`throughput\`, \`people\` or \`many\` after \`--\` runs one of them. The target (\`bench-server.ts\`) is a process of its own that answers what an
empty SCIM target would. Everything shares the machine with whatever else runs there, so times are upper bounds; CPU
seconds are those of the scimsync process with all its threads. The benchmark writes this file.

- \`limit\`: the target answers 429 to the 26th request of any second, counted as requests arrive; the job states 25 a second.
- \`tenant\`: 2,000 people, 100 groups, 6,000 memberships; the target answers after 10 ms; the whole cycle, Graph included.
- \`bulk\`: the same as \`tenant\`, in bulk requests of 100 operations.
- \`throughput\`: the same tenant; the target answers at once, and has answered 4,000 other requests before, so that it is as
  quick for both sides. "A second" counts from the first change that is let through to the end of the cycle: requests, store,
  provisioning log. Then undici alone sends the same requests with the same headers, 32 at a time, and reads the answers. All of
  it is done several times; rates are means, and their part is that of the means.
- \`people\`: the same without groups.
- \`many\`: the same with 12,000 people in the directory and no groups. Both sides have become quicker by then, undici alone by more.

${Object.entries(all).map(section).join('\n')}`;
}

function section([name, { date, machine, result }]: [string, Recorded]): string {
  const rows = Object.entries(result).map(([what, value]) => `| ${what} | ${value} |`);
  return `## ${name}\n\n${date}, ${machine}\n\n| | |\n|---|---:|\n${rows.join('\n')}\n`;
}
