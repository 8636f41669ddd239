// Bulk requests against a service on this machine, that keeps accounts and has every habit of real ones.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { BulkResult } from '../../../src/engine/ports.ts';
import type { BulkSettings } from '../../../src/model/bulk.ts';
import { type TargetProfile, targetProfileSchema } from '../../../src/model/profile.ts';
import { type BulkWrite, bulkReference } from '../../../src/scim/bulk.ts';
import { type Capabilities, NO_DISCOVERY } from '../../../src/scim/capabilities.ts';
import { addMembers } from '../../../src/scim/patch.ts';
import { resourceId } from '../../../src/scim/resource.ts';
import { type Adaptation, bulkNotice } from '../../../src/target/adaptation.ts';
import type { ScimTargetOptions } from '../../../src/target/scim-target.ts';
import { serving } from './loopback.ts';
import { aTarget } from './target-setup.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string;
  readonly data?: { readonly userName?: string; readonly [name: string]: unknown };
}

type Answered = Record<string, unknown>;

/** What a service does differently. */
interface Habits {
  /** A bulk request is answered so before anything is carried out; numbered from 1. */
  readonly refuses?: (
    request: number,
    operations: readonly Operation[],
  ) => [number, Record<string, string>?] | undefined;
  /** The connection ends when so many operations were carried out. */
  readonly breaksAfter?: (request: number) => number | undefined;
  /** The status of an operation that is refused. */
  readonly status?: (operation: Operation) => number | undefined;
  /** An attribute whose change is answered with success and not made. */
  readonly ignores?: string;
  /** Members are added to those that are there; otherwise they take their place. */
  readonly addsMembers?: boolean;
  /** The form of the answers. */
  readonly shape?: (answers: Answered[]) => unknown;
  /** The whole body. */
  readonly body?: (request: number) => string | undefined;
}

/** A service with accounts; POST of one that exists is 409. */
async function service(habits: Habits = {}) {
  const users = new Map<string, Record<string, unknown>>();
  const bulks: Operation[][] = [];
  const carryOut = ({
    method,
    path,
    data,
  }: Omit<Operation, 'bulkId'>): { status: number; id?: string; body?: object } => {
    const id = decodeURIComponent(path.split('/')[2] ?? '');
    if (method === 'POST') {
      const taken = [...users.values()].some((each) => each['userName'] === data?.userName);
      if (taken) return { status: 409, body: { status: '409', scimType: 'uniqueness', detail: 'taken' } };
      const made = `n${users.size + 1}`;
      users.set(made, { ...data, id: made });
      return { status: 201, id: made };
    }
    if (!users.has(id)) return { status: 404, body: { status: '404', detail: 'not here' } };
    if (method === 'DELETE') users.delete(id);
    if (method === 'PUT') users.set(id, { ...data, id });
    if (method === 'PATCH') {
      const changes = (data?.['Operations'] ?? []) as { path: string; value: unknown }[];
      for (const { path: name, value } of changes) {
        const held = users.get(id)?.[name];
        const isAdded = name === 'members' && habits.addsMembers === true;
        const kept = isAdded && Array.isArray(held) && Array.isArray(value) ? [...(held as unknown[])] : [];
        const given = kept.length === 0 ? value : [...kept, ...(value as unknown[])];
        if (habits.ignores !== name) users.set(id, { ...users.get(id), [name]: given });
      }
    }
    return { status: method === 'DELETE' ? 204 : 200, id, ...(method === 'GET' ? { body: users.get(id) ?? {} } : {}) };
  };
  const reply = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/scim+json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const bulk = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const operations = (JSON.parse(text) as { Operations: Operation[] }).Operations;
    bulks.push(operations);
    const refusal = habits.refuses?.(bulks.length, operations);
    if (refusal !== undefined) {
      reply(response, refusal[0], { detail: 'no bulk' }, refusal[1]);
      return;
    }
    const ids = new Map<string, string>();
    const answers: Answered[] = [];
    for (const operation of operations) {
      if (answers.length === habits.breaksAfter?.(bulks.length)) {
        request.socket.destroy();
        return;
      }
      const { method, bulkId, path } = operation;
      const named = JSON.stringify(operation.data ?? {}).replaceAll(
        /bulkId:([^"]+)/g,
        (_, name: string) => ids.get(name) ?? '',
      );
      const status = habits.status?.(operation);
      const done =
        status === undefined
          ? carryOut({ method, path, data: JSON.parse(named) as Record<string, unknown> })
          : { status, body: { detail: 'refused' } };
      if (method === 'POST' && done.id !== undefined) ids.set(bulkId, done.id);
      const location = done.id === undefined ? {} : { location: `/${path.split('/')[1]}/${done.id}` };
      answers.push({ method, bulkId, ...location, status: String(done.status), response: done.body });
    }
    reply(response, 200, habits.body?.(bulks.length) ?? { Operations: habits.shape?.(answers) ?? answers });
  };
  const server = await serving((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.url === '/Bulk') {
        bulk(request, response, text);
        return;
      }
      const done = carryOut({
        method: request.method ?? '',
        path: request.url ?? '',
        data: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      });
      reply(response, done.status, done.body ?? users.get(done.id ?? '') ?? {});
    });
  });
  return { ...server, users, bulks };
}

