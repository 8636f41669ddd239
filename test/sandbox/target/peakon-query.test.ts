import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, ENTERPRISE, employee, PEAKON, pick, startClient } from './scim-client.ts';

let client: Client;
beforeAll(async () => {
  client = await startClient({ kind: 'peakon' });
});
afterAll(() => client.target.close());
beforeEach(() => client.target.reset());

describe('filters and pages', () => {
  beforeEach(() => {
    client.target.seed([
      employee('rep@acme.com', {
        id: 'rep',
        externalId: 'X',
        [PEAKON]: { Manager: 'boss@acme.com', 'Business Unit': 'North "1"' },
      }),
      employee('boss@acme.com', { [ENTERPRISE]: { employeeNumber: '7' } }),
    ]);
  });

  it.each<[string, string[]]>([
    ['userName eq "REP@acme.com"', ['rep@acme.com']],
    ['emails.value eq "rep@acme.com"', ['rep@acme.com']],
    ['emails eq "rep@acme.com"', ['rep@acme.com']],
    ['emails[type eq "work"].value eq "rep@acme.com"', ['rep@acme.com']],
    ['emails[type eq "work" and value eq "rep@acme.com"]', ['rep@acme.com']],
    ['externalId eq "X"', ['rep@acme.com']],
    ['externalID eq "x"', []],
    ['id eq "rep"', ['rep@acme.com']],
    [`${ENTERPRISE}:employeeNumber eq "7"`, ['boss@acme.com']],
    [`${PEAKON}:Business Unit eq "north \\"1\\""`, ['rep@acme.com']],
    [`${PEAKON}:Manager eq "boss@acme.com"`, ['rep@acme.com']],
  ])('%s', async (filter, expected) => {
    const reply = await client.find('/Users', filter);
    expect(pick(reply, 'userName'), reply.text).toEqual(expected);
  });

  it.each([
    'userName co "a"',
    'userName ne "a"',
    'userName pr',
    'active eq true',
    'name.givenName eq "Ana"',
    'userName eq "a" or userName eq "b"',
    'userName eq "a" and externalId eq "b"',
    'userName eq null',
    'nonsense',
  ])('refuses %s', async (filter) => {
    const reply = await client.find('/Users', filter);
    expect([reply.status, reply.body['scimType']]).toEqual([400, 'invalidFilter']);
  });

  it('pages from 1 and cuts the count at 100', async () => {
    client.target.seed(Array.from({ length: 120 }, (_, index) => employee(`u${index}@acme.com`)));
    const first = await client.get('/Users?startIndex=1&count=500');
    expect(first.body).toMatchObject({ totalResults: 122, startIndex: 1, itemsPerPage: 100 });
    expect((await client.get('/Users?startIndex=101&count=100')).body).toMatchObject({ itemsPerPage: 22 });
    expect((await client.get('/Users?startIndex=1&count=50')).body).toMatchObject({ itemsPerPage: 50 });
  });
});
