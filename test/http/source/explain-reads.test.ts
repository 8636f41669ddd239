// Reads that explain one object: what is sent in how few requests, and what becomes of every kind of answer.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FactsQuestion } from '../../../src/engine/ports.ts';
import { GRAPH, graphError, NEVER, serveTokens, testSource } from './graph-world.ts';

type Item = { readonly id: string; readonly url: string; readonly headers?: Record<string, string> };
type Answer = readonly [status: number, body?: object];

const USER = 'aaaaaaaa-1111-4111-8111-111111111111';
const ROLE = 'bbbbbbbb-1111-4111-8111-111111111111';
const QUESTION: FactsQuestion = {
  id: USER,
  kind: 'user',
  servicePrincipalId: 'sp',
  properties: { user: ['mail'], group: [] },
  depth: 'direct',
};

const principal = { id: 'sp', appId: 'app', displayName: 'Peakon', accountEnabled: true, appRoles: [] };
const person = {
  id: USER,
  displayName: 'Ana',
  userPrincipalName: 'ana@x.example',
  accountEnabled: true,
  manager: { id: 'm' },
};
const group = (id: string) => ({ '@odata.type': '#microsoft.graph.group', id, displayName: `Group ${id}` });
const assigned = (principalId: string, principalType: string) => ({
  principalId,
  principalType,
  principalDisplayName: `Name ${principalId}`,
  appRoleId: ROLE,
});

/** Answers batches by what their items ask for; items nobody knows are 404. Answers come in another order than asked. */
function serveBatches(answers: readonly (readonly [RegExp, Answer])[]): Item[][] {
  const batches: Item[][] = [];
  nock(GRAPH)
    .persist()
    .post('/v1.0/$batch', (body: { requests: Item[] }) => batches.push(body.requests) > 0)
    .reply(200, () => {
      const requests = batches.at(-1) ?? [];
      const responses = requests.map(({ id, url }) => {
        const [status, given] = answers.find(([pattern]) => pattern.test(decodeURIComponent(url)))?.[1] ?? [404];
        return { id, status, headers: {}, body: given ?? graphError('Request_ResourceNotFound') };
      });
      return { responses: responses.toReversed() };
    });
  return batches;
}

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('finding by name', () => {
  it('asks for all names in one request, quotes what could break a filter, and says by which name it was found', async () => {
    const batches = serveBatches([
      [
        /^\/users\?\$filter=userPrincipalName/,
        [200, { value: [{ id: 'u', displayName: "O'Neil", userPrincipalName: 'o@x', mail: null }] }],
      ],
      [
        /^\/users\?\$filter=employeeId/,
        [200, { value: [{ id: 'e', displayName: 'Other', userPrincipalName: 'e@x' }] }],
      ],
      [/^\/groups/, [403, graphError('Authorization_RequestDenied')]],
    ]);
    const { source } = testSource();
    const { candidates, refused } = await source.explains.find("O'Neil", NEVER);
    expect(candidates).toEqual([
      { kind: 'user', id: 'u', displayName: "O'Neil", address: 'o@x', by: 'displayName' },
      { kind: 'user', id: 'e', displayName: 'Other', address: 'e@x', by: 'employeeId' },
    ]);
    expect(refused.join(' ')).toContain('GroupMember.Read.All');
    expect(batches).toHaveLength(1);
    for (const { url } of batches[0] ?? []) expect(decodeURIComponent(url)).toContain("eq 'O''Neil'");
    expect(source.requests.graph).toBe(1);
  });

  it('does not ask for an employeeId that is too long for one', async () => {
    const batches = serveBatches([[/./, [200, { value: [] }]]]);
    await testSource().source.explains.find('somebody-with-a-long-name@x.example', NEVER);
    expect(batches[0]?.some(({ url }) => url.includes('employeeId'))).toBe(false);
  });
});

