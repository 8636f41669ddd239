// What is kept of this process's exchanges with targets: all of them in a file after --record, those worth repeating as commands
// after --curl. One for all jobs, because a file has one end.
import type { RecordedExchange } from './model/recorded-exchange.ts';
import { curlCommand } from './target/curl.ts';
import { openHarFile } from './target/har-file.ts';

/** A recording that has begun. */
export interface Recording {
  /** Ends it, and says in a sentence what there is now. */
  readonly finish: () => string;
}

type Recorder = (exchange: RecordedExchange) => void;

const recorders = new Set<Recorder>();
let concluding: ((own: unknown) => void) | undefined;

/**
 * From now on every exchange with a target goes into this file.
 * @throws JobFault ConfigurationInvalid when there is such a file already, or none can be made.
 */
export function beginRecording(path: string, version: string): Recording {
  const file = openHarFile(path, version);
  recorders.add(file.add);
  concluding = file.conclude;
  return {
    finish() {
      recorders.delete(file.add);
      concluding = undefined;
      const { count, problem } = file;
      file.close();
      const missing = problem === null ? '' : ` Later ones are missing: ${problem}.`;
      return `${count} exchange${count === 1 ? '' : 's'} with targets in ${path}, without credentials. It names people.${missing}`;
    },
  };
}

/** Puts what came of the exchanges at the end of the file; nothing where none is recorded. */
export function concludeRecording(own: unknown): void {
  concluding?.(own);
}

/** Opens something whose exchanges are not kept: they go through somebody who keeps them already. */
export async function unrecorded<T>(open: () => Promise<T>): Promise<T> {
  const paused = [...recorders];
  recorders.clear();
  try {
    return await open();
  } finally {
    for (const recorder of paused) recorders.add(recorder);
  }
}

/** A request as a command, and what came of it. */
export interface CurlCommand {
  readonly command: string;
  /** The status of the answer, or why there was none; null for what was not sent (a dry run). */
  readonly answer: string | null;
}

/** Somebody reads them; more are for a file. */
export const MOST_COMMANDS = 50;

/** In place of a request that nobody knows yet. */
const BY_PUT =
  '# A change that is merged into what the target holds, and sent with PUT: it is read first, so it is not known here.';

type Rehearser = (exchange: RecordedExchange | null) => void;

let rehearser: Rehearser | undefined;

/**
 * From now on writes, reads that were refused, and what a dry run would write are kept as curl commands; the result ends that
 * and gives them.
 */
export function collectCurl(): () => readonly CurlCommand[] {
  const kept: CurlCommand[] = [];
  const keep: Recorder = (exchange) => {
    const { request, response, failure } = exchange;
    const isRefused = response === null || response.status >= 300;
    if (kept.length >= MOST_COMMANDS || (request.method === 'GET' && !isRefused)) return;
    kept.push({ command: curlCommand(exchange), answer: failure ?? String(response?.status ?? '') });
  };
  recorders.add(keep);
  rehearser = (exchange) => {
    if (kept.length >= MOST_COMMANDS) return;
    kept.push({ command: exchange === null ? BY_PUT : curlCommand(exchange), answer: null });
  };
  return () => {
    recorders.delete(keep);
    rehearser = undefined;
    return kept;
  };
}

/** Where the exchanges of a job go; undefined while nothing is recorded. */
export function recorderOf(job: string): Recorder | undefined {
  if (recorders.size === 0) return undefined;
  return (exchange) => {
    for (const record of recorders) record({ ...exchange, job });
  };
}

/** Where the writes of a dry run are told; undefined while nobody wants to know. */
export function rehearserInUse(): ((exchange: RecordedExchange | null) => void) | undefined {
  return rehearser;
}
