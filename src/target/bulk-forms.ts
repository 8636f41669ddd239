// In which form a write stands in a bulk request, by what the ladders know of the target, and whether it had its effect. What
// takes more than one plain request (a PUT of the merged resource, an account that is disabled because it cannot be
// deleted) does not go into a bulk request.
import type { BulkWrite } from '../scim/bulk.ts';
import type { Learning } from './learning.ts';
import type { PatchLadder } from './patch-ladder.ts';
import { type PatchResult, refusesForm } from './requests.ts';

/** What the ladders say about writes. */
export class WriteForms {
  readonly #ladder: PatchLadder | null;
  readonly #learning: Learning;

  /** Without a ladder every form is the usual one, and the first refusal is the result. */
  constructor(ladder: PatchLadder | null, learning: Learning) {
    this.#ladder = ladder;
    this.#learning = learning;
  }

  /** The write as it is sent first; null for one that has to be sent alone. */
  usual(write: BulkWrite): BulkWrite | null {
    if (this.#ladder === null || write.type === 'create') return write;
    if (write.type === 'remove') return this.#learning.facts.undeletable.includes(write.kind) ? null : write;
    const operations = this.#ladder.usual(write.kind, write.operations);
    return operations === null ? null : { ...write, operations };
  }

  /** Whether a write is sent alone only because nobody has seen yet what it does to others. */
  isUntried(write: BulkWrite): boolean {
    return write.type === 'patch' && write.kind === 'Group' && this.#ladder?.isUntried(write.operations) === true;
  }

  /** Whether a change that was answered with success is there, as far as the usual rules want to know. */
  async isApplied(write: BulkWrite, result: PatchResult, signal: AbortSignal): Promise<boolean> {
    if (this.#ladder === null || write.type !== 'patch') return true;
    return this.#ladder.isApplied(write.kind, write.id, write.operations, result, signal);
  }

  /** Whether a refusal may be of the form, so that another one is worth a try. Creations have no other form. */
  mayClimb(write: BulkWrite, refusal: PatchResult): boolean {
    if (this.#ladder === null || write.type === 'create' || refusal.ok) return false;
    const { status = 0 } = refusal.fault;
    if (write.type === 'remove') return [400, 403, 405, 412, 428, 501].includes(status);
    return status === 412 || status === 428 || refusesForm(refusal);
  }
}
