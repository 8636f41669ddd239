// The target realms of one process. Jobs that share a realm share its limits, its concurrency and its pauses; realms of a
// process are made here, once, and handed to the clients of the jobs.
import type { Clock } from '../engine/ports.ts';
import type { TargetProfile } from '../model/profile.ts';
import { Realm, type UsageLedger } from './realm.ts';
import { scimRoot } from './transport.ts';

/** The name of a realm: where the target is, and on whose behalf; vendors count by customer, some by address. */
export function realmName(realm: TargetProfile['realm'], baseUrl: string, tenantId: string): string {
  return realm === 'host' ? new URL(baseUrl).host : `${scimRoot(baseUrl)} ${tenantId}`;
}

/** See the comment of the file. */
export class TargetRealms {
  readonly #clock: Clock;
  readonly #ledger: UsageLedger | null;
  readonly #realms = new Map<string, Promise<Realm>>();

  constructor(clock: Clock, ledger: UsageLedger | null) {
    this.#clock = clock;
    this.#ledger = ledger;
  }

  /** The realm of this name, with what earlier processes used of its limits. Rejects with what the store throws. */
  async open(name: string): Promise<Realm> {
    const opened = this.#realms.get(name) ?? this.#read(name);
    this.#realms.set(name, opened);
    try {
      return await opened;
    } catch (error) {
      this.#realms.delete(name);
      throw error;
    }
  }

  /** Remembers what was used; never rejects. */
  async save(): Promise<void> {
    const opened = await Promise.allSettled(this.#realms.values());
    await Promise.all(opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value.save()] : [])));
  }

  async #read(name: string): Promise<Realm> {
    return new Realm(name, this.#clock, this.#ledger, (await this.#ledger?.read(name)) ?? []);
  }
}
