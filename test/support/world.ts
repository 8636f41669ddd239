// A whole little world for engine tests: directory, target, store in memory, clock, and a way to run cycles.
import { onTestFinished } from 'vitest';
import { type CompiledJob, compileJob } from '../../src/engine/compiled-job.ts';
import type { EngineIo } from '../../src/engine/context.ts';
import { type ProcessIdentity, runJob } from '../../src/engine/run-job.ts';
import type { CycleRequest, CycleSummary } from '../../src/model/cycle.ts';
import { openStore, type Store } from '../../src/store/database.ts';
import { ensureJob, updateJob } from '../../src/store/jobs.ts';
import { readLog, type StoredLogEntry } from '../../src/store/provisioning-log.ts';
import { buildJob, type JobVariation } from './build-job.ts';
import { FakeClock, MINUTE } from './fake-clock.ts';
import { FakeDirectory } from './fake-directory.ts';
import { FakeTarget } from './fake-target.ts';

/** Id of the directory. */
export const TENANT = 'bbbbbbbb-0000-4000-8000-000000000001';

/** Everything a cycle touches. */
export class World {
  readonly directory = new FakeDirectory();
  readonly target = new FakeTarget();
  readonly clock = new FakeClock();
  readonly logged: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  readonly store: Store;
  job: CompiledJob;
  #ids = 0;
  #draws = 0;
  #processes = 0;

  constructor(store: Store, variation: JobVariation) {
    this.store = store;
    this.job = compileJob(buildJob(variation), TENANT);
  }

  configure(variation: JobVariation): void {
    this.job = compileJob(buildJob(variation), TENANT);
  }

  io(changes: Partial<EngineIo> = {}): EngineIo {
    return {
      store: this.store,
      source: this.directory,
      target: this.target,
      clock: this.clock,
      newId: () => {
        this.#ids += 1;
        return `id-${String(this.#ids).padStart(8, '0')}`;
      },
      // Other bytes each time, and the same in every run of a test.
      random: (count) => {
        this.#draws += 1;
        return new Uint8Array(count).map((_, index) => (this.#draws * 31 + index * 7) % 256);
      },
      log: {
        info: (fields, message) => this.logged.push({ level: 'info', fields, message }),
        warn: (fields, message) => this.logged.push({ level: 'warn', fields, message }),
      },
      signal: new AbortController().signal,
      progress: () => undefined,
      ...changes,
    };
  }

  /** A process of its own; every earlier one counts as ended. */
  identity(): ProcessIdentity {
    this.#processes += 1;
    return { owner: `process-${this.#processes}`, isGone: () => true };
  }

  /** Runs one cycle in a process of its own, 40 minutes after the previous one. */
  async run(request: Partial<CycleRequest> = {}, io: Partial<EngineIo> = {}): Promise<CycleSummary> {
    this.clock.advance(40 * MINUTE);
    this.target.log.length = 0;
    return runJob(this.job, { trigger: 'schedule', dryRun: false, ...request }, this.identity(), 0, this.io(io));
  }

  /** The provisioning log, oldest first. */
  async log(object?: string): Promise<StoredLogEntry['entry'][]> {
    const rows = await readLog(this.store.db, { limit: 10_000, ...(object === undefined ? {} : { object }) });
    return rows.map((row) => row.entry);
  }

  /** Error codes of the escrows, by source id. */
  async escrows(): Promise<Record<string, string>> {
    const rows = await this.store.db.selectFrom('escrow').selectAll().execute();
    return Object.fromEntries(rows.map((row) => [row.source_id, row.code]));
  }

  /** Status of the changes that are open, by source id. */
  async openChanges(): Promise<Record<string, string>> {
    const rows = await this.store.db
      .selectFrom('change')
      .selectAll()
      .where('status', 'in', ['planned', 'pending', 'sent', 'staged', 'approved', 'rejected'])
      .execute();
    return Object.fromEntries(rows.map((row) => [row.source_id, `${row.status} ${row.action}`]));
  }

  /** How many changes there are, by status. */
  async changeStatuses(): Promise<Record<string, number>> {
    const rows = await this.store.db
      .selectFrom('change')
      .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
      .groupBy('status')
      .execute();
    return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
  }

  /** Adds people and assigns each of them. */
  people(count: number, properties: Record<string, unknown> = {}): string[] {
    const ids = Array.from({ length: count }, (_, index) => `p${String(index + 1).padStart(4, '0')}`);
    for (const id of ids) {
      this.directory.addUser(id, properties);
      this.directory.assign(id);
    }
    return ids;
  }

  /** As if an earlier whole cycle had written: accounts that carry our ids are no sign of a lost store then. */
  async hasWritten(): Promise<void> {
    await ensureJob(this.store.db, this.job.id);
    await updateJob(this.store.db, this.job.id, { has_written: 1 });
  }

  userOf(id: string) {
    return [...this.target.resources.User.values()].find((each) => each['externalId'] === id);
  }

  groupOf(id: string) {
    return [...this.target.resources.Group.values()].find((each) => each['externalId'] === id);
  }

  /** Source ids of the members that the target shows for a group. */
  membersOf(id: string): string[] {
    const members = this.groupOf(id)?.['members'];
    if (!Array.isArray(members)) return [];
    return members.map((each) => this.#sourceIdOf((each as { value: string }).value)).toSorted();
  }

  #sourceIdOf(targetId: string): string {
    const externalId = this.target.resources.User.get(targetId)?.['externalId'];
    return typeof externalId === 'string' ? externalId : 'nobody';
  }

  /** Source id of the manager that the target shows for a person. */
  managerOf(id: string): string | undefined {
    const extension = this.userOf(id)?.['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'];
    const manager = (extension as Record<string, { value: string } | undefined> | undefined)?.['manager'];
    if (manager === undefined) return undefined;
    return this.#sourceIdOf(manager.value);
  }
}

/** A world with an empty store, closed when the test ends. */
export async function buildWorld(variation: JobVariation = {}): Promise<World> {
  const store = await openStore('sqlite::memory:');
  onTestFinished(() => store.close());
  return new World(store, variation);
}
