// Everything that makes the program wait: addresses where nobody answers, and servers that ask to come back later. The
// tests of this file run beside one another, each with a sandbox of its own.
import { describe, expect, it } from 'vitest';
import { createdTwice } from './support/crash.ts';
import { expectInStep } from './support/expected.ts';
import { expectExit } from './support/sync-run.ts';
import { editJob, editSource, part, startWorld } from './support/world.ts';

describe.concurrent('nobody at the address', () => {
  it('of the target: TargetUnreachable (exit 4)', async () => {
    await using world = await startWorld();
    await editJob(world.directory, 'scim', (job) => {
      part(job, 'target')['baseUrl'] = 'http://127.0.0.1:9/scim/v2';
    });
    const run = await world.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('TargetUnreachable');
    expect(await world.target().requests()).toEqual([]);
  });

  it('of Microsoft Graph: SourceUnreachable (exit 4)', async () => {
    await using world = await startWorld();
    await editSource(world.directory, (source) => {
      source['graphBaseUrl'] = 'https://127.0.0.1:9';
    });
    const run = await world.sync();
    expectExit(run, 4);
    expect(run.job().error?.code).toBe('SourceUnreachable');
    expect(await world.target().requests()).toEqual([]);
  });
});

describe.concurrent('a source that stumbles is asked again', () => {
  it.each<[string, object]>([
    [
      '429 with Retry-After',
      { match: { every: 3 }, times: 2, action: { status: 429, headers: { 'Retry-After': '1' } } },
    ],
    ['503', { match: { every: 4 }, times: 2, action: { status: 503 } }],
    ['a cut answer', { match: { every: 4 }, times: 2, action: { truncate: true } }],
    ['a broken connection', { match: { every: 5 }, times: 2, action: { reset: true } }],
  ])('%s', async (_, fault) => {
    await using world = await startWorld();
    await world.tenant.admin('POST', '/faults', fault);
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().requests.graph).toBe((await world.tenant.graphRequests()).length);
    const booked = (await world.tenant.admin('GET', '/faults')) as readonly { readonly hits: number }[];
    expect(booked.map(({ hits }) => hits)).toEqual([2]);
    await expectInStep(world.target(), world.tenant);
  });
});

describe.concurrent('429 from the target', () => {
  it('with Retry-After is waited for; every try is counted', async () => {
    await using world = await startWorld();
    await world
      .target()
      .addFaults({ match: { every: 4 }, times: 4, action: { status: 429, headers: { 'retry-after': '1' } } });
    const run = await world.sync();
    expectExit(run, 0);
    const log = await world.target().requests();
    expect(log.filter(({ status }) => status === 429)).toHaveLength(4);
    expect(run.job().requests.scim).toBe(log.length);
    await expectInStep(world.target(), world.tenant);
  });

  it('with an hour to wait ends the work of this cycle (exit 2); the next one does the rest', async () => {
    await using world = await startWorld();
    await world.target().addFaults({
      match: { method: 'POST', nth: 5 },
      action: { status: 429, headers: { 'retry-after': '3600' } },
    });
    const run = await world.sync();
    expectExit(run, 2);
    expect(run.job().counts.failed).toBeGreaterThan(0);
    const next = await world.sync();
    expectExit(next, 0);
    await expectInStep(world.target(), world.tenant);
    expect(await createdTwice(world.target())).toEqual([]);
  });
});
