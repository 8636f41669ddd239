// Lists and filters against servers that lie: the habits are those measured in scim-targets.md, played by small functions.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobFault } from '../../../src/model/errors.ts';
import { NO_DISCOVERY } from '../../../src/scim/capabilities.ts';
import { resourceId } from '../../../src/scim/resource.ts';
import { aTarget, collected, type Setup } from './target-setup.ts';

const HOST = 'http://scim.test:8080';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

type Server = (startIndex: number, count: number, cursor: string | null) => unknown;

const people = (number: number) => Array.from({ length: number }, (_, index) => ({ id: `u${index + 1}` }));

/** Answers every list request with what the server function says; the asked queries are returned. */
function serve(server: Server): string[] {
  const asked: string[] = [];
  nock(HOST)
    .persist()
    .get('/scim/v2/Users')
    .query(true)
    .reply(200, (request: Request) => {
      const query = new URL(request.url).searchParams;
      asked.push(query.toString());
      return server(Number(query.get('startIndex')), Number(query.get('count')), query.get('cursor')) as nock.Body;
    });
  return asked;
}

async function ids({ target, signal }: Setup): Promise<(string | undefined)[]> {
  const pages = await collected(target.list('User', signal));
  return pages.flatMap((page) => page.resources.map(resourceId));
}

const honest =
  (number: number): Server =>
  (start, count) => ({ totalResults: number, Resources: people(number).slice(start - 1, start - 1 + count) });

describe('paging', () => {
  it('reads nothing from an empty list with one request', async () => {
    const asked = serve(() => ({ totalResults: 0, Resources: [] }));
    expect(await ids(aTarget())).toEqual([]);
    expect(asked).toEqual(['startIndex=1&count=100']);
  });

  it('takes a missing Resources for an empty list', async () => {
    serve(() => ({ totalResults: 0 }));
    expect(await ids(aTarget())).toEqual([]);
  });

  it.each([
    ['an honest server, last page short', honest(5), 5, 3],
    ['an honest server, last page full', honest(6), 6, 3],
    ['an honest server, one full page', honest(2), 2, 2],
    ['an honest server, one short page', honest(1), 1, 1],
    [
      'totalResults is the page size (scim2-server)',
      ((start, count) => {
        const page = people(5).slice(start - 1, start - 1 + count);
        return { totalResults: page.length, itemsPerPage: count, Resources: page };
      }) satisfies Server,
      5,
      3,
    ],
    [
      'totalResults and itemsPerPage are the size of a silently capped page',
      ((start) => {
        const page = people(5).slice(start - 1, start);
        return { totalResults: page.length, itemsPerPage: 1, Resources: page };
      }) satisfies Server,
      5,
      6,
    ],
    [
      'the first page again for ever, with a wrong total (scimmy)',
      (() => ({ totalResults: 1000, Resources: people(2) })) satisfies Server,
      2,
      2,
    ],
    [
      'pages capped below count (elimity)',
      ((start) => ({ totalResults: 5, Resources: people(5).slice(start - 1, start) })) satisfies Server,
      5,
      5,
    ],
    [
      'no totalResults at all',
      ((start, count) => ({ Resources: people(5).slice(start - 1, start - 1 + count) })) satisfies Server,
      5,
      4,
    ],
    [
      'totalResults as text',
      ((start, count) => ({
        totalResults: '5',
        Resources: people(5).slice(start - 1, start - 1 + count),
      })) satisfies Server,
      5,
      3,
    ],
    [
      'the last page again instead of an empty one',
      ((start, count) => {
        const from = Math.min(start, 5);
        return { totalResults: 99, Resources: people(6).slice(from - 1, from - 1 + count) };
      }) satisfies Server,
      6,
      4,
    ],
    [
      'the first page again after the last one, with a wrong total',
      ((start, count) => {
        const from = start > 6 ? 1 : start;
        return { totalResults: 99, Resources: people(6).slice(from - 1, from - 1 + count) };
      }) satisfies Server,
      6,
      4,
    ],
    ['a bare array', ((start, count) => people(3).slice(start - 1, start - 1 + count)) satisfies Server, 3, 3],
    ['numeric ids', (() => ({ totalResults: 1, Resources: [{ id: 7 }] })) satisfies Server, 1, 1],
  ])('reads everybody once from: %s', async (_habit, server, number, requests) => {
    const asked = serve(server);
    const found = await ids(aTarget({ profile: { pageSize: 2 } }));
    expect(new Set(found).size).toBe(number);
    expect(found).toHaveLength(number);
    expect(asked).toHaveLength(requests);
  });

  it('begins the next page after what was received, never with count 0', async () => {
    const asked = serve((start) => ({ totalResults: 4, Resources: people(4).slice(start - 1, start === 1 ? 1 : 4) }));
    expect(await ids(aTarget({ profile: { pageSize: 3 } }))).toHaveLength(4);
    expect(asked).toEqual(['startIndex=1&count=3', 'startIndex=2&count=3']);
  });

  it('follows a cursor where the server offers one (RFC 9865)', async () => {
    const asked = serve((_start, _count, cursor) =>
      cursor === null
        ? { totalResults: 3, Resources: people(2), nextCursor: 'c+1' }
        : { totalResults: 3, Resources: [{ id: 'u3' }] },
    );
    expect(await ids(aTarget({ profile: { pageSize: 2 } }))).toEqual(['u1', 'u2', 'u3']);
    expect(asked[1]).toBe('cursor=c%2B1&count=2');
  });

  it('asks for no more than discovery allows', async () => {
    const asked = serve(honest(1));
    const setup = aTarget();
    setup.target.remember({ ...NO_DISCOVERY, filterMaxResults: 50 });
    await ids(setup);
    expect(asked).toEqual(['startIndex=1&count=50']);
  });

  it('gives a list up that does not end', async () => {
    serve((start) => ({ totalResults: 1e9, Resources: [{ id: `u${start}` }] }));
    await expect(ids(aTarget({ profile: { maxPages: 5 } }))).rejects.toThrow(/not ended after 5 pages/);
  });

  it('does not take resources without ids for an empty list', async () => {
    serve(() => ({ totalResults: 2, Resources: [{ userName: 'a' }] }));
    await expect(ids(aTarget())).rejects.toThrow(/without an id/);
  });

  it.each([
    [403, '', 'TargetCredentialsInvalid'],
    [404, '', 'TargetIncompatible'],
    [400, '', 'TargetIncompatible'],
    [500, '', 'TargetUnreachable'],
    [200, '<html>', 'TargetIncompatible'],
    [200, '', 'TargetIncompatible'],
  ])('throws when a page is answered %i %j, so that no list ends early', async (status, body, code) => {
    nock(HOST)
      .get(/startIndex=1&/)
      .reply(200, { totalResults: 4, Resources: people(2) });
    nock(HOST)
      .persist()
      .get(/startIndex=3&/)
      .reply(status, body);
    const { target, signal } = aTarget({ profile: { pageSize: 2 } });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const page of target.list('User', signal)) seen.push(page.resources.length);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'JobFault', code });
    expect(seen).toEqual([2]);
  });
});

