// What a fault of a SCIM endpoint comes to in the dialects of Entra: the object fails, by the code that Entra's documents have for
// it, and nothing else is tried. With --tolerant what rfc7644 would do is done, and told.
import { describe, expect, it } from 'vitest';
import type { Adaptation } from '../../../src/target/adaptation.ts';
import { type DialectWorld, dialectWorld } from './dialect-world.ts';
import type { Refusal } from './entra-endpoint.ts';

const ANA = 'ana';

interface Bug {
  /** What the endpoint does wrong, once Ana has an account. */
  readonly refuse: (method: string, url: string) => Refusal | undefined;
  readonly change: (place: DialectWorld) => void;
  readonly code: string;
  /** Methods of the requests of the cycle. */
  readonly sent: string;
}

const error = (status: number, scimType?: string): Refusal => ({ status, body: { status: String(status), scimType } });
const list = (...Resources: object[]): Refusal => ({
  status: 200,
  body: { totalResults: Resources.length, Resources },
});
const isQuery = (url: string): boolean => url.includes('filter=');

function addBen({ world }: DialectWorld): void {
  world.directory.addUser('ben');
  world.directory.assign('ben');
}

const renameAna = ({ world }: DialectWorld): void => world.directory.setUser(ANA, { displayName: 'Ana Maria' });

const BUGS: Readonly<Record<string, Bug>> = {
  'hides an account that is linked': {
    refuse: (method) => (method === 'GET' ? { status: 404 } : undefined),
    change: renameAna,
    code: 'InvalidAnchor',
    sent: 'GET',
  },
  'answers 404 to a PATCH': {
    refuse: (method) => (method === 'PATCH' ? { status: 404 } : undefined),
    change: renameAna,
    code: 'InvalidAnchor',
    sent: 'GET PATCH',
  },
  'does not know the path of an element that is not there': {
    refuse: (method) => (method === 'PATCH' ? error(400, 'noTarget') : undefined),
    change: ({ world }) => world.directory.setUser(ANA, { mobilePhone: '+44' }),
    code: 'SchemaAttributeNotFound',
    sent: 'GET PATCH',
  },
  'refuses a value': {
    refuse: (method) => (method === 'PATCH' ? error(400, 'invalidValue') : undefined),
    change: renameAna,
    code: 'UnprocessableEntity',
    sent: 'GET PATCH',
  },
  'has no PATCH': {
    refuse: (method) => (method === 'PATCH' ? error(501) : undefined),
    change: renameAna,
    code: 'NotImplemented',
    sent: 'GET PATCH',
  },
  'ignores the filter, and holds several accounts': {
    refuse: (_method, url) => (isQuery(url) ? list({ id: 'x', userName: 'x' }, { id: 'y', userName: 'y' }) : undefined),
    change: addBen,
    code: 'DuplicateTargetEntries',
    sent: 'GET',
  },
  'ignores the filter, and holds one account': {
    refuse: (_method, url) => (isQuery(url) ? list({ id: 'x', userName: 'somebody.else' }) : undefined),
    change: addBen,
    code: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
    sent: 'GET',
  },
  'refuses a filter by the work address': {
    refuse: (_method, url) => (url.includes('emails') ? error(400, 'invalidFilter') : undefined),
    change: addBen,
    code: 'UnprocessableEntity',
    sent: 'GET GET',
  },
  'answers a creation without an id': {
    refuse: (method) => (method === 'POST' ? { status: 201, body: { userName: 'ben@example.com' } } : undefined),
    change: addBen,
    code: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
    sent: 'GET GET POST',
  },
  'says that the name is taken': {
    refuse: (method) => (method === 'POST' ? error(409, 'uniqueness') : undefined),
    change: addBen,
    code: 'EntryConflict',
    sent: 'GET GET POST',
  },
  'shows the members of a group that is asked for without them': {
    refuse: (method, url) =>
      method === 'GET' && url.startsWith('/scim/Groups?')
        ? list({ id: 'g', displayName: 'Group team', members: [{ value: 'user-1' }] })
        : undefined,
    change: ({ world }) => {
      world.directory.addGroup('team', [ANA]);
      world.directory.assign('team');
    },
    code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse',
    sent: 'GET',
  },
};

async function place(more: Parameters<typeof dialectWorld>[1] = {}): Promise<DialectWorld> {
  const made = await dialectWorld('entra-legacy', more);
  made.world.directory.addUser(ANA);
  made.world.directory.assign(ANA);
  await made.run();
  made.endpoint.takeRequests();
  return made;
}

const methods = (requests: readonly string[]): string => requests.map((each) => each.split(' ')[0]).join(' ');