const SETTINGS: BulkSettings = { maxOperations: 100, countsAs: 'request' };

function client(baseUrl: string, bulk: BulkSettings = SETTINGS, more: Partial<ScimTargetOptions> = {}) {
  const { profile, clock: _clock, connection: _connection, ...options } = more;
  const { target, signal, clock } = aTarget({
    baseUrl,
    bulk,
    ...options,
    ...(profile === undefined ? {} : { profile }),
  });
  if (target.bulk === undefined) throw new Error('the client sends no bulk requests');
  const sender = target.bulk;
  return { target, clock, sender, send: (writes: readonly BulkWrite[]) => sender.send(writes, signal) };
}

const profileOf = (changes: Partial<TargetProfile>) => targetProfileSchema.parse(changes);

const person = (name: string, more: Record<string, string> = {}): BulkWrite => ({
  type: 'create',
  kind: 'User',
  bulkId: `b-${name}`,
  resource: { userName: name, ...more },
});
const people = (count: number): BulkWrite[] => Array.from({ length: count }, (_, index) => person(`p${index}`));
const change = (id: string): BulkWrite => ({
  type: 'patch',
  kind: 'User',
  id,
  bulkId: `c-${id}`,
  operations: [{ op: 'replace', path: 'title', value: 'x' }],
});
const removal = (id: string): BulkWrite => ({ type: 'remove', kind: 'User', id, bulkId: `d-${id}` });

/** Each result in a word: what it is, or the code of its fault. */
function words(results: readonly BulkResult[]): string[] {
  return results.map(({ type, result }) => {
    if (!result.ok) return `${result.fault.code}${result.fault.ambiguous === true ? ' perhaps' : ''}`;
    if (typeof result.value === 'string') return result.value;
    return `${type} ${result.value === null ? 'done' : (resourceId(result.value) ?? 'without id')}`;
  });
}

