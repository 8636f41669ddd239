// Looks for secrets wherever the program left something: what it printed, its store, its mails. Every e2e test feeds it by
// using the support files; test/canary asserts on what was found. Records go into a folder that all workers share.
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where something was left. */
export type Trace = 'stdout' | 'stderr' | 'store' | 'file' | 'mail';

/** One place that was searched. */
export interface LeakRecord {
  readonly trace: Trace;
  readonly bytes: number;
  /** What was found, by the name of the secret; never its value. */
  readonly found: readonly string[];
  readonly test: string;
}

/** Shorter values ("wrong") are ordinary words. */
const LEAST_LENGTH = 12;

const secrets = new Map<string, string>();
const folder = process.env['SCIMSYNC_LEAK_RECORDS'];

/** Makes a secret known: from now on it must not appear anywhere. */
export function watchSecret(name: string, value: string): void {
  if (value.length < LEAST_LENGTH) return;
  const forms = [
    value,
    Buffer.from(value).toString('base64'),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ];
  for (const form of forms) secrets.set(form, name);
}

/** Searches one text. */
export function searchLeaks(trace: Trace, text: string, test = ''): void {
  if (folder === undefined) throw new Error('SCIMSYNC_LEAK_RECORDS is not set: vitest.config.ts sets it');
  const found = [...new Set([...secrets].flatMap(([form, name]) => (text.includes(form) ? [name] : [])))];
  const record: LeakRecord = { trace, bytes: text.length, found, test };
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(record)}\n`);
}

/** Searches the store and every file of a configuration directory but the secrets themselves. */
export function searchDirectory(directory: string): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    if (name.split(/[/\\]/).includes('secrets') || !statSync(path).isFile()) continue;
    searchLeaks(/\.db/.test(name) ? 'store' : 'file', readFileSync(path, 'latin1'), name);
  }
}

/** All records of this run. */
export function leakRecords(): readonly LeakRecord[] {
  if (folder === undefined) return [];
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LeakRecord),
  );
}
