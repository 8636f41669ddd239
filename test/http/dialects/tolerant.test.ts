// --tolerant against endpoints that know the standard and none of Entra's habits: where one of its own forms is refused, the
// standard's is sent, and each use is told. Without it the refusal is the result (strict.test.ts).
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dialect } from '../../../src/model/dialect.ts';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import type { Adaptation } from '../../../src/target/adaptation.ts';
import { type DialectWorld, dialectWorld } from './dialect-world.ts';
import type { Refusal } from './entra-endpoint.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const MICROSOFT_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

interface Place extends DialectWorld {
  readonly uses: Adaptation[];
  readonly rungs: () => string[];
}

async function tolerantPlace(dialect: Dialect, other?: { baseUrl: string; token: string }): Promise<Place> {
  const uses: Adaptation[] = [];
  const adapted = (use: Adaptation): void => void uses.push(use);
  const options = { tolerant: true, ladders: true, adapted, ...(other === undefined ? {} : { other }) };
  const made = await dialectWorld(dialect, options);
  return { ...made, uses, rungs: () => uses.map(({ rung, kind }) => `${rung} ${kind}`) };
}

function addTeam({ world: { directory } }: DialectWorld): void {
  directory.addUser('boss');
  directory.addUser('report', {}, 'boss');
  directory.addGroup('team', ['report', 'boss']);
  for (const id of ['boss', 'report', 'team']) directory.assign(id);
}

const error = (status: number, detail: string): Refusal => ({ status, body: { status: String(status), detail } });
const isManagerQuery = (url: string): boolean => decodeURIComponent(url).includes('manager eq');
const managerOf = (resource: Record<string, unknown> | undefined): unknown =>
  (resource?.[ENTERPRISE] as { manager?: { value?: string } } | undefined)?.manager?.value;

// spec: dialects
describe.each<Dialect>(['entra', 'entra-legacy'])('--tolerant with %s', (dialect) => {
  it('brings people, managers, groups and members into a target that knows the standard only', async () => {
    const strict = await startScimTarget({ kind: 'rfc7644' });
    onTestFinished(() => strict.close());
    const place = await tolerantPlace(dialect, { baseUrl: strict.url, token: strict.token });
    const { world, run, rungs } = place;
    addTeam(place);
    const { counts } = await run();
    expect(await world.escrows()).toEqual({});
    expect(counts).toMatchObject({ created: 3, failed: 0 });
    const idOf = (name: string): unknown =>
      strict.users().find(({ userName }) => userName === `${name}@example.com`)?.['id'];
    const [boss, report] = [idOf('boss'), idOf('report')];
    expect(managerOf(strict.users().find(({ id }) => id === report))).toBe(boss);
    const members = strict.groups().map((group) => (group['members'] as { value: string }[]).map(({ value }) => value));
    expect(members).toEqual([expect.arrayContaining([boss, report])]);
    expect(rungs()).toEqual(expect.arrayContaining(['standardForm Group', 'readReference User', 'standardForm User']));

    world.directory.setUser('boss', { displayName: 'Bea', mobilePhone: '+44', surname: 'Moss', employeeId: '42' });
    world.directory.setUser('report', { accountEnabled: false });
    world.directory.removeMember('team', 'report');
    const second = await run();
    expect(await world.escrows()).toEqual({});
    expect(second.counts).toMatchObject({ disabled: 1, failed: 0 });
    expect(strict.users().map(({ active, displayName }) => [active, displayName])).toEqual([
      [true, 'Bea'],
      [false, 'Name report'],
    ]);
    expect(strict.groups().map((group) => group['members'])).toMatchObject([[{ value: boss }]]);
  });
});

