// Work of one moment shares a transaction of the store; the counts of commits are those of the store itself.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CycleContext } from '../../src/engine/context.ts';
import { settlingTogether } from '../../src/engine/settle-together.ts';
import { openStore } from '../../src/store/database.ts';
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

describe('work that is settled together', () => {
  it('of one moment shares a transaction, in its order, and everybody gets their own result', async () => {
    const { transaction, context } = await aCycle();
    const order: number[] = [];
    const work = (number: number) =>
      settlingTogether(context, async () => {
        order.push(number);
        return number * 2;
      });
    expect(await Promise.all([work(1), work(2), work(3)])).toEqual([2, 4, 6]);
    expect(order).toEqual([1, 2, 3]);
    expect(transaction).toHaveBeenCalledTimes(1);
    expect(await work(4)).toBe(8);
    expect(transaction).toHaveBeenCalledTimes(2);
  });

  it('fails together and leaves nothing, and what comes later does not fail', async () => {
    const { context, status } = await aCycle();
    const before = await status();
    const cause = new Error('this one cannot be done');
    const both = [
      settlingTogether(context, (trx) => updateJob(trx, 'job', { status: 'Paused' })),
      settlingTogether(context, () => Promise.reject(cause)),
    ];
    for (const each of await Promise.allSettled(both)) expect(each).toEqual({ status: 'rejected', reason: cause });
    expect(await status()).toBe(before);
    expect(await settlingTogether(context, () => Promise.resolve(3))).toBe(3);
  });

  it('writes nothing once another process works on the job', async () => {
    const { store, context } = await aCycle();
    const late = settlingTogether(context, (trx) => updateJob(trx, 'job', { status: 'Paused' }));
    await fenceOff(store.db, 'job');
    await expect(late).rejects.toMatchObject({ code: 'LeaseLost' });
  });
});
