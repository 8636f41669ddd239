import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeltaStart } from '../../../src/engine/ports.ts';
import { ResyncRequired } from '../../../src/model/errors.ts';
import { collect, GRAPH, graphError, NEVER, rejection, serveTokens, testSource } from './graph-world.ts';

const users: DeltaStart = { kind: 'user', properties: ['mail'], relation: true, from: 'beginning' };
const groups: DeltaStart = { kind: 'group', properties: ['description'], relation: true, from: 'beginning' };
const firstUsers = '/v1.0/users/delta?$select=id,accountEnabled,displayName,userPrincipalName,userType,mail,manager';
const next = (token: string) => `${GRAPH}/v1.0/users/delta?$skiptoken=${token}`;
const done = (token: string) => `${GRAPH}/v1.0/users/delta?$deltatoken=${token}`;
const user = (id: string) => ({ id, userPrincipalName: `${id}@example.org`, displayName: id });

function page(url: string, value: unknown[], links: object): void {
  nock(GRAPH)
    .get(url.replace(GRAPH, ''))
    .reply(200, { value, ...links } as nock.Body);
}
const nextLink = (token: string) => ({ '@odata.nextLink': next(token) });
const deltaLink = (token: string) => ({ '@odata.deltaLink': done(token) });

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('a users round', () => {
  it('follows links byte for byte over empty pages to the deltaLink', async () => {
    page(firstUsers, [user('a')], nextLink('Zm9v%3D&$select=x'));
    page(next('Zm9v%3D&$select=x'), [], nextLink('2'));
    page(next('2'), [user('b')], deltaLink('D1'));
    const { source } = testSource();
    const pages = await collect(source.readDelta(users, NEVER));
    expect(pages.map((each) => each.entries.map((entry) => entry.id))).toEqual([['a'], [], ['b']]);
    expect(pages[0]).toMatchObject({ nextLink: next('Zm9v%3D&$select=x') });
    expect(pages[2]?.deltaLink).toBe(done('D1'));
    expect(pages[2]).not.toHaveProperty('nextLink');
    expect(source.requests.graph).toBe(3);
  });

  it.each([1, 5])('follows %i empty pages', async (count) => {
    for (let number = 0; number < count; number += 1)
      page(number === 0 ? firstUsers : next(String(number)), [], nextLink(String(number + 1)));
    page(next(String(count)), [user('a')], deltaLink('D'));
    const { source } = testSource();
    const pages = await collect(source.readDelta(users, NEVER));
    expect(pages).toHaveLength(count + 1);
    expect(pages.at(-1)).toMatchObject({ entries: [{ id: 'a' }], deltaLink: done('D') });
  });

  it('starts from now on when asked', async () => {
    page(`${firstUsers}&$deltatoken=latest`, [], deltaLink('now'));
    const { source } = testSource();
    const pages = await collect(source.readDelta({ ...users, from: 'latest' }, NEVER));
    expect(pages).toEqual([{ entries: [], deltaLink: done('now') }]);
  });

  it('reads managers, removals, limited rows and values', async () => {
    const manager = (...rows: object[]) => ({ 'manager@delta': rows });
    page(
      firstUsers,
      [
        {
          ...user('a'),
          mail: null,
          accountEnabled: false,
          ...manager({ id: 'm', '@odata.type': '#microsoft.graph.user' }),
        },
        { ...user('b'), ...manager({ id: 'm', '@removed': { reason: 'deleted' } }) },
        { ...user('c'), ...manager({ id: 'old' }, { id: 'new' }, { id: 'old', '@removed': { reason: 'deleted' } }) },
        { id: 'd', '@removed': { reason: 'changed' } },
        { id: 'e', '@removed': { reason: 'deleted' } },
        { id: 'f', '@odata.type': '#microsoft.graph.user', displayName: null, userPrincipalName: null },
      ],
      deltaLink('1'),
    );
    const { source } = testSource();
    const [only] = await collect(source.readDelta(users, NEVER));
    const common = (id: string) => ({ id, userPrincipalName: `${id}@example.org`, displayName: id });
    expect(only?.entries).toEqual([
      { kind: 'user', id: 'a', properties: { ...common('a'), accountEnabled: false }, managerId: 'm' },
      { kind: 'user', id: 'b', properties: common('b'), managerId: null },
      { kind: 'user', id: 'c', properties: common('c'), managerId: 'new' },
      { kind: 'user', id: 'd', properties: {}, removed: 'changed' },
      { kind: 'user', id: 'e', properties: {}, removed: 'deleted' },
      { kind: 'user', id: 'f', properties: { id: 'f' }, limited: true },
    ]);
  });

  it.each([
    ['410 without a code', 410, {}],
    ['410 resyncRequired', 410, graphError('resyncRequired')],
    ['410 SyncStateNotFound', 410, graphError('SyncStateNotFound')],
    ['400 syncStateNotFound', 400, graphError('syncStateNotFound')],
    [
      'a code in a nested innererror',
      400,
      { error: { code: 'x', innererror: { code: 'y', innerError: { code: 'SyncStateNotFound' } } } },
    ],
    ['an unknown token', 400, graphError('BadRequest', 'Invalid delta token')],
    ['an expired page token at once', 400, graphError('Directory_ExpiredPageToken')],
  ])('asks for a resync on %s', async (_name, status, body) => {
    nock(GRAPH)
      .get('/v1.0/users/delta?$deltatoken=old')
      .reply(status, body as nock.Body, {
        Location: `${GRAPH}/v1.0/users/delta?$deltatoken=`,
      });
    const { source } = testSource();
    const error = await rejection(collect(source.readDelta({ kind: 'user', link: done('old') }, NEVER)));
    expect(error).toBeInstanceOf(ResyncRequired);
    expect(error.message).not.toContain('old');
    expect(source.requests.graph).toBe(1);
  });

  it('asks for a resync when the stored link belongs to another Graph, without a request', async () => {
    const { source } = testSource();
    const link = 'https://localhost:8443/v1.0/users/delta?$deltatoken=1';
    expect(await rejection(collect(source.readDelta({ kind: 'user', link }, NEVER)))).toBeInstanceOf(ResyncRequired);
    expect(source.requests).toEqual({ graph: 0, tokens: 0 });
  });

  it('takes a refused property on the first request for what it is', async () => {
    nock(GRAPH)
      .get(firstUsers)
      .reply(400, graphError('BadRequest', "Could not find a property named 'mail'") as nock.Body);
    const { source } = testSource();
    const error = await rejection(collect(source.readDelta(users, NEVER)));
    expect(error).toMatchObject({ code: 'SourceRequestRefused' });
    expect(error.message).toContain("Could not find a property named 'mail'");
  });

  it('starts the round again once when a page token expires in the middle', async () => {
    const expired = () =>
      nock(GRAPH)
        .get('/v1.0/users/delta?$skiptoken=2')
        .reply(400, graphError('Directory_ExpiredPageToken') as nock.Body);
    page(done('D'), [user('a')], nextLink('2'));
    expired();
    page(done('D'), [user('a')], nextLink('3'));
    page(next('3'), [user('b')], deltaLink('D2'));
    const { source } = testSource();
    const pages = await collect(source.readDelta({ kind: 'user', link: done('D') }, NEVER));
    expect(pages.at(-1)?.deltaLink).toBe(done('D2'));
    page(done('D'), [user('a')], nextLink('2'));
    expired();
    page(done('D'), [user('a')], nextLink('2'));
    expired();
    const again = collect(source.readDelta({ kind: 'user', link: done('D') }, NEVER));
    expect(await rejection(again)).toBeInstanceOf(ResyncRequired);
  });

  it('repeats the same page after a failure and a renewed token', async () => {
    page(firstUsers, [user('a')], nextLink('2'));
    nock(GRAPH).get('/v1.0/users/delta?$skiptoken=2').reply(502, '<html>');
    nock(GRAPH)
      .get('/v1.0/users/delta?$skiptoken=2')
      .reply(401, graphError('InvalidAuthenticationToken') as nock.Body);
    page(next('2'), [user('b')], deltaLink('D'));
    const { source } = testSource();
    const pages = await collect(source.readDelta(users, NEVER));
    expect(pages.flatMap((each) => each.entries.map((entry) => entry.id))).toEqual(['a', 'b']);
    expect(source.requests).toEqual({ graph: 4, tokens: 2 });
  });

  it.each([
    ['both links', { ...nextLink('2'), ...deltaLink('D') }],
    ['neither link', {}],
    ['a link to itself', { '@odata.nextLink': `${GRAPH}${firstUsers}` }],
    ['a link to another host', { '@odata.nextLink': 'https://evil.example/v1.0/users/delta?$skiptoken=1' }],
    [
      'a deltaLink to another host',
      { '@odata.deltaLink': 'https://graph.microsoft.com.evil.example/v1.0/users/delta' },
    ],
    ['a link over http', { '@odata.nextLink': 'http://graph.microsoft.com/v1.0/users/delta?$skiptoken=1' }],
    ['a link with a password', { '@odata.nextLink': 'https://a:b@graph.microsoft.com/v1.0/users/delta?$skiptoken=1' }],
    ['a link that is none', { '@odata.nextLink': '/v1.0/users/delta' }],
  ])('refuses a page with %s', async (_name, links) => {
    page(firstUsers, [user('a')], links);
    const { source } = testSource();
    await expect(collect(source.readDelta(users, NEVER))).rejects.toMatchObject({ code: 'SourceProtocolError' });
    expect(source.requests.graph).toBe(1);
  });

  it.each([
    ['no list', { '@odata.context': 'x' }],
    ['a list that is none', { value: {}, ...deltaLink('D') }],
    ['an entry without id', { value: [{ displayName: 'x' }], ...deltaLink('D') }],
    ['a JSON text', 'text'],
  ])('refuses an answer with %s', async (_name, body) => {
    nock(GRAPH).get(firstUsers).reply(200, JSON.stringify(body), { 'Content-Type': 'application/json' });
    const { source } = testSource();
    await expect(collect(source.readDelta(users, NEVER))).rejects.toMatchObject({ code: 'SourceProtocolError' });
  });

  it('ends a list that goes in circles or never ends', async () => {
    page(firstUsers, [], nextLink('2'));
    page(next('2'), [], nextLink('3'));
    page(next('3'), [], nextLink('2'));
    const { source } = testSource();
    const circle = await rejection(collect(source.readDelta(users, NEVER)));
    expect(circle).toMatchObject({ code: 'SourceProtocolError' });
    expect(circle.message).toContain('repeats');
    page(firstUsers, [], nextLink('2'));
    page(next('2'), [], nextLink('3'));
    const capped = testSource({ pageLimit: 2 });
    const endless = await rejection(collect(capped.source.readDelta(users, NEVER)));
    expect(endless.message).toContain('within 2 pages');
  });
});

