// Starts programs for a test and makes sure that none outlives it: a child is killed when its owner is disposed of, and
// all of them when the test process ends.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { searchLeaks } from './leaks.ts';

/** The built program; `npm run build` has to come first. */
const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** The first line on stdout; rejects with what was printed when the program ends before it. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** What was printed so far. */
  printed(): { readonly stdout: string; readonly stderr: string };
}

/** Half of the time of a short run is compiling the libraries; Node keeps the result here. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'scimsync-e2e-compile-cache') };

if (!existsSync(CLI))
  throw new Error(`${CLI} is missing: these tests run the built program, so npm run build comes first.`);

const alive = new Set<ChildProcessByStdio<null, Readable, Readable>>();

process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts `node dist/cli.js` with these arguments; `nodeOptions` come before the script. */
export function startCli(args: readonly string[], options: StartOptions = {}): RunningProgram {
  const { nodeOptions = [], environment = {} } = options;
  const child = spawn(process.execPath, [...nodeOptions, CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...COMPILE_CACHE, ...environment },
  });
  alive.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      alive.delete(child);
      // The first line of a sandbox says its secrets: that is what it is for.
      searchLeaks('stdout', args[0] === 'sandbox' ? stdout.slice(stdout.indexOf('\n') + 1) : stdout, args.join(' '));
      searchLeaks('stderr', stderr, args.join(' '));
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const end = stdout.indexOf('\n');
      if (end >= 0) resolve(stdout.slice(0, end));
    };
    child.stdout.on('data', look);
    ended.then(
      ({ exitCode }) => reject(new Error(`${args.join(' ')} ended with ${exitCode} before its first line: ${stderr}`)),
      reject,
    );
  });
  firstLine.catch(() => undefined); // most programs print their result at the end, and nobody waits for a first line
  return {
    pid: child.pid ?? -1,
    firstLine,
    ended,
    kill: (signal) => void child.kill(signal),
    printed: () => ({ stdout, stderr }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface StartOptions {
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `node dist/cli.js` to its end. */
export async function runCli(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  await using program = startCli(args, options);
  return await program.ended;
}
