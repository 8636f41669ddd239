// Node programs as processes, one of them measured from outside through Linux's /proc, so that the measuring costs it nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const SAMPLE_MS = 250;
const SANDBOX_HEAP_MB = 8192;

/** What a process took. */
export interface MeasuredRun {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Processor time of all its threads, which other programs on the machine do not change much. */
  readonly cpuSeconds: number;
  /** The most resident memory, in MB: the kernel's own high-water mark. */
  readonly peakRssMb: number;
  /** Resident memory in MB at the quarters of the run: growth shows as a slope. */
  readonly rssMbAt: Readonly<Record<string, number>>;
  readonly stdout: string;
}

/** Runs Node with these arguments to its end. Its standard error is passed through. */
export async function measureRun(args: readonly string[]): Promise<MeasuredRun> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const samples: number[] = [];
  let peak = 0;
  let cpu = 0;
  const timer = setInterval(() => {
    const status = memoryOf(child);
    if (status === undefined) return;
    samples.push(status.rssMb);
    peak = Math.max(peak, status.peakMb);
    cpu = cpuSecondsOf(child) ?? cpu;
  }, SAMPLE_MS);
  await once(child, 'close');
  clearInterval(timer);
  return {
    exitCode: child.exitCode,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    cpuSeconds: Math.round(cpu * 10) / 10,
    peakRssMb: peak,
    rssMbAt: Object.fromEntries(
      [25, 50, 75, 100].map((part) => [`${part} %`, samples[Math.ceil((samples.length * part) / 100) - 1] ?? peak]),
    ),
    stdout: output.join(''),
  };
}

/** Resident memory now and at most; undefined once the process has ended. */
function memoryOf(child: ChildProcess): { rssMb: number; peakMb: number } | undefined {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const megabytes = (field: string) =>
      Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024);
    const rssMb = megabytes('VmRSS');
    return Number.isNaN(rssMb) ? undefined : { rssMb, peakMb: megabytes('VmHWM') };
  } catch {
    return undefined;
  }
}

/** Processor time so far; the kernel counts in hundredths of a second. */
function cpuSecondsOf(child: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/** Starts a sandbox with a heap of its own; `ready` is its first line, and rejects when it ends before. */
export function startSandbox(args: readonly string[]): { process: ChildProcess; ready: Promise<string> } {
  const child = spawn(process.execPath, [`--max-old-space-size=${SANDBOX_HEAP_MB}`, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const first = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the sandbox ended with ${String(code)} before it was ready`);
  });
  ended.catch(() => undefined);
  return { process: child, ready: Promise.race([first, ended]) };
}
