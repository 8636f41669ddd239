// An object that fails, as status prints it.
import type { EscrowTable } from '../store/schema.ts';
import { adviceOf } from './quarantine-text.ts';

/** An object in escrow. Times are ISO. */
export interface FailingObject {
  readonly kind: string;
  readonly sourceId: string;
  readonly displayName: string | null;
  readonly code: string;
  readonly message: string;
  readonly advice: string | null;
  readonly attempts: number;
  readonly firstFailure: string;
  readonly nextAttempt: string;
}

/** An escrow, ready to print. */
export function failingObject(escrow: EscrowTable): FailingObject {
  return {
    kind: escrow.kind,
    sourceId: escrow.source_id,
    displayName: escrow.display_name,
    code: escrow.code,
    message: escrow.message,
    advice: adviceOf(escrow.code),
    attempts: escrow.attempts,
    firstFailure: new Date(escrow.first_seen).toISOString(),
    nextAttempt: new Date(escrow.next_attempt).toISOString(),
  };
}
