// The recording of this process: where exchanges with targets go after --record. One for all jobs, because a file has one end.
import type { RecordedExchange } from './model/recorded-exchange.ts';
import { openHarFile } from './target/har-file.ts';

/** A recording that has begun. */
export interface Recording {
  /** Ends it, and says in a sentence what there is now. */
  readonly finish: () => string;
}

type Recorder = (exchange: RecordedExchange) => void;

let recorder: Recorder | undefined;

/**
 * From now on every exchange with a target goes into this file.
 * @throws JobFault ConfigurationInvalid when there is such a file already, or none can be made.
 */
export function beginRecording(path: string, version: string): Recording {
  const file = openHarFile(path, version);
  recorder = file.add;
  return {
    finish() {
      recorder = undefined;
      const { count, problem } = file;
      file.close();
      const missing = problem === null ? '' : ` Later ones are missing: ${problem}.`;
      return `${count} exchange${count === 1 ? '' : 's'} with targets in ${path}, without credentials. It names people.${missing}`;
    },
  };
}

/** Where the exchanges of a job go; undefined while nothing is recorded. */
export function recorderOf(job: string): Recorder | undefined {
  const record = recorder;
  return record && ((exchange) => record({ ...exchange, job }));
}