describe('writes of one request', () => {
  const shapes: [string, (answers: Answered[]) => unknown][] = [
    ['status as text', (answers) => answers],
    ['status as a number', (answers) => answers.map((each) => ({ ...each, status: Number(each['status']) }))],
    ['status as a code', (answers) => answers.map((each) => ({ ...each, status: { code: each['status'] } }))],
    ['in reverse', (answers) => answers.toReversed()],
    ['with a stranger', (answers) => [{ bulkId: 'x', status: '500' }, ...answers]],
  ];
  // spec: bulk-answers
  it.each(shapes)('are answered one by one: %s', async (_what, shape) => {
    const { url, users, bulks, requests } = await service({ shape });
    users.set('old', { id: 'old', userName: 'old' });
    const { send, target } = client(url);
    const results = await send([
      person('a'),
      person('old'),
      change('old'),
      change('gone'),
      removal('old'),
      removal('gone'),
    ]);
    expect(words(results)).toEqual(['create n2', 'EntryConflict', 'patch done', 'InvalidAnchor', 'removed', 'absent']);
    expect(bulks).toHaveLength(1);
    expect(requests).toHaveLength(1);
    expect(target.requests.scim).toBe(1);
    expect(bulks[0]?.map(({ method, bulkId }) => `${method} ${bulkId}`)).toEqual([
      'POST b-a',
      'POST b-old',
      'PATCH c-old',
      'PATCH c-gone',
      'DELETE d-old',
      'DELETE d-gone',
    ]);
  });

  it('says what the target said to one of them', async () => {
    const { url, users } = await service();
    users.set('old', { id: 'old', userName: 'old' });
    const [, conflict] = await client(url).send([person('a'), person('old')]);
    expect(conflict?.result).toEqual({
      ok: false,
      fault: {
        code: 'EntryConflict',
        message: 'The target answered 409 (uniqueness) to POST /Users: taken.',
        status: 409,
        scimType: 'uniqueness',
      },
    });
  });

  // spec: bulk-ambiguous
  it('may have been carried out when they are not answered', async () => {
    const { url } = await service({ shape: (answers) => answers.slice(1) });
    expect(words(await client(url).send([person('a'), person('b')]))).toEqual([
      'IncompatibleAnswer perhaps',
      'create n2',
    ]);
  });

  it('may have been carried out when the answer is neither success nor refusal', async () => {
    const { url } = await service({ status: ({ data }) => (data?.userName === 'a' ? 302 : 503) });
    const results = words(await client(url).send(people(1).concat(person('a'))));
    expect(results).toEqual(['InternalServerError perhaps', 'UnprocessableEntity perhaps']);
  });

  it('may have been carried out when their account has no id', async () => {
    const { url } = await service({ shape: (answers) => answers.map((each) => ({ ...each, location: undefined })) });
    expect(words(await client(url).send(people(2)))).toEqual([
      'IncompatibleAnswer perhaps',
      'IncompatibleAnswer perhaps',
    ]);
  });

  it('are sent alone when a form of their own may help, or time', async () => {
    const { url, users, requests } = await service({
      status: ({ method, data }) => (method === 'PATCH' ? 400 : data?.userName === 'a' ? 429 : undefined),
    });
    users.set('old', { id: 'old', userName: 'old' });
    const results = await client(url).send([person('a'), person('b'), change('old')]);
    expect(words(results)).toEqual(['create n3', 'create n2', 'patch old']);
    expect(requests.map(({ line }) => line)).toEqual(['POST /Bulk', 'POST /Users', 'PATCH /Users/old']);
  });

  it('name the type of members where the target wants one', async () => {
    const { url, bulks } = await service();
    const { send } = client(url, SETTINGS, { profile: profileOf({ memberType: 'user' }) });
    const team = (name: string, value: string): BulkWrite => ({
      type: 'create',
      bulkId: name,
      kind: 'Group',
      resource: { displayName: name, members: [{ value }] },
    });
    await send([team('a', 'u1'), team('b', 'u2')]);
    expect(bulks[0]?.map(({ data }) => data?.['members'])).toEqual([
      [{ value: 'u1', type: 'user' }],
      [{ value: 'u2', type: 'user' }],
    ]);
  });

  it('are refused when the target says so of a creation', async () => {
    const { url, requests } = await service({ status: ({ data }) => (data?.userName === 'a' ? 400 : undefined) });
    expect(words(await client(url).send([person('a'), person('b')]))).toEqual(['InvalidValue', 'create n1']);
    expect(requests).toHaveLength(1);
  });

  it('are looked at as single ones are, and climb like them', async () => {
    const { url, users, requests } = await service({ ignores: 'active' });
    users.set('a', { id: 'a', userName: 'a', active: true });
    users.set('b', { id: 'b', userName: 'b', active: true });
    const off = (id: string): BulkWrite => ({
      ...change(id),
      type: 'patch',
      id,
      operations: [{ op: 'replace', path: 'active', value: false }],
    });
    expect(words(await client(url).send([off('a'), off('b')]))).toEqual(['patch a', 'patch b']);
    expect([...users.values()].map(({ active }) => active)).toEqual([false, false]);
    expect(requests.map(({ line }) => line.split(' ')[0])).toContain('PUT');
  });

  it('are sent in the form that was learned, and alone where it takes more than a PATCH', async () => {
    const { url, users, requests, bulks } = await service();
    users.set('a', { id: 'a', userName: 'a' });
    users.set('b', { id: 'b', userName: 'b' });
    const { send } = client(url, SETTINGS, { profile: profileOf({ patch: 'none' }) });
    expect(words(await send([change('a'), change('b'), removal('a'), person('c')]))).toHaveLength(4);
    expect(bulks.map((each) => each.map(({ method }) => method))).toEqual([['DELETE', 'POST']]);
    expect(requests.filter(({ line }) => line.startsWith('PUT'))).toHaveLength(2);
  });

  it('go alone while elements that they add may take others with them', async () => {
    const { url, users, requests } = await service();
    users.set('a', { id: 'a', userName: 'a' });
    const adding: BulkWrite = {
      ...change('a'),
      type: 'patch',
      id: 'a',
      operations: [{ op: 'add', path: 'emails', value: [{ type: 'home', value: 'a@b' }] }],
    };
    expect(words(await client(url).send([adding, person('b'), person('c')]))).toEqual([
      'patch a',
      'create n2',
      'create n3',
    ]);
    expect(requests.map(({ line }) => line)).toEqual(['GET /Users/a', 'PATCH /Users/a', 'POST /Bulk']);
  });

  // spec: additions-are-looked-at
  it.each([true, false])(
    'cost no group its members, and one is enough to see that (they stay: %s)',
    async (addsMembers) => {
      const { url, users, requests, bulks } = await service({ addsMembers });
      const names = ['g1', 'g2', 'g3', 'g4'];
      for (const id of names) users.set(id, { id, displayName: id, members: [{ value: 'a' }, { value: id }] });
      const adding = names.map(
        (id): BulkWrite => ({ type: 'patch', kind: 'Group', id, bulkId: `c-${id}`, operations: addMembers(['n']) }),
      );
      expect(words(await client(url).send(adding))).toHaveLength(4);
      for (const id of names)
        expect(new Set(users.get(id)?.['members'] as object[])).toEqual(
          new Set(['a', id, 'n'].map((value) => ({ value }))),
        );
      expect(bulks.map((each) => each.length)).toEqual(addsMembers ? [3] : []);
      expect(requests.filter(({ line }) => line.startsWith('PATCH'))).toHaveLength(1);
    },
  );

  it('are refused for good where nothing else is to be tried', async () => {
    const { url, users, requests } = await service({ status: ({ method }) => (method === 'PATCH' ? 400 : undefined) });
    users.set('old', { id: 'old', userName: 'old' });
    const { send } = client(url, SETTINGS, { ladders: false });
    expect(words(await send([person('a'), change('old')]))).toEqual(['create n2', 'InvalidValue']);
    expect(requests).toHaveLength(1);
  });

  it('are a usual request when there is only one', async () => {
    const { url, requests } = await service();
    expect(words(await client(url).send([person('a')]))).toEqual(['create n1']);
    expect(requests.map(({ line }) => line)).toEqual(['POST /Users']);
  });
});