describe('a groups round', () => {
  it('reads member changes of every slice', async () => {
    const member = (id: string, type: string, more: object = {}) => ({
      '@odata.type': `#microsoft.graph.${type}`,
      id,
      ...more,
    });
    nock(GRAPH)
      .get('/v1.0/groups/delta?$select=id,displayName,description,members')
      .reply(200, {
        value: [
          { id: 'g', displayName: 'G', 'members@delta': [member('a', 'user'), member('d', 'device')] },
          { id: 'g', displayName: 'G', 'members@delta': [member('b', 'group', { '@removed': { reason: 'deleted' } })] },
          { id: 'empty', displayName: 'E' },
          { id: 'hidden', displayName: null },
        ],
        '@odata.deltaLink': `${GRAPH}/v1.0/groups/delta?$deltatoken=1`,
      });
    const { source } = testSource();
    const [only] = await collect(source.readDelta(groups, NEVER));
    expect(only?.entries).toEqual([
      {
        kind: 'group',
        id: 'g',
        properties: { id: 'g', displayName: 'G' },
        members: [
          { id: 'a', type: 'user', removed: false },
          { id: 'd', type: 'device', removed: false },
        ],
      },
      {
        kind: 'group',
        id: 'g',
        properties: { id: 'g', displayName: 'G' },
        members: [{ id: 'b', type: 'group', removed: true }],
      },
      { kind: 'group', id: 'empty', properties: { id: 'empty', displayName: 'E' } },
      { kind: 'group', id: 'hidden', properties: { id: 'hidden' }, limited: true },
    ]);
  });

  it('names GroupMember.Read.All when groups are forbidden, while users go on', async () => {
    nock(GRAPH)
      .get(/groups/)
      .reply(403, graphError('Authorization_RequestDenied') as nock.Body);
    page(firstUsers, [], deltaLink('D'));
    const { source } = testSource();
    const error = await rejection(collect(source.readDelta(groups, NEVER)));
    expect(error).toMatchObject({ code: 'SourcePermissionMissing' });
    expect(error.message).toContain('GroupMember.Read.All');
    expect(await collect(source.readDelta(users, NEVER))).toHaveLength(1);
  });
});
