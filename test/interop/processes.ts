// Programs as processes: services that announce themselves with one line of JSON, and the built scimsync, run to its end.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** A service that is running. */
export interface Service<T> {
  readonly announced: T;
  stop(): Promise<void>;
}

/** Starts a Node program and waits for the JSON on the first line of its output; rejects when it ends before that. */
export async function startService<T>(program: string, args: readonly string[]): Promise<Service<T>> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${program} ended before it was ready:\n${complaints.join('')}`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return { announced: JSON.parse(line) as T, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** The sandbox of the built scimsync. */
export function startSandbox<T>(args: readonly string[]): Promise<Service<T>> {
  return startService(CLI, ['sandbox', ...args]);
}

/** What a run of scimsync gave back. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built scimsync to its end; an exit code other than 0 is a result, not an error. */
export function runScimsync(args: readonly string[]): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error ?? new Error('scimsync ended without an exit code'));
    });
  });
}
