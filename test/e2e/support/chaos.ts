// Random edits of a directory, random faults of both sides, and the program killed at random moments, again and again. Now
// and then everything is left in peace: then the target has to show the directory and nothing else, and what every write
// did on the way is accounted for.
import { expect } from 'vitest';
import { makeRandom, type Random } from '../../../src/sandbox/entra/random.ts';
import type { ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { type SandboxTarget, startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { drawFaults, SHORT_LIST } from './chaos-faults.ts';
import { type Difference, differencesBetween } from './chaos-writes.ts';
import { runCli, startCli } from './child-processes.ts';
import { expectedOf, expectInStep } from './expected.ts';
import { text } from './http-json.ts';
import { endpointClient } from './in-process-target.ts';
import { type KillingProxy, startKillingProxy } from './killing-proxy.ts';
import { scimRequestsOfNextCycle } from './quiet-cycle.ts';
import { type Cast, edit } from './random-edit.ts';
import { expectExit } from './sync-run.ts';
import type { TenantClient } from './tenant-client.ts';
import { until } from './until.ts';
import { makeWitness, type Seen, shown, type Witness } from './witness.ts';
import { editJob, part, startWorld, type World } from './world.ts';

const EDITS_AT_ONCE = 6;
const MOST_KILLS_BEFORE_REST = 6;
const MOST_RUNS_TO_REST = 6;
const PRELOAD = new URL('kill-at-commit.mjs', import.meta.url).pathname;

/** What was run. */
export interface ChaosResult {
  readonly seed: number;
  readonly kills: Record<'request' | 'commit' | 'moment', number>;
  /** Runs that ended before the moment at which they would have been killed. */
  readonly escaped: number;
  readonly rests: number;
  /** Runs of the program, those that were killed included. */
  readonly cycles: number;
  readonly edits: number;
  readonly faults: Record<string, number>;
  readonly writes: number;
  /** Writes that changed nothing: repeated after a kill or a fault, or refused. */
  readonly idleWrites: number;
  /** What had to be different, between rests in which the directory stood still. */
  readonly differences: number;
  /** Writes that made a difference, in the same time. */
  readonly writesForThem: number;
  /** Objects made twice, people disabled or deleted whom the directory did not let go, accounts of somebody else touched. */
  readonly wrong: number;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

interface Chaos {
  readonly random: Random;
  readonly world: World;
  readonly endpoint: SandboxTarget;
  readonly proxy: KillingProxy;
  readonly witness: Witness;
  readonly directory: DirectoryState;
  readonly cast: Cast;
  readonly result: Mutable<ChaosResult>;
  readonly history: string[];
}

/** Who was entitled, and who existed, all the time since the last rest. */
class DirectoryState {
  entitled = new Set<string>();
  existing = new Set<string>();

  async begin(tenant: TenantClient): Promise<void> {
    [this.entitled, this.existing] = await now(tenant);
  }

  async look(tenant: TenantClient): Promise<void> {
    const [entitled, existing] = await now(tenant);
    this.entitled = new Set([...this.entitled].filter((id) => entitled.has(id)));
    this.existing = new Set([...this.existing].filter((id) => existing.has(id)));
  }
}

async function now(tenant: TenantClient): Promise<[Set<string>, Set<string>]> {
  const { people } = await expectedOf(tenant);
  const rows = [
    ...(await tenant.rows('/users?$select=id&$top=999')),
    ...(await tenant.rows('/directory/deletedItems/microsoft.graph.user?$select=id&$top=999')),
  ];
  return [new Set(people.keys()), new Set(rows.map((row) => text(row, 'id')))];
}

/** Kills the program as often as asked. Fails with the history when something is not as it must be. */
export async function runChaos(crashes: number, seed: number, progress: (text: string) => void): Promise<ChaosResult> {
  const endpoint = await startScimTarget({ kind: 'rfc7644' });
  const directory = new DirectoryState();
  const witness = makeWitness(endpoint, {
    mayDisable: (id) => !directory.entitled.has(id),
    mayDelete: (id) => !directory.existing.has(id),
  });
  const { origin, pathname } = new URL(endpoint.url);
  try {
    await using proxy = await startKillingProxy(origin, pathname, witness.watch);
    await using world = await startWorld({
      users: 20,
      groups: 5,
      seed,
      endpoint: { url: proxy.url, token: endpoint.token },
    });
    const chaos = await begin({ endpoint, directory, witness, proxy, world, seed });
    const foreign = seedForeigners(endpoint);
    while (killsOf(chaos) < crashes) {
      await disturbedTime(chaos, crashes);
      expect(foreign(), 'accounts of somebody else').toBe(true);
      progress(`${killsOf(chaos)} kills, ${chaos.result.rests} rests, ${chaos.result.writes} writes`);
    }
    return chaos.result;
  } finally {
    await endpoint.close();
  }
}

const killsOf = ({ result }: Chaos): number => result.kills.request + result.kills.commit + result.kills.moment;

async function begin(
  parts: Pick<Chaos, 'endpoint' | 'directory' | 'witness' | 'proxy' | 'world'> & { readonly seed: number },
): Promise<Chaos> {
  const { world, seed } = parts;
  const never = { count: 100_000, percent: 100, from: 100_000 };
  const classes = ['leavers', 'scopeLosses', 'groupDeletes', 'memberships', 'creates', 'identity'];
  await editJob(world.directory, 'scim', (job) => {
    job['guards'] = Object.fromEntries(classes.map((name) => [name, never]));
    part(job, 'target')['timeoutSeconds'] = 20;
  });
  const random = makeRandom(seed * 7919);
  const { tenant } = world;
  const people = (await tenant.rows('/users?$select=id&$top=999')).map((each) => text(each, 'id'));
  const groups = (await tenant.rows('/groups?$select=id&$top=999')).map((each) => text(each, 'id'));
  await parts.directory.begin(tenant);
  return {
    ...parts,
    random,
    cast: { random, tenant, people, groups },
    history: [],
    result: {
      seed,
      kills: { request: 0, commit: 0, moment: 0 },
      escaped: 0,
      rests: 0,
      cycles: 0,
      edits: 0,
      faults: {},
      writes: 0,
      idleWrites: 0,
      differences: 0,
      writesForThem: 0,
      wrong: 0,
    },
  };
}

/** Accounts that nobody in the directory owns; the function that is returned says whether they are as they were. */
function seedForeigners(endpoint: SandboxTarget): () => boolean {
  const names = ['root', 'break-glass', 'robot'];
  endpoint.seed(names.map((userName) => ({ userName, displayName: userName, active: true })));
  const theirs = (): string =>
    endpoint
      .users()
      .filter((each) => names.includes(text(each, 'userName')))
      .map(shown)
      .join('\n');
  const before = theirs();
  return () => theirs() === before;
}

/** Edits, then kills with faults, sometimes with more edits in between, then a rest. */
async function disturbedTime(chaos: Chaos, crashes: number): Promise<void> {
  const { random, endpoint } = chaos;
  chaos.history.length = 0;
  const before = stateOf(endpoint);
  await editSome(chaos);
  const kills = Math.min(1 + random.below(MOST_KILLS_BEFORE_REST), crashes - killsOf(chaos));
  const stands = random.chance(0.5);
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      if (!stands && kill > 0 && random.chance(0.5)) await editSome(chaos);
      await inject(chaos);
      await killSomewhere(chaos);
      await until('the target has answered what it was asked', () => (chaos.proxy.passing() === 0 ? true : undefined));
    }
    await rest(chaos);
    account(chaos, chaos.witness.take(), stands ? differencesBetween(before, stateOf(endpoint), kills) : undefined);
  } catch (error) {
    throw new Error(`seed ${chaos.result.seed}, rest ${chaos.result.rests}: ${chaos.history.join(' ')}`, {
      cause: error,
    });
  }
  chaos.result.rests += 1;
  await chaos.directory.begin(chaos.world.tenant);
}

async function editSome(chaos: Chaos): Promise<void> {
  for (let each = 0; each < EDITS_AT_ONCE; each += 1) {
    const made = await edit(chaos.cast);
    chaos.history.push(made);
    if (!made.startsWith('(')) chaos.result.edits += 1;
    await chaos.directory.look(chaos.world.tenant);
  }
}

async function inject(chaos: Chaos): Promise<void> {
  const { random, world, endpoint, result, history } = chaos;
  await clearFaults(chaos);
  for (const fault of drawFaults(random)) {
    // A list that is short twice is believed, and no guard is on here.
    if (fault.name === SHORT_LIST && history.includes(`!${SHORT_LIST}`)) continue;
    history.push(`!${fault.name}`);
    result.faults[fault.name] = (result.faults[fault.name] ?? 0) + 1;
    if (fault.side === 'target') endpoint.faults.add(fault.rule);
    else if (fault.side === 'graph') await world.tenant.admin('POST', '/faults', fault.rule);
    else await world.tenant.admin('POST', '/expire-delta');
  }
}

async function clearFaults({ world, endpoint }: Chaos): Promise<void> {
  endpoint.faults.clear();
  await world.tenant.admin('DELETE', '/faults');
}

/** Runs the program and kills it: at a request of the target, at a commit of the store, or whenever. */
async function killSomewhere(chaos: Chaos): Promise<void> {
  const { random, proxy, world, result, history } = chaos;
  const how = random.pick(['request', 'request', 'commit', 'commit', 'moment'] as const);
  const moment = random.chance(0.5) ? 'before' : 'after';
  const number = 1 + random.below(how === 'request' ? 8 : 25);
  const args = ['--sync-now', '--config', world.directory, '--json', '--log-level', 'error'];
  history.push(`[${how} ${moment} ${number}]`);
  await using program = startCli(
    args,
    how === 'commit'
      ? { nodeOptions: ['--import', PRELOAD], environment: { KILL_AT_COMMIT: String(number), KILL_MOMENT: moment } }
      : {},
  );
  const kill = (): void => program.kill('SIGKILL');
  if (how === 'request') void proxy.arm({ request: number, moment }, kill);
  const timer = how === 'moment' ? setTimeout(kill, 200 + random.below(1500)) : undefined;
  const ended = await program.ended;
  result.cycles += 1;
  clearTimeout(timer);
  proxy.disarm();
  if (ended.signal === 'SIGKILL') result.kills[how] += 1;
  else {
    result.escaped += 1;
    history.push(`(ended with ${ended.exitCode})`);
  }
}

/** No faults any more: the next run that ends well leaves everything in step, and the one after it has nothing to do. */
async function rest(chaos: Chaos): Promise<void> {
  const { world, endpoint, history, result } = chaos;
  await clearFaults(chaos);
  for (let run = 1; ; run += 1) {
    const ended = await world.syncHere();
    result.cycles += 1;
    history.push(`rest ${ended.exitCode}`);
    if (ended.exitCode === 0) break;
    expect(run, 'runs without coming to rest').toBeLessThan(MOST_RUNS_TO_REST);
    // What a fault refused is tried again in hours, or waits in quarantine; an administrator who put it right need not.
    expect([2, 3], `${ended.stdout}${ended.stderr}`).toContain(ended.exitCode);
    const scopes = ['--reset-scope', 'QuarantineState,Escrows'];
    expectExit(await runCli(['restart', '--job', 'scim', '--config', world.directory, ...scopes]), 0);
  }
  await expectInStep(withoutForeigners(endpoint), world.tenant);
  expect(await scimRequestsOfNextCycle(world.directory), 'requests at rest').toBe(0);
  result.cycles += 1;
}

function withoutForeigners(endpoint: SandboxTarget) {
  const client = endpointClient(endpoint);
  return { ...client, users: async () => (await client.users()).filter((each) => text(each, 'externalId') !== '') };
}

function account({ result }: Chaos, seen: Seen, difference: Difference | undefined): void {
  expect(seen.wrong, 'what must never happen').toEqual([]);
  result.wrong += seen.wrong.length;
  result.writes += seen.writes;
  result.idleWrites += seen.idle;
  if (difference === undefined) return;
  const made = seen.writes - seen.idle;
  const accounts = () => `\nwrites:\n${seen.notes.join('\n')}\ndifferences:\n${difference.notes.join('\n')}`;
  expect(made, `as many writes as differences${accounts()}`).toBeGreaterThanOrEqual(difference.least);
  expect(made, `no more writes than differences${accounts()}`).toBeLessThanOrEqual(difference.most);
  result.differences += difference.least;
  result.writesForThem += made;
}

/** Everything that the target holds, by id. */
function stateOf(endpoint: SandboxTarget): ReadonlyMap<string, ScimJson> {
  return new Map([...endpoint.users(), ...endpoint.groups()].map((each) => [text(each, 'id'), structuredClone(each)]));
}
