// The writes of one call for a bulk request that are still to be sent, and what came of the others. It knows whom a write
// refers to: an id takes the place of a reference as soon as there is one, and where there will be none, the write is
// given back instead of being sent with a name that means nothing to the target.
import type { BulkResult } from '../engine/ports.ts';
import { type BulkWrite, referencesOf, withIds } from '../scim/bulk.ts';
import { resourceId } from '../scim/resource.ts';

/** See the comment of the file. */
export class BulkQueue {
  readonly #writes: readonly BulkWrite[];
  readonly #names: ReadonlySet<string>;
  readonly #results = new Map<string, BulkResult>();
  readonly #ids = new Map<string, string>();

  constructor(writes: readonly BulkWrite[]) {
    this.#writes = writes;
    this.#names = new Set(writes.map(({ bulkId }) => bulkId));
  }

  /** What is still to be sent, in order, with the ids that are known by now. */
  next(): readonly BulkWrite[] {
    for (const write of this.#open()) if (this.#isLost(write)) this.settle(write, notSent(write));
    const open = this.#open().map((write) => withIds(write, this.#ids));
    // Who is called like a reference may be taken for one: such a write goes alone, in its turn.
    const strange = open.findIndex((write) => referencesOf(write).some((each) => !this.#names.has(each)));
    return strange < 0 ? open : open.slice(0, Math.max(1, strange));
  }

  /** Those of them that refer to nobody who is still to be created. */
  resolved(writes: readonly BulkWrite[]): readonly BulkWrite[] {
    return writes
      .map((write) => withIds(write, this.#ids))
      .filter((write) => !referencesOf(write).some((each) => this.#names.has(each)));
  }

  settle(write: BulkWrite, result: BulkResult): void {
    this.#results.set(write.bulkId, result);
    if (result.type !== 'create' || !result.result.ok) return;
    const id = resourceId(result.result.value);
    if (id !== undefined) this.#ids.set(write.bulkId, id);
  }

  /** The results, in the order of the writes. */
  results(): readonly BulkResult[] {
    return this.#writes.map((write) => this.#results.get(write.bulkId) ?? notSent(write));
  }

  #open(): readonly BulkWrite[] {
    return this.#writes.filter(({ bulkId }) => !this.#results.has(bulkId));
  }

  /** Whether it refers to somebody who was not created, or to itself or somebody after it. */
  #isLost(write: BulkWrite): boolean {
    const place = this.#writes.findIndex(({ bulkId }) => bulkId === write.bulkId);
    const later = new Set(this.#writes.slice(place).map(({ bulkId }) => bulkId));
    return referencesOf(write).some((each) => later.has(each) || (this.#results.has(each) && !this.#ids.has(each)));
  }
}

function notSent(write: BulkWrite): BulkResult {
  const message = 'It was not sent: what it refers to was not created.';
  return { type: write.type, result: { ok: false, fault: { code: 'UnprocessableEntity', message } } };
}
