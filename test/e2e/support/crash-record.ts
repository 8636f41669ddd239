// What the long form of the crash tests (`npm run crash`) did, kept in test/crash/results.json. The short form writes nothing.
import { readFile, writeFile } from 'node:fs/promises';

const RESULTS = process.env['CRASH_RESULTS'];

/** Keeps one entry a kind of cycle, the newest. */
export async function recordCrashes(cycle: string, result: object, seconds: number): Promise<void> {
  if (RESULTS === undefined) return;
  const text = await readFile(RESULTS, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const others = (JSON.parse(text) as { readonly cycle: string }[]).filter((each) => each.cycle !== cycle);
  const date = new Date().toISOString().slice(0, 10);
  const entry = { cycle, date, node: process.version, seconds: Math.round(seconds), ...result };
  await writeFile(RESULTS, `${JSON.stringify([...others, entry], null, 2)}\n`);
}
