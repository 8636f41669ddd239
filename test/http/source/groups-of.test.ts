// The groups of a person: pages, other containers than groups, and a list that was not read to its end.
import nock from 'nock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collect, GRAPH, graphError, NEVER, serveTokens, testSource } from './graph-world.ts';

const ENTRY = { group: '#microsoft.graph.group', role: '#microsoft.graph.directoryRole' } as const;

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

it.each([
  ['direct', 'memberOf'],
  ['transitive', 'transitiveMemberOf'],
] as const)('reads %s memberships over pages and leaves out what is no group', async (depth, relation) => {
  const path = `/v1.0/users/a%2Fb/${relation}`;
  nock(GRAPH)
    .get(`${path}?$select=id&$top=999`)
    .reply(200, {
      value: [
        { '@odata.type': ENTRY.group, id: 'g1' },
        { '@odata.type': ENTRY.role, id: 'r1' },
      ],
      '@odata.nextLink': `${GRAPH}${path}?$skiptoken=2`,
    });
  nock(GRAPH)
    .get(`${path}?$skiptoken=2`)
    .reply(200, { value: [{ '@odata.type': ENTRY.group, id: 'g2' }] });
  const { source } = testSource();
  expect((await collect(source.readGroupsOf('a/b', depth, NEVER))).flat()).toEqual(['g1', 'g2']);
});

it('hands on nothing of a list that was not read to its end', async () => {
  nock(GRAPH)
    .get('/v1.0/users/a/memberOf?$select=id&$top=999')
    .reply(200, {
      value: [{ '@odata.type': ENTRY.group, id: 'g1' }],
      '@odata.nextLink': `${GRAPH}/v1.0/users/a/memberOf?$skiptoken=2`,
    });
  nock(GRAPH)
    .get('/v1.0/users/a/memberOf?$skiptoken=2')
    .reply(403, graphError('Authorization_RequestDenied') as nock.Body);
  const { source } = testSource();
  await expect(collect(source.readGroupsOf('a', 'direct', NEVER))).rejects.toMatchObject({
    code: 'SourcePermissionMissing',
  });
});