describe('paging by cursor only', () => {
  type Page = { readonly ids: readonly string[]; readonly next?: string; readonly total?: number };
  const byCursor = (pages: Readonly<Record<string, Page>>): Server =>
    ((start, _count, cursor) => {
      if (start !== 0 || cursor === null) throw new Error('startIndex is not supported');
      const { ids: some, next, total } = pages[cursor] ?? { ids: [] };
      return { totalResults: total, Resources: some.map((id) => ({ id })), nextCursor: next };
    }) satisfies Server;
  const reading = (server: Server, maxPages = 10) => {
    const asked = serve(server);
    return { asked, found: ids(aTarget({ profile: { paging: 'cursor', pageSize: 2, maxPages } })) };
  };

  it.each([
    ['nobody', { '': { ids: [], total: 0 } }, [], 1],
    ['one page', { '': { ids: ['a', 'b'], total: 2 } }, ['a', 'b'], 1],
    [
      'short pages, an empty one among them',
      {
        '': { ids: ['a'], next: '1' },
        '1': { ids: [], next: '2' },
        '2': { ids: ['b'], next: '3' },
        '3': { ids: ['c'] },
      },
      ['a', 'b', 'c'],
      4,
    ],
    [
      'a total that is no total',
      { '': { ids: ['a', 'b'], total: 2, next: '1' }, '1': { ids: ['c'], total: 1 } },
      ['a', 'b', 'c'],
      2,
    ],
    [
      'somebody who was deleted meanwhile',
      { '': { ids: ['a', 'b'], total: 4, next: '1' }, '1': { ids: ['c'], total: 4 } },
      ['a', 'b', 'c'],
      2,
    ],
  ] satisfies [string, Record<string, Page>, string[], number][])(
    'ends where no cursor follows: %s',
    async (_what, pages, found, requests) => {
      const list = reading(byCursor(pages));
      expect(await list.found).toEqual(found);
      expect(list.asked).toHaveLength(requests);
    },
  );

  it('asks the first page with a cursor without value, and never for a startIndex', async () => {
    const urls: string[] = [];
    nock(HOST)
      .persist()
      .get(/Users/)
      .reply(200, (request: Request) => {
        urls.push(new URL(request.url).search);
        return urls.length === 1 ? { Resources: people(1), nextCursor: 'a/b' } : { Resources: [{ id: 'z' }] };
      });
    expect(await ids(aTarget({ profile: { paging: 'cursor', pageSize: 2 } }))).toEqual(['u1', 'z']);
    expect(urls).toEqual(['?cursor&count=2', '?cursor=a%2Fb&count=2']);
  });

  it.each([
    [
      'the same cursor again',
      byCursor({ '': { ids: ['a'], next: '1' }, '1': { ids: ['a'], next: '1' } }),
      /same cursor/,
    ],
    ['no cursor although there is more', byCursor({ '': { ids: ['a'], total: 3 } }), /answered 1 of 3/],
    [
      'new cursors for ever',
      (_start, _count, cursor) => ({ Resources: [], nextCursor: `${cursor}x` }),
      /not ended after 10 pages/,
    ],
    ['resources without an id', () => ({ Resources: [{ userName: 'a' }] }), /without an id/],
  ] satisfies [string, Server, RegExp][])('does not take a part for the whole: %s', async (_what, server, message) => {
    await expect(reading(server).found).rejects.toThrow(message);
  });
});