describe('references', () => {
  const report = (name: string, manager: string) => person(name, { manager: bulkReference(`b-${manager}`) });
  const group: BulkWrite = {
    type: 'create',
    kind: 'Group',
    bulkId: 'g',
    resource: { displayName: 'Staff', members: [{ value: bulkReference('b-a') }, { value: bulkReference('b-b') }] },
  };

  it('to the same request go by name, to an earlier one by id', async () => {
    const { url, bulks, users } = await service();
    const { send } = client(url, { ...SETTINGS, maxOperations: 2 });
    expect(words(await send([person('a'), report('b', 'a'), report('c', 'a'), group]))).toEqual([
      'create n1',
      'create n2',
      'create n3',
      'create n4',
    ]);
    expect(bulks.map((each) => each.map(({ data }) => data?.['manager'] ?? data?.['members']))).toEqual([
      [undefined, 'bulkId:b-a'],
      ['n1', [{ value: 'n1' }, { value: 'n2' }]],
    ]);
    expect(users.get('n2')).toMatchObject({ manager: 'n1' });
  });

  it('are not sent to what was not created', async () => {
    const { url, bulks } = await service({ status: ({ data }) => (data?.userName === 'a' ? 400 : undefined) });
    const { send } = client(url, { ...SETTINGS, maxOperations: 2 });
    const results = await send([person('a'), person('b'), report('c', 'a'), person('d')]);
    expect(words(results)).toEqual(['InvalidValue', 'create n1', 'UnprocessableEntity', 'create n2']);
    expect(bulks).toHaveLength(1);
  });

  it('are put in place where the target takes no bulk requests', async () => {
    const { url, users } = await service({ refuses: () => [501] });
    expect(words(await client(url).send([person('a'), report('b', 'a'), report('c', 'b')]))).toHaveLength(3);
    expect([...users.values()].map((each) => each['manager'])).toEqual([undefined, 'n1', 'n2']);
  });

  it('are not made of what somebody is called', async () => {
    const { url, requests, users } = await service();
    const results = await client(url).send([person('a'), person('b', { title: 'bulkId:nobody' }), person('c')]);
    expect(words(results)).toEqual(['create n2', 'create n1', 'create n3']);
    expect(users.get('n1')).toMatchObject({ title: 'bulkId:nobody' });
    expect(requests.map(({ line }) => line)).toEqual(['POST /Users', 'POST /Bulk']);
  });
});

