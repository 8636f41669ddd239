// The writes of one call for a bulk request that are still to be sent, and what came of the others. It knows whom a write
// refers to: an id takes the place of a reference as soon as there is one, and where there will be none, the write is
// given back instead of being sent with a name that means nothing to the target.
import type { BulkResult } from '../engine/ports.ts';
import { type BulkWrite, referencesOf, withIds } from '../scim/bulk.ts';
import { resourceId } from '../scim/resource.ts';

interface Entry {
  readonly write: BulkWrite;
  /** Writes of this call that it refers to. */
  readonly references: readonly string[];
  /** Who is called like a reference may be taken for one. */
  readonly isStrange: boolean;
}

/** What is to be sent next: some alone, or as many as fit together. */
export interface NextWrites {
  readonly alone: readonly BulkWrite[];
  /** In order. */
  readonly together: readonly BulkWrite[];
}

/** See the comment of the file. */
export class BulkQueue {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #mustBeAlone: (write: BulkWrite) => boolean;
  readonly #results = new Map<string, BulkResult>();
  readonly #ids = new Map<string, string>();

  /** `mustBeAlone` are those that share no request, whatever is in them; asked each time, since that is learned meanwhile. */
  constructor(writes: readonly BulkWrite[], mustBeAlone: (write: BulkWrite) => boolean) {
    const names = new Set(writes.map(({ bulkId }) => bulkId));
    const entries = writes.map((write): [string, Entry] => {
      const found = referencesOf(write);
      const references = found.filter((each) => names.has(each));
      return [write.bulkId, { write, references, isStrange: references.length < found.length }];
    });
    this.#entries = new Map(entries);
    this.#mustBeAlone = mustBeAlone;
  }

  /**
   * What may be sent now, with the ids that are known by now. Nothing when all that is left refers to somebody who was not
   * created, to itself, or to somebody after it.
   */
  next(): NextWrites {
    const open = this.#open();
    const isolated = new Set(open.filter(({ isStrange, write }) => isStrange || this.#mustBeAlone(write)));
    const alone = open.filter((entry) => isolated.has(entry) && this.#isResolved(entry));
    if (alone.length > 0) return { alone: alone.map((entry) => this.#withIds(entry)), together: [] };
    const together = new Map<string, Entry>();
    for (const entry of open) {
      const mayGo = entry.references.every((each) => this.#ids.has(each) || together.has(each));
      if (!isolated.has(entry) && mayGo) together.set(entry.write.bulkId, entry);
    }
    return { alone: [], together: [...together.values()].map((entry) => this.#withIds(entry)) };
  }

  /** Those of them that refer to nobody who is still to be created. */
  resolved(writes: readonly BulkWrite[]): readonly BulkWrite[] {
    return writes.flatMap(({ bulkId }) => {
      const entry = this.#entries.get(bulkId);
      return entry !== undefined && this.#isResolved(entry) ? [this.#withIds(entry)] : [];
    });
  }

  settle({ bulkId }: BulkWrite, result: BulkResult): void {
    this.#results.set(bulkId, result);
    if (result.type !== 'create' || !result.result.ok) return;
    const id = resourceId(result.result.value);
    if (id !== undefined) this.#ids.set(bulkId, id);
  }

  /** The results, in the order of the writes; what could not be sent was not carried out. */
  results(): readonly BulkResult[] {
    return [...this.#entries.values()].map(({ write }) => this.#results.get(write.bulkId) ?? notSent(write));
  }

  #open(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ write }) => !this.#results.has(write.bulkId));
  }

  #isResolved({ references }: Entry): boolean {
    return references.every((each) => this.#ids.has(each));
  }

  #withIds({ write, references }: Entry): BulkWrite {
    return references.length === 0 ? write : withIds(write, this.#ids);
  }
}

function notSent(write: BulkWrite): BulkResult {
  const message = 'It was not sent: what it refers to was not created.';
  return { type: write.type, result: { ok: false, fault: { code: 'UnprocessableEntity', message } } };
}