describe('no paging', () => {
  const all = (server: Server) => {
    const asked = serve(server);
    return { asked, found: ids(aTarget({ profile: { paging: 'none' } })) };
  };

  it('asks once, without count and startIndex', async () => {
    const { asked, found } = all(() => ({ Resources: people(150) }));
    expect(await found).toHaveLength(150);
    expect(asked).toEqual(['']);
  });

  it.each([
    ['a larger total', () => ({ totalResults: 3, Resources: people(2) }), /answered 2 of 3/],
    ['a cursor', () => ({ totalResults: 2, Resources: people(2), nextCursor: 'c' }), /not whole/],
  ] satisfies [string, Server, RegExp][])('does not take a part for the whole: %s', async (_what, server, message) => {
    await expect(all(server).found).rejects.toThrow(message);
  });
});

describe('find', () => {
  const emails = (value: string, type?: string) => [{ value, ...(type === undefined ? {} : { type }) }];
  it.each([
    ['the value in another case', 'userName', 'Ana@x', { userName: 'ana@X' }, true],
    ['externalId in another case', 'externalId', 'A1', { externalId: 'a1' }, false],
    ['externalId', 'externalId', 'A1', { externalId: 'A1' }, true],
    ['somebody else (filter ignored)', 'userName', 'ana', { userName: 'synthesis_user' }, false],
    ['a resource without the attribute', 'externalId', 'A1', { userName: 'A1' }, false],
    ['an attribute spelled differently', 'userName', 'ana', { username: 'ana' }, true],
    ['an e-mail of the wanted type', 'emails[type eq "work"].value', 'a@x', { emails: emails('a@x', 'work') }, true],
    ['an e-mail of another type', 'emails[type eq "work"].value', 'a@x', { emails: emails('a@x', 'home') }, false],
    ['an e-mail without type', 'emails[type eq "work"].value', 'a@x', { emails: emails('a@x') }, true],
    ['any e-mail', 'emails.value', 'a@x', { emails: [...emails('b@x'), ...emails('A@x')] }, true],
    [
      'a number',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber',
      '42',
      {
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: 42 },
      },
      true,
    ],
  ])('checks the answer: %s', async (_what, attribute, value, resource, found) => {
    nock(HOST)
      .get('/scim/v2/Users')
      .query({ filter: `${attribute} eq "${value}"` })
      .reply(200, { Resources: [{ id: '1', ...resource }] });
    const { target, signal } = aTarget();
    const result = await target.find('User', attribute, value, signal);
    expect(result).toEqual({ ok: true, value: found ? [{ id: '1', ...resource }] : [] });
  });

  it('answers all that match', async () => {
    nock(HOST)
      .get(/Users/)
      .reply(200, {
        Resources: [
          { id: '1', userName: 'a' },
          { id: '2', userName: 'A' },
        ],
      });
    const { target, signal } = aTarget();
    expect(await target.find('User', 'userName', 'a', signal)).toMatchObject({ value: [{ id: '1' }, { id: '2' }] });
  });

  it('asks a refused value path in other forms and remembers the one that was understood', async () => {
    const asked: string[] = [];
    nock(HOST)
      .persist()
      .get('/scim/v2/Users')
      .query(true)
      .reply((request: Request) => {
        const filter = new URL(request.url).searchParams.get('filter') ?? '';
        asked.push(filter);
        if (filter.includes('[')) return [400, { scimType: 'invalidFilter' }];
        return [200, { Resources: [{ id: '1', emails: [{ type: 'work', value: 'a' }] }] }];
      });
    const { target, signal } = aTarget();
    const attribute = 'emails[type eq "work"].value';
    expect(await target.find('User', attribute, 'a', signal)).toMatchObject({ ok: true, value: [{ id: '1' }] });
    expect(await target.find('User', attribute, 'b', signal)).toEqual({ ok: true, value: [] });
    expect(asked).toEqual([
      'emails[type eq "work"].value eq "a"',
      'emails[type eq "work" and value eq "a"]',
      'emails.value eq "a"',
      'emails.value eq "b"',
    ]);
  });

  it('answers the first refusal when no form is understood', async () => {
    nock(HOST).persist().get(/Users/).reply(400, { scimType: 'invalidFilter', detail: 'no' });
    const { target, signal } = aTarget();
    const result = await target.find('User', 'emails[type eq "work"].value', 'a', signal);
    expect(result).toMatchObject({ ok: false, fault: { code: 'InvalidValue', scimType: 'invalidFilter' } });
    expect(target.requests.scim).toBe(3);
  });
});

