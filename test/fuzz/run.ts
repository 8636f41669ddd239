// `npm run fuzz -- [rounds] [seed]`: a million random and damaged expressions unless told otherwise, in two threads. Ends
// with 1 when one of them crashed, or took more than a second of processor time. Records what was run in results.json.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { expressionRound } from './expression-round.ts';
import { randomSource } from './random-source.ts';

const THREADS = 2;
const SLOW_MS = 1000;
const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));

interface Part {
  readonly rounds: number;
  readonly seed: number;
}

interface Found {
  readonly outcomes: Record<string, number>;
  readonly kinds: Record<string, number>;
  readonly crashes: readonly { readonly expression: string; readonly crash: string }[];
  readonly slowest: { readonly ms: number; readonly expression: string };
}

function fuzz({ rounds, seed }: Part): Found {
  const random = randomSource(seed);
  const outcomes: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const crashes: { expression: string; crash: string }[] = [];
  let slowest = { ms: 0, expression: '' };
  for (let round = 0; round < rounds; round += 1) {
    const before = process.threadCpuUsage();
    const { expression, outcome, kinds: met, crash } = expressionRound(random);
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1000;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    for (const kind of met) kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (crash !== null && crashes.length < 20) crashes.push({ expression, crash });
    if (ms > slowest.ms) slowest = { ms: Math.round(ms * 10) / 10, expression };
  }
  return { outcomes, kinds, crashes, slowest };
}

function startPart(part: Part): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const added = (counts: readonly Record<string, number>[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const count of counts) for (const [key, number] of Object.entries(count)) sum[key] = (sum[key] ?? 0) + number;
  return Object.fromEntries(Object.entries(sum).toSorted(([left], [right]) => (left < right ? -1 : 1)));
};

async function main(): Promise<void> {
  const [rounds = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
  const began = performance.now();
  const parts = Array.from({ length: THREADS }, (_, index) =>
    startPart({ rounds: Math.ceil(rounds / THREADS), seed: seed * THREADS + index }),
  );
  const found = await Promise.all(parts);
  const crashes = found.flatMap((each) => each.crashes);
  const [slowest] = found.map((each) => each.slowest).toSorted((left, right) => right.ms - left.ms);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    rounds,
    seed,
    seconds: Math.round((performance.now() - began) / 1000),
    outcomes: added(found.map((each) => each.outcomes)),
    kinds: added(found.map((each) => each.kinds)),
    crashes: crashes.length,
    slowest,
  };
  process.stdout.write(`${JSON.stringify({ ...result, found: crashes }, null, 2)}\n`);
  if (crashes.length > 0 || (slowest?.ms ?? 0) > SLOW_MS) process.exitCode = 1;
  if (rounds >= 1_000_000) await record(result);
}

/** One entry a seed, newest last. */
async function record(result: { readonly seed: number }): Promise<void> {
  const text = await readFile(RESULTS, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const others = (JSON.parse(text) as { readonly seed: number }[]).filter(({ seed }) => seed !== result.seed);
  await writeFile(RESULTS, `${JSON.stringify([...others, result], null, 2)}\n`);
}

if (isMainThread) await main();
else parentPort?.postMessage(fuzz(workerData as Part));
