// Why a job could not run, in words: what happened and what helps.
import { ERROR_TABLE } from '../model/errors.ts';
import { secretsInUse } from '../observe/secret-values.ts';
import { storeFault } from '../store/store-fault.ts';

/** Why a job could not run, in words; `Interrupted` when it was stopped from outside. */
export interface RunFault {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** The fault of a job in words; anything that is no JobFault is an error of this program. */
export function runFault(error: unknown, signal: AbortSignal): RunFault {
  const known = storeFault(error);
  if (known !== null) return { code: known.code, message: known.message, advice: ERROR_TABLE[known.code].advice };
  if (signal.aborted)
    return {
      code: 'Interrupted',
      message: 'The cycle was stopped before it ended.',
      advice: 'Nothing is lost: the cycle goes on with the next run.',
    };
  // Anybody may have written this text, so it is cleaned of secrets here.
  const message = secretsInUse.redact(error instanceof Error ? error.message : String(error));
  return { code: 'InternalError', message, advice: ERROR_TABLE.InternalError.advice };
}