describe('facts about one object', () => {
  it('one request where the assignment is plain', async () => {
    const batches = serveBatches([
      [/^\/servicePrincipals\/sp\?/, [200, principal]],
      [/appRoleAssignedTo/, [200, { value: [assigned('g1', 'Group'), assigned('x', 'Unknown')] }]],
      [/^\/users\/[^/]+\?/, [200, person]],
      [/emberOf/, [200, { value: [group('g1'), { '@odata.type': '#microsoft.graph.directoryRole', id: 'admin' }] }]],
    ]);
    const facts = await testSource().source.explains.readFacts(QUESTION, NEVER);
    expect(batches).toHaveLength(1);
    expect(facts.object).toMatchObject({ known: true, value: { found: true, entry: { id: USER, managerId: 'm' } } });
    expect(facts.memberships).toMatchObject({
      known: true,
      value: { direct: [{ id: 'g1', displayName: 'Group g1' }] },
    });
    expect(facts.assignments).toMatchObject({ known: true, value: { complete: true, rows: [{ principalId: 'g1' }] } });
  });

  // spec: explanations
  it('the way up through nested groups, and the count of people, in one more', async () => {
    const batches = serveBatches([
      [/^\/servicePrincipals\/sp\?/, [200, principal]],
      [/appRoleAssignedTo/, [200, { value: [assigned('top', 'Group')] }]],
      [/^\/users\/[^/]+\?/, [200, person]],
      [/^\/users\/[^/]+\/memberOf/, [200, { value: [group('in')] }]],
      [/^\/users\/[^/]+\/transitiveMemberOf/, [200, { value: [group('in'), group('mid'), group('top')] }]],
      [/^\/groups\/in\/memberOf/, [200, { value: [group('mid')] }]],
      [/^\/groups\/mid\/memberOf/, [200, { value: [group('top')] }]],
      [/^\/groups\/top\/memberOf/, [200, { value: [] }]],
      [/^\/groups\/top\/members\//, [200, { '@odata.count': 3, value: [] }]],
      [/^\/groups\/top\/transitiveMembers\//, [200, { '@odata.count': 67, value: [] }]],
    ]);
    const facts = await testSource().source.explains.readFacts(QUESTION, NEVER);
    expect(batches).toHaveLength(2);
    expect(facts.nestedPeople).toBe(64);
    expect(facts.memberships.known && [...facts.memberships.value.parents]).toEqual([
      ['in', ['mid']],
      ['mid', ['top']],
      ['top', []],
    ]);
    const counts = (batches[1] ?? []).filter(({ url }) => url.includes('$count=true'));
    expect(counts.map(({ headers }) => headers?.['ConsistencyLevel'])).toEqual(['eventual', 'eventual']);
  });

  it('a list of assignments that goes on is completed by name, within three requests and twenty items each', async () => {
    const many = Array.from({ length: 40 }, (_, index) => group(`g${index}`));
    const batches = serveBatches([
      [/^\/servicePrincipals\/sp\?/, [200, principal]],
      [/principalDisplayName eq 'Group g7'/, [200, { value: [assigned('g7', 'Group')] }]],
      [/principalDisplayName/, [200, { value: [] }]],
      [/appRoleAssignedTo/, [200, { value: [], '@odata.nextLink': `${GRAPH}/v1.0/next` }]],
      [/^\/users\/[^/]+\?/, [200, person]],
      [/^\/users\/[^/]+\/memberOf/, [200, { value: many.slice(0, 1) }]],
      [/^\/users\/[^/]+\/transitiveMemberOf/, [200, { value: many }]],
      [/^\/groups/, [200, { value: [] }]],
    ]);
    const { source } = testSource();
    const facts = await source.explains.readFacts(QUESTION, NEVER);
    expect(facts.assignments).toMatchObject({ known: true, value: { complete: false, rows: [{ principalId: 'g7' }] } });
    expect(facts.nestedPeople).toBeNull();
    expect(batches.length).toBeLessThanOrEqual(3);
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(20);
    expect(source.requests.graph).toBe(batches.length);
  });

  it.each([
    [[200, { id: USER, '@odata.type': '#microsoft.graph.user' }], 'softDeleted'],
    [[404], 'hardDeleted'],
    [[403, graphError('Authorization_RequestDenied')], 'hardDeleted'],
  ] as const)('an object that is not alive, with %j about the recycle bin', async (bin, state) => {
    serveBatches([
      [/deletedItems/, bin],
      [/^\/servicePrincipals\/sp\?/, [200, principal]],
      [/appRoleAssignedTo/, [200, { value: [] }]],
    ]);
    const facts = await testSource().source.explains.readFacts({ ...QUESTION, kind: null }, NEVER);
    expect(facts.object).toEqual({ known: true, value: { found: false, state } });
  });

  it('an id of unknown kind that is a group', async () => {
    serveBatches([
      [/^\/servicePrincipals\/sp\?/, [200, principal]],
      [/appRoleAssignedTo/, [200, { value: [] }]],
      [/^\/groups\/[^/]+\?/, [200, { id: USER, displayName: 'Sales' }]],
      [/^\/groups\/[^/]+\/(?:m|transitiveM)emberOf/, [200, { value: [] }]],
    ]);
    const facts = await testSource().source.explains.readFacts({ ...QUESTION, kind: null }, NEVER);
    expect(facts.kind).toBe('group');
    expect(facts.object).toMatchObject({ known: true, value: { found: true, entry: { kind: 'group' } } });
  });

  it('what is refused, broken or throttled is said, and nothing is asked again', async () => {
    serveBatches([
      [/^\/servicePrincipals\/sp\?/, [403, graphError('Authorization_RequestDenied')]],
      [/appRoleAssignedTo/, [429, graphError('TooManyRequests')]],
      [/^\/users\/[^/]+\?/, [200, person]],
      [/emberOf/, [200, { nothing: 1 }]],
    ]);
    const { source, clock } = testSource();
    const facts = await source.explains.readFacts(QUESTION, NEVER);
    expect(facts.application).toMatchObject({
      known: false,
      why: expect.stringContaining('Application.Read.All') as string,
    });
    expect(facts.assignments).toMatchObject({ known: false, why: expect.stringContaining('429') as string });
    expect(facts.memberships).toMatchObject({ known: false });
    expect(facts.object.known).toBe(true);
    expect([source.requests.graph, clock.sleeps]).toEqual([1, []]);
  });

  it('a batch that is refused as a whole leaves nothing known, without failing', async () => {
    nock(GRAPH)
      .post('/v1.0/$batch')
      .reply(503, graphError('ServiceUnavailable') as nock.Body);
    const { source, clock } = testSource();
    const facts = await source.explains.readFacts(QUESTION, NEVER);
    for (const part of [facts.object, facts.application, facts.assignments, facts.memberships])
      expect(part).toMatchObject({ known: false, why: expect.stringContaining('SourceUnreachable') as string });
    expect([source.requests.graph, clock.sleeps]).toEqual([1, []]);
  });
});
