// Work of one moment shares a transaction of the store; the counts of commits are those of the store itself.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CycleContext } from '../../src/engine/context.ts';
import { SettledTogether } from '../../src/engine/settle-together.ts';
import { openStore, type Store } from '../../src/store/database.ts';
import { acquireLease, ensureJob, fenceOff, updateJob } from '../../src/store/jobs.ts';
import { FakeClock } from '../support/fake-clock.ts';

async function aCycle() {
  const store = await openStore('sqlite::memory:');
  onTestFinished(() => store.close());
  const clock = new FakeClock();
  await ensureJob(store.db, 'job');
  const lease = await acquireLease(store.db, 'job', 'me', clock.now().getTime(), () => false);
  const transaction = vi.spyOn(store, 'transaction');
  const context = { counts: {}, lease, io: { store, clock } } as unknown as CycleContext;
  const status = async () => (await store.db.selectFrom('job').select('status').executeTakeFirstOrThrow()).status;
  return { store, transaction, context, status };
}

type Trx = Parameters<Parameters<Store['transaction']>[0]>[0];

const pauseAll = async (trx: Trx, jobs: readonly string[]) => {
  for (const id of jobs) await updateJob(trx, id, { status: 'Paused' });
  return jobs.map((id) => `${id} paused`);
};
const pausing = () => new SettledTogether<string, string>((trx, _context, jobs) => pauseAll(trx, jobs));

describe('work that is settled together', () => {
  it('of one moment shares a transaction, in its order, and everybody gets their own result', async () => {
    const { transaction, context } = await aCycle();
    const given: (readonly number[])[] = [];
    const doubled = new SettledTogether<number, number>((_trx, _context, numbers) => {
      given.push(numbers);
      return Promise.resolve(numbers.map((number) => number * 2));
    });
    const all = await Promise.all([1, 2, 3].map((number) => doubled.settle(context, number)));
    expect(all).toEqual([2, 4, 6]);
    expect(given).toEqual([[1, 2, 3]]);
    expect(transaction).toHaveBeenCalledTimes(1);
    expect(await doubled.settle(context, 4)).toBe(8);
    expect(transaction).toHaveBeenCalledTimes(2);
  });

  it('of two kinds is not mixed up', async () => {
    const { context, status } = await aCycle();
    const lengths = new SettledTogether<string, number>((_trx, _context, texts) =>
      Promise.resolve(texts.map((text) => text.length)),
    );
    const both = [pausing().settle(context, 'job'), lengths.settle(context, 'four')];
    expect(await Promise.all(both)).toEqual(['job paused', 4]);
    expect(await status()).toBe('Paused');
  });

  it('fails together and leaves nothing, and what comes later does not fail', async () => {
    const { context, status } = await aCycle();
    const before = await status();
    const cause = new Error('this one cannot be done');
    const failing = new SettledTogether<string, string>(async (trx, _context, jobs) => {
      const paused = await pauseAll(trx, jobs.slice(0, 1));
      if (jobs.length > 1) throw cause;
      return paused;
    });
    const both = ['job', 'job'].map((id) => failing.settle(context, id));
    for (const each of await Promise.allSettled(both)) expect(each).toEqual({ status: 'rejected', reason: cause });
    expect(await status()).toBe(before);
    expect(await failing.settle(context, 'job')).toBe('job paused');
  });

  it('answers nobody when there is not a result for each', async () => {
    const { context } = await aCycle();
    const silent = new SettledTogether(() => Promise.resolve([]));
    await expect(silent.settle(context, 1)).rejects.toThrow('a result for each');
  });

  it('writes nothing once another process works on the job', async () => {
    const { store, context } = await aCycle();
    const late = pausing().settle(context, 'job');
    await fenceOff(store.db, 'job');
    await expect(late).rejects.toMatchObject({ code: 'LeaseLost' });
  });
});