describe('limits', () => {
  // spec: bulk-limits
  it('of the target make requests smaller, and never turn them on', async () => {
    const { url, bulks } = await service();
    const said = (bulk: Capabilities['bulk']): Capabilities => ({ ...NO_DISCOVERY, bulk });
    const { target, sender, send } = client(url);
    target.remember(said({ maxOperations: 1000, maxPayloadSize: 1_000_000 }));
    expect(sender.size).toBe(100);
    target.remember(said({ maxOperations: 4, maxPayloadSize: 350 }));
    expect(sender.size).toBe(4);
    await send(people(8));
    expect(bulks.map((each) => each.length)).toEqual([3, 3, 2]);
    const other = client(url);
    other.target.remember(said(null));
    expect(other.sender.size).toBe(100);
    other.target.remember(said(false));
    expect(other.sender.size).toBe(1);
    expect(aTarget({ baseUrl: url }).target.bulk).toBeUndefined();
  });

  it('send what is too large for any bulk request alone', async () => {
    const { url, requests } = await service();
    const { send } = client(url, { ...SETTINGS, maxPayloadSize: 400 });
    const results = await send([person('a'), person('b'), person('c', { title: 'x'.repeat(400) }), person('d')]);
    expect(words(results)).toHaveLength(4);
    expect(requests.map(({ line }) => line)).toEqual(['POST /Bulk', 'POST /Users', 'POST /Users']);
  });
});

describe('a target that refuses bulk requests', () => {
  // spec: bulk-refused
  it.each([400, 403, 404, 405, 501])('with %i gets single ones from then on, and that is said once', async (status) => {
    const { url, bulks, requests, users } = await service({ refuses: () => [status] });
    const said: Adaptation[] = [];
    const { send, sender } = client(url, SETTINGS, { adapted: (use) => said.push(use) });
    expect(words(await send(people(3)))).toEqual(['create n1', 'create n2', 'create n3']);
    expect(sender.size).toBe(1);
    await send([person('x'), person('y')]);
    expect(bulks).toHaveLength(1);
    const because = `The target answered ${status} to POST /Bulk: no bulk.`;
    expect(said).toEqual([{ rung: 'withoutBulk', kind: 'User', id: null, because }]);
    expect(said.map(bulkNotice)).toEqual([`${because} Writes go one by one for the rest of the cycle.`]);
    expect(requests).toHaveLength(6);
    expect(users.size).toBe(5);
  });

  // spec: bulk-refused
  it('as too large gets half, and half again', async () => {
    const { url, bulks, users } = await service({ refuses: (_, { length }) => (length > 3 ? [413] : undefined) });
    const said: string[] = [];
    const { send, sender } = client(
      url,
      { ...SETTINGS, maxOperations: 12 },
      { adapted: ({ rung }) => said.push(rung) },
    );
    await send(people(12));
    expect(said).toEqual(['smallerBulk']);
    expect(bulks.map((each) => each.length)).toEqual([12, 6, 3, 3, 3, 3]);
    expect(sender.size).toBe(3);
    expect(users.size).toBe(12);
  });

  it('as too large for its bytes gets fewer bytes', async () => {
    const { url, bulks, users } = await service({
      refuses: (_, operations) => (JSON.stringify(operations).length > 600 ? [413] : undefined),
    });
    const { send, sender } = client(url);
    await send(
      people(4).map((each) => ({ ...each, resource: { userName: each.bulkId, title: 'x'.repeat(150) } }) as BulkWrite),
    );
    expect(bulks.map((each) => each.length)).toEqual([4, 2, 2]);
    expect(sender.size).toBe(100);
    expect(users.size).toBe(4);
  });

  it('for a while is asked again when it is over', async () => {
    const { url, bulks } = await service({
      refuses: (request) => (request === 1 ? [429, { 'retry-after': '7' }] : undefined),
    });
    const { send, clock, sender } = client(url);
    expect(words(await send(people(2)))).toEqual(['create n1', 'create n2']);
    expect(clock.slept).toEqual([7000]);
    expect(bulks).toHaveLength(2);
    expect(sender.size).toBe(100);
  });

  it('for long leaves all of them for later', async () => {
    const { url, users } = await service({ refuses: () => [429, { 'retry-after': '900' }] });
    expect(words(await client(url).send(people(2)))).toEqual(['TooManyRequests', 'TooManyRequests']);
    expect(users.size).toBe(0);
  });
});