describe('discovery', () => {
  it('reads what matters and at most three requests are sent', async () => {
    nock(HOST)
      .get('/scim/v2/ServiceProviderConfig')
      .reply(200, {
        patch: { supported: true },
        filter: { supported: true, maxResults: 200 },
        bulk: { supported: true, maxOperations: 50, maxPayloadSize: 1000 },
        etag: { supported: 'false' },
      });
    nock(HOST)
      .get('/scim/v2/Schemas')
      .reply(200, {
        totalResults: 3,
        Resources: [
          {
            id: 'urn:ietf:params:scim:schemas:core:2.0:User',
            attributes: [
              { name: 'userName', type: 'string', mutability: 'readWrite' },
              { name: 'id', type: 'string', caseExact: true, mutability: 'readOnly' },
              {
                name: 'emails',
                type: 'complex',
                multiValued: true,
                subAttributes: [{ name: 'value', type: 'String' }, 7],
              },
            ],
          },
          { id: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig', attributes: [{ name: 'patch' }] },
          { id: 'urn:x:peakon:2.0:User', attributes: [{ name: 'Business Unit', type: 'integer' }, { type: 'string' }] },
          { id: 'urn:ietf:params:scim:schemas:core:2.0:Group', attributes: [{ name: 'displayName', type: 'weird' }] },
          { id: 'urn:x:none' },
          null,
        ],
      });
    const { target, signal } = aTarget();
    const plain = { type: 'string', multiValued: false, caseExact: false, readOnly: false };
    expect(await target.discover(signal)).toEqual({
      patch: true,
      filter: true,
      filterMaxResults: 200,
      bulk: { maxOperations: 50, maxPayloadSize: 1000 },
      etag: false,
      attributes: {
        User: [
          { ...plain, name: 'userName' },
          { ...plain, name: 'id', caseExact: true, readOnly: true },
          { ...plain, name: 'emails', type: 'complex', multiValued: true },
          { ...plain, name: 'emails.value' },
          { ...plain, name: 'urn:x:peakon:2.0:User:Business Unit', type: 'integer' },
        ],
        Group: [{ ...plain, name: 'displayName' }],
      },
    });
    expect(target.requests.scim).toBe(2);
  });

  it.each([[404], [501], [400], [403]])('leaves open what is answered %i', async (status) => {
    nock(HOST).persist().get(/./).reply(status);
    const { target, signal } = aTarget();
    expect(await target.discover(signal)).toEqual(NO_DISCOVERY);
    expect(target.requests.scim).toBe(3);
  });

  it('leaves open what is a web page, and understands a bare list of schemas', async () => {
    nock(HOST)
      .get(/ServiceProviderConfig/)
      .times(2)
      .reply(200, '<html>');
    nock(HOST)
      .get(/Schemas/)
      .reply(200, [{ id: 'urn:ietf:params:scim:schemas:core:2.0:User', attributes: [{ name: 'a', type: 'boolean' }] }]);
    const { target, signal } = aTarget();
    expect((await target.discover(signal)).attributes?.User).toMatchObject([{ name: 'a', type: 'boolean' }]);
  });

  it('asks nothing when the profile says that there is no discovery', async () => {
    const { target, signal } = aTarget({ profile: { discovery: false } });
    expect(await target.discover(signal)).toEqual(NO_DISCOVERY);
    expect(target.requests.scim).toBe(0);
  });

  it('throws when the token is refused', async () => {
    nock(HOST).get(/./).reply(401);
    const { target, signal } = aTarget();
    await expect(target.discover(signal)).rejects.toBeInstanceOf(JobFault);
  });

  it('does not conclude from a target that cannot answer now', async () => {
    nock(HOST).persist().get(/./).reply(429, '', { 'retry-after': '9999' });
    const { target, signal } = aTarget();
    await expect(target.discover(signal)).rejects.toMatchObject({ code: 'TargetUnreachable' });
  });
});
