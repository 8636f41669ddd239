// Every fault of a target at every kind of write, over real connections: nothing is done twice, no change is lost, and the
// result says what is known.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EngineIo } from '../../src/engine/context.ts';
import { JobFault } from '../../src/model/errors.ts';
import type { FaultRule } from '../../src/sandbox/target/faults.ts';
import { type SandboxTarget, startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { clientOf } from '../support/endpoint-client.ts';
import { DAY } from '../support/fake-clock.ts';
import { buildWorld, type World } from '../support/world.ts';

/** How many seconds of silence are too many; a sound answer takes milliseconds. Only silence waits for it: it is short then. */
const TIMEOUT_SECONDS = { usual: 10, silence: 1 } as const;
const QUIET_DAYS = 4;

interface Write {
  readonly match: NonNullable<FaultRule['match']>;
  readonly cause: (world: World) => void;
  /** Whether the target shows it. */
  readonly isDone: (endpoint: SandboxTarget) => boolean;
  readonly count: 'created' | 'updated' | 'disabled' | 'deleted';
}

const accounts = (endpoint: SandboxTarget, id: string) => endpoint.users().filter((each) => each['externalId'] === id);
const PERSON = { path: '^/Users/' };

const WRITES: Readonly<Record<string, Write>> = {
  creation: {
    match: { method: 'POST', path: '^/Users' },
    cause({ directory }) {
      directory.addUser('new');
      directory.assign('new');
    },
    isDone: (endpoint) => accounts(endpoint, 'new').length === 1,
    count: 'created',
  },
  change: {
    match: { method: 'PATCH', ...PERSON },
    cause: ({ directory }) => directory.setUser('p0001', { displayName: 'New' }),
    isDone: (endpoint) => accounts(endpoint, 'p0001')[0]?.['displayName'] === 'New',
    count: 'updated',
  },
  disabling: {
    match: { method: 'PATCH', ...PERSON },
    cause: ({ directory }) => directory.unassign('p0001'),
    isDone: (endpoint) => accounts(endpoint, 'p0001')[0]?.['active'] === false,
    count: 'disabled',
  },
  deletion: {
    match: { method: 'DELETE', ...PERSON },
    cause: ({ directory }) => directory.hardDelete('p0001'),
    isDone: (endpoint) => accounts(endpoint, 'p0001').length === 0,
    count: 'deleted',
  },
  membership: {
    match: { method: 'PATCH', path: '^/Groups/' },
    cause: ({ directory }) => directory.addMember('g', 'p0003'),
    isDone: (endpoint) => JSON.stringify(endpoint.groups()).includes(accounts(endpoint, 'p0003')[0]?.['id'] as string),
    count: 'updated',
  },
};

/** In the same cycle, in a later one, or after a fault of the job. */
type Outcome = 'now' | 'later' | 'job';

interface Fault {
  readonly action: FaultRule['action'];
  /** When the write is known to be done. */
  readonly outcome: Outcome;
  /** Where that differs. */
  readonly creation?: Outcome;
  readonly deletion?: Outcome;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  '429 with seconds': { action: { status: 429, headers: { 'retry-after': '7' } }, outcome: 'now' },
  '429 with a date': {
    action: { status: 429, headers: { 'retry-after': 'Mon, 02 Mar 2026 09:00:00 GMT' } },
    outcome: 'now',
  },
  '429 with nothing': { action: { status: 429 }, outcome: 'now' },
  '429 for an hour': { action: { status: 429, headers: { 'retry-after': '3600' } }, outcome: 'later' },
  '503 that asks to wait': { action: { status: 503, headers: { 'retry-after': '7' } }, outcome: 'now' },
  '500, carried out': { action: { status: 500, applyThenFail: true }, outcome: 'later', creation: 'now' },
  '500, not carried out': { action: { status: 500 }, outcome: 'later' },
  'reset before': { action: { reset: true }, outcome: 'later' },
  'reset after': { action: { reset: true, applyThenFail: true }, outcome: 'later', creation: 'now' },
  'no answer': { action: { hang: true }, outcome: 'later' },
  // 204 has no body.
  'an answer in single bytes': { action: { drip: true }, outcome: 'later', creation: 'now', deletion: 'now' },
  'half an answer': { action: { truncate: true }, outcome: 'later', creation: 'now' },
  'a success without an id': { action: { omitId: true }, outcome: 'now' },
  '409 with scimType': { action: { status: 409, body: { status: '409', scimType: 'uniqueness' } }, outcome: 'later' },
  '409 without scimType': { action: { status: 409, body: { status: '409' } }, outcome: 'later' },
  // Where a version is known it is read again, and the change sent once more.
  '412': { action: { status: 412 }, outcome: 'now', creation: 'later', deletion: 'later' },
  '404': { action: { status: 404 }, outcome: 'later', creation: 'job' },
  'a web page with 200': { action: { html: true, status: 200 }, outcome: 'job' },
  'a web page with 502': { action: { html: true, status: 502 }, outcome: 'later' },
};

interface Start {
  readonly world: World;
  readonly endpoint: SandboxTarget;
  readonly run: () => ReturnType<World['run']>;
}

const isSilent = ({ action }: Fault): boolean => action.hang === true || action.drip === true;

async function start(fault: Fault): Promise<Start> {
  const endpoint = await startScimTarget({ kind: 'rfc7644' });
  onTestFinished(() => endpoint.close());
  const world = await buildWorld();
  world.people(4);
  world.directory.addGroup('g', ['p0002']);
  world.directory.assign('g');
  /** A client a cycle, as a program has one. */
  const target = (): Partial<EngineIo> => ({
    target: clientOf(endpoint, world, isSilent(fault) ? TIMEOUT_SECONDS.silence : TIMEOUT_SECONDS.usual),
  });
  const run = () => world.run({}, target());
  await run();
  return { world, endpoint, run };
}

/** What the cycle says: done, failed, or a fault of the job. */
async function outcomeOf({ world, run }: Start, write: Write): Promise<Outcome> {
  try {
    const { counts } = await run();
    const done = counts[write.count] + (write.count === 'created' ? counts.adopted : 0);
    expect(done + counts.failed, 'the write is reported once').toBe(1);
    expect(counts.escrowed).toBe(counts.failed);
    expect(Object.keys(await world.escrows())).toHaveLength(counts.failed);
    return done === 1 ? 'now' : 'later';
  } catch (error) {
    if (error instanceof JobFault) return 'job';
    throw error;
  }
}

describe.each(Object.entries(WRITES))('a %s', (kind, write) => {
  // spec: job-faults
  it.each(Object.entries(FAULTS))('answered with %s: once, and not lost', async (_name, fault) => {
    const started = await start(fault);
    const { world, endpoint, run } = started;
    endpoint.faults.add({ match: write.match, times: 1, action: fault.action });
    endpoint.log.clear();
    write.cause(world);
    const outcome = await outcomeOf(started, write);
    if (outcome === 'now') expect(write.isDone(endpoint), 'what is reported is true').toBe(true);
    expect(outcome).toBe(fault[kind as 'creation' | 'deletion'] ?? fault.outcome);

    for (let day = 0; day < QUIET_DAYS; day += 1) {
      world.clock.advance(DAY);
      await run();
    }
    expect(write.isDone(endpoint)).toBe(true);
    // A deletion whose answer was lost is asked for again, and there is nothing left to delete.
    const made = endpoint.log.all().filter((each) => each.method !== 'GET' && each.performed && each.status !== 404);
    expect(made.length, 'writes that were carried out').toBe(1);
    expect(await world.escrows()).toEqual({});
    const before = endpoint.log.totals().requests;
    await run();
    expect(endpoint.log.totals().requests, 'requests at rest').toBe(before);
    expect(endpoint.users().length).toBe(kind === 'creation' ? 5 : kind === 'deletion' ? 3 : 4);
  });
});