describe('a request whose fate is not known', () => {
  // spec: bulk-ambiguous
  it.each<[string, Habits, string]>([
    ['500', { refuses: () => [500] }, 'InternalServerError perhaps'],
    ['a broken connection', { breaksAfter: () => 1 }, 'WebExceptionProtocolError perhaps'],
    ['a web page', { body: () => '<html>sign in</html>' }, 'IncompatibleAnswer perhaps'],
    ['something else', { body: () => '{"id":"1"}' }, 'IncompatibleAnswer perhaps'],
    ['nothing', { body: () => '' }, 'IncompatibleAnswer perhaps'],
  ])('%s: nothing is sent again, then less, then singly', async (_what, habits, expected) => {
    const { url, bulks, requests } = await service(habits);
    const { send, sender } = client(url, { ...SETTINGS, maxOperations: 4 });
    expect(words(await send(people(4)))).toEqual([expected, expected, expected, expected]);
    expect(bulks).toHaveLength(1);
    expect(sender.size).toBe(2);
    await send([person('x'), person('y')]);
    expect(sender.size).toBe(1);
    expect(words(await send([person('u'), person('v')]))).toHaveLength(2);
    expect(bulks).toHaveLength(2);
    expect(requests.map(({ line }) => line).slice(2)).toEqual(['POST /Users', 'POST /Users']);
  });
});

describe('limits of operations', () => {
  // spec: bulk-quota
  it.each([
    ['operations', 27, 3600],
    ['request', 3, 0],
  ] as const)('count %s, of %i times 1,000 operations', async (countsAs, requests, seconds) => {
    const { url, bulks } = await service({ body: () => '{"Operations":[]}' });
    const rateLimits = [{ operations: 25_000, perSeconds: 3600 }];
    const { sender, clock, send } = client(
      url,
      { maxOperations: 1000, countsAs },
      { profile: profileOf({ rateLimits }) },
    );
    expect(sender.size).toBe(1000);
    const began = clock.now().getTime();
    const times: number[] = [];
    for (let request = 0; request < requests; request += 1) {
      await send(people(1000));
      times.push((clock.now().getTime() - began) / 1000);
    }
    expect(bulks.map((each) => each.length)).toEqual(times.map(() => 1000));
    expect(times.at(-1)).toBeGreaterThanOrEqual(seconds);
    expect(times.at(-1)).toBeLessThan(seconds + 60);
    if (countsAs === 'request') return;
    for (const time of times)
      expect(times.filter((each) => each > time - 3600 && each <= time).length).toBeLessThanOrEqual(25);
  });

  // spec: bulk-quota
  it('that count only some operations leave the others alone', async () => {
    const { url } = await service({ body: () => '{"Operations":[]}' });
    const rateLimits = [{ operations: 2, perSeconds: 60, methods: ['DELETE' as const], resources: ['Users' as const] }];
    const { clock, sender } = client(
      url,
      { maxOperations: 10, countsAs: 'operations' },
      { profile: profileOf({ rateLimits }) },
    );
    const signal = new AbortController().signal;
    for (let each = 0; each < 3; each += 1) await sender.send(people(10), signal);
    expect(clock.slept).toEqual([]);
    await sender.send([removal('a'), removal('b')], signal);
    await sender.send([removal('c'), person('x')], signal);
    expect(clock.slept).toEqual([60_000]);
  });

  it('make requests no larger than what they let through at once', () => {
    const { sender } = client(
      'http://127.0.0.1:9',
      { maxOperations: 100, countsAs: 'operations' },
      {
        profile: profileOf({
          rateLimits: [
            { operations: 25, perSeconds: 1 },
            { operations: 600, perSeconds: 60, burst: 40 },
          ],
        }),
      },
    );
    expect(sender.size).toBe(25);
  });
});