// spec: dialects
describe('an endpoint that', () => {
  it.each(Object.entries(BUGS))('%s', async (_what, { refuse, change, code, sent }) => {
    const made = await place();
    const { world, endpoint, run } = made;
    endpoint.refuse = refuse;
    change(made);
    const { counts } = await run();
    expect(methods(endpoint.takeRequests())).toBe(sent);
    expect(counts.failed).toBe(1);
    expect(Object.values(await world.escrows())).toEqual([code]);
    const entries = await world.log();
    const information = entries.map(({ provisioningStatusInfo: status }) => status.errorInformation?.errorCode);
    expect(information).toContain(code);
  });
});

describe('a link whose account is not shown', () => {
  it('stays, and the person gets no second account', async () => {
    const { world, endpoint, run } = await place();
    endpoint.refuse = (method) => (method === 'GET' ? { status: 404 } : undefined);
    world.directory.unassign(ANA);
    await run();
    expect(await world.escrows()).toEqual({ [ANA]: 'InvalidAnchor' });
    endpoint.refuse = undefined;
    endpoint.takeRequests();
    await run();
    expect(await world.escrows()).toEqual({});
    expect(methods(endpoint.takeRequests())).toBe('GET PATCH');
    expect([...endpoint.resources.Users.values()].map(({ id, active }) => [id, active])).toEqual([['user-1', false]]);
  });
});

it('a creation whose answer was lost is found by the next cycle, and nobody is made twice', async () => {
  const made = await place();
  const { world, endpoint, run } = made;
  endpoint.refuse = (method) => {
    if (method !== 'POST') return undefined;
    endpoint.resources.Users.set('user-2', { id: 'user-2', userName: 'ben@example.com', active: true });
    return error(500);
  };
  addBen(made);
  await run();
  expect(await world.escrows()).toEqual({ ben: 'InternalServerError' });
  endpoint.refuse = undefined;
  const { counts } = await run();
  expect(counts).toMatchObject({ adopted: 1, created: 0, failed: 0 });
  expect([...endpoint.resources.Users.keys()]).toEqual(['user-1', 'user-2']);
});

it('somebody who may sign in again is enabled, and not added to groups again', async () => {
  const { world, endpoint, run } = await place();
  world.directory.addGroup('team', [ANA]);
  world.directory.assign('team');
  await run();
  world.directory.setUser(ANA, { accountEnabled: false });
  await run();
  endpoint.takeRequests();
  world.directory.setUser(ANA, { accountEnabled: true });
  const { counts } = await run();
  expect(counts).toMatchObject({ enabled: 1, failed: 0 });
  expect(methods(endpoint.takeRequests())).toBe('GET PATCH');
});

it('a deletion that answers 404 is done', async () => {
  const { world, endpoint, run } = await place();
  world.directory.hardDelete(ANA);
  endpoint.refuse = (method) => (method === 'DELETE' ? { status: 404 } : undefined);
  const { counts } = await run();
  expect(counts).toMatchObject({ deleted: 1, failed: 0 });
  expect(methods(endpoint.takeRequests())).toBe('DELETE');
});

it.each([
  ['a token that is refused', 401, 'TargetCredentialsInvalid', 'InvalidCredentials'],
  ['a filter that answers 404', 404, 'TargetIncompatible', 'ServiceIncompatible'],
])('%s ends the job, and the message has the name that Entra has for it', async (_what, status, code, name) => {
  const made = await place();
  made.endpoint.refuse = () => ({ status });
  addBen(made);
  await expect(made.run()).rejects.toMatchObject({
    code,
    message: expect.stringContaining(`SystemForCrossDomainIdentityManagement${name}.`) as string,
  });
});

describe('with --tolerant', () => {
  it('another form is tried, and each use is told', async () => {
    const uses: Adaptation[] = [];
    const made = await place({ tolerant: true, ladders: true, adapted: (use) => uses.push(use) });
    const { world, endpoint, run } = made;
    let refused = 0;
    endpoint.refuse = (_method, url) => {
      if (!url.includes('emails%5B') || refused > 0) return undefined;
      refused += 1;
      return error(400, 'invalidFilter');
    };
    addBen(made);
    const { counts } = await run();
    expect(counts).toMatchObject({ created: 1, failed: 0 });
    expect(methods(endpoint.takeRequests())).toBe('GET GET GET POST');
    expect(await world.escrows()).toEqual({});
    expect(uses).toMatchObject([{ rung: 'filterForm', kind: 'User', id: null }]);
  });

  it('an account that was made meanwhile is found and adopted', async () => {
    const made = await place({ tolerant: true, ladders: true });
    const { world, endpoint, run } = made;
    let conflicts = 0;
    endpoint.refuse = (method) => {
      if (method !== 'POST' || conflicts > 0) return undefined;
      conflicts += 1;
      endpoint.resources.Users.set('user-7', { id: 'user-7', userName: 'ben@example.com', active: true });
      return error(409, 'uniqueness');
    };
    addBen(made);
    const { counts } = await run();
    expect(counts).toMatchObject({ adopted: 1, failed: 0 });
    expect(world.logged.map(({ message }) => message)).toContain(
      'tolerant: an account that could not be created is looked for, and adopted',
    );
  });
});
