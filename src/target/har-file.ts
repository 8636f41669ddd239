// A file that is a complete archive after every exchange, so that it can be read whatever ends the process: an entry is
// written over the end of the file, together with a new end.
import { closeSync, fchmodSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { JobFault } from '../model/errors.ts';
import type { RecordedExchange } from '../model/recorded-exchange.ts';
import { harEntry, harFrame, recordedComment } from './har.ts';

/** A file that is being written. */
export interface HarFile {
  /** Adds an exchange. Never throws: a recording that fails keeps no cycle from running; `problem` says why it ended. */
  readonly add: (exchange: RecordedExchange) => void;
  /** Exchanges in the file so far. */
  readonly count: number;
  /** Why exchanges are not recorded any more; null while they are. */
  readonly problem: string | null;
  /** Says at the end of the file what came of the exchanges; none is added after it. Never throws. */
  readonly conclude: (own: unknown) => void;
  readonly close: () => void;
}

/** A recording that was forgotten must not fill the disk. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Begins a file that only its owner may read; one that exists is never overwritten.
 * @throws JobFault ConfigurationInvalid when there is such a file, or none can be made.
 */
export function openHarFile(path: string, version: string, mostBytes = MOST_BYTES): HarFile {
  const { head, foot } = harFrame(version);
  const file = begin(path);
  let position = 0;
  let count = 0;
  let problem: string | null = null;
  let concluded = false;

  const write = (text: string, ending: string): void => {
    const bytes = Buffer.from(`${text}${ending}`);
    for (let written = 0; written < bytes.length; )
      written += writeSync(file, bytes, written, bytes.length - written, position + written);
    position += Buffer.byteLength(text);
  };
  // The place of what was not written is free for the shorter end.
  const end = (why: string): void => {
    problem = why;
    ftruncateSync(file, position);
    write('', foot(`${recordedComment(count)} Later ones are missing: ${why}.`));
  };
  write(head, foot(recordedComment(0)));

  const endAfter = (error: unknown): void => {
    const why = `the file cannot be written (${codeOf(error)})`;
    try {
      end(why);
    } catch {
      problem = `${why}, and is not complete`;
    }
  };

  return {
    add(exchange) {
      if (problem !== null || concluded) return;
      const text = `${count === 0 ? '' : ','}\n${JSON.stringify(harEntry(exchange))}`;
      try {
        if (position + Buffer.byteLength(text) > mostBytes)
          return end(`the file would be larger than ${mostBytes} bytes`);
        write(text, foot(recordedComment(count + 1)));
        count += 1;
      } catch (error) {
        endAfter(error);
      }
    },
    conclude(own) {
      if (problem !== null) return;
      concluded = true;
      try {
        write('', foot(recordedComment(count), own));
      } catch (error) {
        endAfter(error);
      }
    },
    get count() {
      return count;
    },
    get problem() {
      return problem;
    },
    close() {
      // Whatever still arrives must not be written to a number that belongs to another file by then.
      problem ??= 'the recording was ended';
      closeSync(file);
    },
  };
}

function begin(path: string): number {
  try {
    const file = openSync(path, 'wx', 0o600);
    fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    const code = codeOf(error);
    const message =
      code === 'EEXIST'
        ? `${path} exists already. A recording overwrites nothing: name another file, or remove this one.`
        : `${path} cannot be written (${code}).`;
    throw new JobFault('ConfigurationInvalid', message);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
