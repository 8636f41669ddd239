import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GRAPH, graphError, NEVER, rejection, serveTokens, testSource } from './graph-world.ts';

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}
interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

let batches: (readonly Item[])[] = [];

/** Answers every $batch item by item, in reverse order. */
function serveBatches(answer: (item: Item, batch: number) => Answer | undefined): void {
  nock(GRAPH)
    .persist()
    .post('/v1.0/$batch', (body: { requests: Item[] }) => batches.push(body.requests) > 0)
    .reply(200, () => {
      const number = batches.length;
      const responses = (batches.at(-1) ?? []).flatMap((item) => {
        const answered = answer(item, number);
        return answered === undefined ? [] : [{ id: item.id, ...answered }];
      });
      return { responses: responses.toReversed() };
    });
}

const idOf = (item: Item) => decodeURIComponent(/^\/[^/]+\/([^/?]+)/.exec(item.url)?.[1] ?? '');
const found = (id: string, more: object = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: { '@odata.context': 'c', id, userPrincipalName: `${id}@example.org`, mail: null, ...more },
});
const notFound: Answer = { status: 404, body: graphError('Request_ResourceNotFound') };

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
  batches = [];
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('reading objects', () => {
  it('asks for twenty at a time, each once, and reads shuffled answers', async () => {
    serveBatches((item) => found(idOf(item), { manager: { id: 'boss' } }));
    const ids = Array.from({ length: 45 }, (_, index) => `u${index}`);
    const { source } = testSource();
    const outcomes = await source.readObjects('user', [...ids, 'u0'], ['mail'], true, NEVER);
    expect(outcomes.size).toBe(45);
    expect(outcomes.get('u44')).toEqual({
      found: true,
      entry: {
        kind: 'user',
        id: 'u44',
        properties: { id: 'u44', userPrincipalName: 'u44@example.org' },
        managerId: 'boss',
      },
    });
    expect(batches.map((batch) => batch.length).toSorted((a, b) => a - b)).toEqual([5, 20, 20]);
    expect(batches.flat().find((item) => idOf(item) === 'u0')).toEqual({
      id: '1',
      method: 'GET',
      url: '/users/u0?$select=id,accountEnabled,displayName,userPrincipalName,userType,mail&$expand=manager($select=id)',
    });
    expect(source.requests.graph).toBe(3);
  });

  it('sends nothing for no ids', async () => {
    const { source } = testSource();
    expect((await source.readObjects('user', [], [], false, NEVER)).size).toBe(0);
    expect(source.requests).toEqual({ graph: 0, tokens: 0 });
  });

  it('encodes ids', async () => {
    serveBatches((item) => found(idOf(item)));
    const { source } = testSource();
    const id = "guest#EXT#@x/y?'";
    expect((await source.readObjects('user', [id], [], false, NEVER)).get(id)).toMatchObject({ found: true });
    expect(batches[0]?.[0]?.url).toContain("/users/guest%23EXT%23%40x%2Fy%3F'?");
  });

  it('says that there is no manager, or nothing about managers', async () => {
    serveBatches((item) => found(idOf(item)));
    const { source } = testSource();
    const withRelation = await source.readObjects('user', ['a'], [], true, NEVER);
    expect(withRelation.get('a')).toMatchObject({ entry: { managerId: null } });
    const without = await source.readObjects('user', ['a'], [], false, NEVER);
    expect(without.get('a')).not.toHaveProperty('entry.managerId');
  });

  it('looks up missing ones among the deleted items', async () => {
    serveBatches((item) => {
      if (item.url === '/directory/deletedItems/soft') return { status: 200, body: { id: 'soft' } };
      return idOf(item) === 'alive' ? found('alive') : notFound;
    });
    const { source } = testSource();
    const outcomes = await source.readObjects('user', ['soft', 'alive', 'hard'], [], false, NEVER);
    expect(outcomes.get('soft')).toEqual({ found: false, state: 'softDeleted' });
    expect(outcomes.get('hard')).toEqual({ found: false, state: 'hardDeleted' });
    expect(outcomes.get('alive')).toMatchObject({ found: true });
    expect(batches).toHaveLength(2);
  });

  it('reads groups, and takes a forbidden look at deleted groups for not there', async () => {
    serveBatches((item) => {
      if (item.url.startsWith('/directory/')) return { status: 403, body: graphError('Authorization_RequestDenied') };
      return idOf(item) === 'g' ? { status: 200, body: { id: 'g', displayName: 'G' } } : notFound;
    });
    const { source } = testSource();
    const outcomes = await source.readObjects('group', ['g', 'gone'], ['description'], true, NEVER);
    expect(outcomes.get('g')).toEqual({
      found: true,
      entry: { kind: 'group', id: 'g', properties: { id: 'g', displayName: 'G' } },
    });
    expect(outcomes.get('gone')).toEqual({ found: false, state: 'hardDeleted' });
    expect(batches[0]?.[0]?.url).toBe('/groups/g?$select=id,displayName,description');
  });

  it('repeats only the throttled items after the largest wait, whatever the case of the header', async () => {
    serveBatches((item, batch) => {
      if (batch > 1) return found(idOf(item));
      if (idOf(item) === 'a') return { status: 429, headers: { 'retry-after': '3' }, body: graphError('') };
      if (idOf(item) === 'b')
        return { status: 429, headers: { 'RETRY-AFTER': '8' }, body: graphError('TooManyRequests') };
      if (idOf(item) === 'c') return { status: 424, body: graphError('FailedDependency') };
      return found(idOf(item));
    });
    const { source, clock } = testSource();
    const outcomes = await source.readObjects('user', ['a', 'b', 'c', 'd'], [], false, NEVER);
    expect([...outcomes.values()].every((each) => each.found)).toBe(true);
    expect(clock.sleeps).toEqual([8000]);
    expect(batches.map((batch) => batch.map(idOf))).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b', 'c'],
    ]);
  });

  it.each([
    ['500 for an item', (item: Item, batch: number) => (batch === 1 ? { status: 500 } : found(idOf(item)))],
    ['an item left out', (item: Item, batch: number) => (batch === 1 ? undefined : found(idOf(item)))],
  ])('tries again after %s', async (_name, answer) => {
    serveBatches(answer);
    const { source, clock } = testSource();
    expect((await source.readObjects('user', ['a'], [], false, NEVER)).get('a')).toMatchObject({ found: true });
    expect(clock.sleeps).toEqual([1000]);
  });

  it('follows no link inside an item', async () => {
    const more = {
      'members@odata.nextLink': 'https://evil.example/v1.0/next',
      '@odata.nextLink': `${GRAPH}/v1.0/next`,
    };
    serveBatches((item) => found(idOf(item), more));
    const { source } = testSource();
    const outcome = (await source.readObjects('user', ['a'], [], false, NEVER)).get('a');
    expect(outcome).toMatchObject({ found: true, entry: { properties: { id: 'a' } } });
    expect(JSON.stringify(outcome)).not.toContain('next');
    expect(source.requests.graph).toBe(1);
  });

  it.each([
    ['403', 403, graphError('Authorization_RequestDenied'), 'SourcePermissionMissing'],
    ['400', 400, graphError('BadRequest', 'no such property'), 'SourceRequestRefused'],
    ['200 without an id', 200, { displayName: 'x' }, 'SourceProtocolError'],
    ['200 with base64', 200, 'PGh0bWw+', 'SourceProtocolError'],
  ])('faults on %s for an item', async (_name, status, body, code) => {
    serveBatches(() => ({ status, body }));
    const { source } = testSource();
    await expect(source.readObjects('user', ['a'], [], false, NEVER)).rejects.toMatchObject({ code });
  });

  it('stops the other batches when one faults', async () => {
    serveBatches((item) => (idOf(item) === 'u0' ? { status: 403, body: graphError('Denied') } : found(idOf(item))));
    const { source } = testSource();
    const ids = Array.from({ length: 400 }, (_, index) => `u${index}`);
    const error = await rejection(source.readObjects('user', ids, [], false, NEVER));
    expect(error).toMatchObject({ code: 'SourcePermissionMissing' });
    expect(source.requests.graph).toBeLessThan(20);
  });

  it.each([
    ['is throttled as a whole', 429, graphError('TooManyRequests')],
    ['fails as a whole', 424, graphError('FailedDependency')],
  ])('repeats a batch that %s', async (_name, status, body) => {
    nock(GRAPH)
      .post('/v1.0/$batch')
      .reply(status, body as nock.Body);
    serveBatches((item) => found(idOf(item)));
    const { source } = testSource();
    expect((await source.readObjects('user', ['a'], [], false, NEVER)).size).toBe(1);
    expect(source.requests.graph).toBe(2);
  });

  it('faults on an answer that is no batch', async () => {
    nock(GRAPH).post('/v1.0/$batch').reply(200, { value: [] });
    const { source } = testSource();
    await expect(source.readObjects('user', ['a'], [], false, NEVER)).rejects.toMatchObject({
      code: 'SourceProtocolError',
    });
  });
});
