// Random edits, faults and kills (support/chaos.ts). Short here; `npm run chaos` is the long form, and records what it ran.
import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runChaos } from './support/chaos.ts';

const CRASHES = Number(process.env['CHAOS_CRASHES'] ?? 6);
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);
const RESULTS = process.env['CHAOS_RESULTS'];

// spec: convergence
it('a program that is killed while everything goes wrong converges, and does nothing that nobody asked for', {
  timeout: 60_000 + CRASHES * 20_000,
}, async () => {
  const began = performance.now();
  const say = (text: string): void => void (RESULTS === undefined || process.stderr.write(`${text}\n`));
  const result = await runChaos(CRASHES, SEED, say);
  expect(result.kills.request + result.kills.commit + result.kills.moment).toBe(CRASHES);
  const faults = Object.values(result.faults).reduce((sum, each) => sum + each, 0);
  expect(result.idleWrites, 'repeated after a kill or a fault').toBeLessThanOrEqual(CRASHES + faults);
  if (RESULTS !== undefined) await record(RESULTS, result, Math.round((performance.now() - began) / 1000));
});

/** One entry a seed, newest last. */
async function record(file: string, result: { readonly seed: number }, seconds: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const others = (JSON.parse(text) as { readonly seed: number }[]).filter(({ seed }) => seed !== result.seed);
  const entry = { date: new Date().toISOString().slice(0, 10), node: process.version, seconds, ...result };
  await writeFile(file, `${JSON.stringify([...others, entry], null, 2)}\n`);
}