describe('a target that refuses the question for a manager', () => {
  it.each([
    ['400', error(400, 'manager is no attribute')],
    ['404', error(404, 'no such thing')],
    ['501', error(501, 'not implemented')],
    ['a list of everybody', { status: 200, body: { totalResults: 1, Resources: [{ id: 'somebody' }] } }],
    ['a page of HTML', { status: 200, body: '<html>' }],
  ])('by %s has the account read instead, and the manager written', async (_what, refusal) => {
    const place = await tolerantPlace('entra');
    const { world, endpoint, run, uses } = place;
    endpoint.refuse = (_method, url) => (isManagerQuery(url) ? refusal : undefined);
    addTeam(place);
    expect((await run()).counts).toMatchObject({ failed: 0 });
    expect(await world.escrows()).toEqual({});
    expect([...endpoint.resources.Users.values()].map(managerOf)).toContain('user-1');
    expect(uses).toMatchObject([{ rung: 'readReference', kind: 'User', id: 'user-2' }]);
  });

  it('is not written to when the account shows that manager', async () => {
    const place = await tolerantPlace('entra');
    const { world, endpoint, run } = place;
    world.directory.addUser('boss');
    world.directory.addUser('report', {}, 'boss');
    world.directory.assign('report');
    await run();
    endpoint.resources.Users.set('user-1', {
      ...endpoint.resources.Users.get('user-1'),
      [ENTERPRISE]: { manager: { value: 'user-2' } },
    });
    endpoint.refuse = (_method, url) => (isManagerQuery(url) ? error(400, 'no') : undefined);
    world.directory.assign('boss');
    endpoint.takeRequests();
    expect((await run()).counts).toMatchObject({ created: 1, failed: 0 });
    expect(endpoint.takeRequests().filter((each) => each.includes(`${ENTERPRISE}:manager`))).toEqual([]);
  });

  it('and does not show the account either, fails as it does with rfc7644', async () => {
    const place = await tolerantPlace('entra');
    const { world, endpoint, run } = place;
    endpoint.refuse = (method, url) => {
      if (isManagerQuery(url)) return error(400, 'no');
      return method === 'GET' && url.endsWith('/Users/user-2') ? error(404, 'gone') : undefined;
    };
    addTeam(place);
    expect((await run()).counts).toMatchObject({ failed: 1 });
    expect(await world.escrows()).toEqual({ report: 'InvalidAnchor' });
  });
});

describe('a creation in the form of Entra', () => {
  it.each([400, 422, 501])('that is refused with %s is sent as the standard has it', async (status) => {
    const place = await tolerantPlace('entra');
    const { endpoint, run, uses } = place;
    const isGroup = (method: string, url: string): boolean => method === 'POST' && url === '/scim/Groups';
    let refused = 0;
    endpoint.refuse = (method, url) => {
      if (!isGroup(method, url) || refused > 0) return undefined;
      refused += 1;
      return error(status, `${MICROSOFT_GROUP} is no schema here`);
    };
    addTeam(place);
    expect((await run()).counts).toMatchObject({ created: 3, failed: 0 });
    const sent = endpoint.takeRequests().filter((each) => each.startsWith('POST /scim/Groups'));
    expect(sent.map((each) => each.includes(MICROSOFT_GROUP))).toEqual([true, false]);
    expect(uses).toMatchObject([{ rung: 'standardForm', kind: 'Group', id: null }]);
    expect(uses[0]?.because).toContain('is no schema here');
  });

  it('that is refused as taken is not sent again in another form', async () => {
    const place = await tolerantPlace('entra');
    const { endpoint, run, rungs } = place;
    const body = { status: '400', scimType: 'uniqueness' };
    endpoint.refuse = (method) => (method === 'POST' ? { status: 400, body } : undefined);
    place.world.directory.addUser('boss');
    place.world.directory.assign('boss');
    await run();
    expect(endpoint.takeRequests().filter((each) => each.startsWith('POST'))).toHaveLength(1);
    expect(rungs()).toEqual([]);
  });
});

it('a target that shows members although they were left out of the question is taken as it is, and told', async () => {
  const place = await tolerantPlace('entra');
  const { world, endpoint, run, rungs } = place;
  addTeam(place);
  await run();
  endpoint.refuse = (method, url) => {
    const [, id = ''] = /^\/scim\/Groups\/([^?]+)\?/.exec(url) ?? [];
    return method === 'GET' && id !== '' ? { status: 200, body: endpoint.resources.Groups.get(id) } : undefined;
  };
  world.directory.setGroup('team', { displayName: 'Crew' });
  expect((await run()).counts).toMatchObject({ updated: 1, failed: 0 });
  expect(rungs()).toEqual(['membersShown Group']);
});
