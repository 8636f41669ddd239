// The gallery's tests that ask the endpoint directly: discovery, empty values, creation and change, pages, credentials.
import { type Check, observed, Unmet } from '../check.ts';
import { answerName, listed, objectOf, succeeded, textIn } from '../exchange.ts';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, type Resource, type Stage, userBody } from '../stage.ts';
import { CYCLE_TESTS } from './gallery-cycles.ts';
import {
  expectPatched,
  expectSuccess,
  type GalleryTest,
  galleryCheck,
  idIn,
  TestFailed,
  valueAt,
} from './gallery-test.ts';
import type { LifeWorld } from './life-world.ts';

/** What the mappings that Entra begins with write; sub-attributes of elements as Microsoft flattens them. */
const MAPPED_USER = [
  'userName',
  'active',
  'displayName',
  'title',
  'emails[type eq "work"].value',
  'preferredLanguage',
  'name.givenName',
  'name.familyName',
  'name.formatted',
  'addresses[type eq "work"].formatted',
  'addresses[type eq "work"].streetAddress',
  'addresses[type eq "work"].locality',
  'addresses[type eq "work"].region',
  'addresses[type eq "work"].postalCode',
  'addresses[type eq "work"].country',
  'phoneNumbers[type eq "work"].value',
  'phoneNumbers[type eq "mobile"].value',
  'phoneNumbers[type eq "fax"].value',
  `${ENTERPRISE_SCHEMA}:employeeNumber`,
  `${ENTERPRISE_SCHEMA}:department`,
  `${ENTERPRISE_SCHEMA}:manager`,
];
const MAPPED_GROUP = ['displayName', 'members'];
const UPDATABLE = ['displayName', 'title', 'name.givenName', 'name.familyName', `${ENTERPRISE_SCHEMA}:department`];
const PAGE = 5;
const LEAST_RESOURCES = 11;

/** Names of a schema's attributes: `title`, `name.givenName`, `emails.value`; those of extensions with their URN in front. */
function namesOf(schema: Resource): string[] {
  const id = textIn(schema, 'id');
  const prefix = id.includes(':core:') ? '' : `${id}:`;
  const attributes = schema['attributes'];
  return (Array.isArray(attributes) ? attributes : []).flatMap((each) => {
    const attribute = objectOf(each) ?? {};
    const name = `${prefix}${textIn(attribute, 'name')}`;
    const subs = attribute['subAttributes'];
    const nested = (Array.isArray(subs) ? subs : []).map((sub) => `${name}.${textIn(sub, 'name')}`);
    return [name, ...nested];
  });
}

async function createUser(stage: Stage): Promise<string> {
  return idIn(
    await stage.send({ method: 'POST', path: '/Users', body: userBody(stage.newName(), { title: 'Prober' }) }),
  );
}

async function createGroup(stage: Stage): Promise<string> {
  const body = { schemas: [GROUP_SCHEMA], displayName: stage.newGroupName() };
  return idIn(await stage.send({ method: 'POST', path: '/Groups', body }));
}

async function pages(stage: Stage, kind: 'Users' | 'Groups'): Promise<void> {
  let startIndex = 1;
  for (const which of ['first', 'second']) {
    const exchange = await stage.get(`/${kind}`, { startIndex: String(startIndex), count: String(PAGE) });
    expectSuccess(exchange, [200]);
    const resources = listed(exchange) ?? [];
    const said = objectOf(exchange.json)?.['startIndex'];
    if (said !== startIndex)
      throw new TestFailed(
        `the ${which} page says startIndex ${JSON.stringify(said)}, asked was ${startIndex}`,
        exchange,
      );
    if (resources.length === 0 || resources.length > PAGE)
      throw new TestFailed(`the ${which} page has ${resources.length} resources, asked were ${PAGE}`, exchange);
    startIndex += resources.length;
  }
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

const DIRECT_TESTS: readonly GalleryTest[] = [
  {
    name: 'Schema_Discoverability_Test',
    async run(stage) {
      const exchange = expectSuccess(await stage.get('/Schemas'), [200]);
      const schemas = listed(exchange);
      if (schemas === undefined) throw new TestFailed('/Schemas is no list with Resources', exchange);
      const names = new Set(schemas.flatMap(namesOf).map((name) => name.toLowerCase()));
      const missing = [...MAPPED_USER, ...MAPPED_GROUP].filter(
        (path) => !names.has(path.replace(/\[[^\]]*\]/, '').toLowerCase()),
      );
      if (missing.length > 0) throw new TestFailed(`/Schemas lacks ${missing.join(', ')}`, exchange);
    },
  },
  {
    name: 'SCIM_Null_Update_Test',
    async run(stage) {
      const id = await createUser(stage);
      for (const value of ['', null]) {
        const operations = [{ op: 'replace', path: 'title', value }];
        await expectPatched(
          stage,
          'Users',
          id,
          operations,
          ({ title }) => isEmpty(title),
          `title ${JSON.stringify(value)}`,
        );
      }
    },
  },
  {
    name: 'SCIM_User_Create_Test',
    async run(stage) {
      const userName = stage.newName();
      const exchange = await stage.send({ method: 'POST', path: '/Users', body: userBody(userName) });
      idIn(exchange);
      const back = objectOf(exchange.json)?.['userName'];
      if (back !== userName) throw new TestFailed(`userName comes back as ${JSON.stringify(back)}`, exchange);
    },
  },
  {
    name: 'SCIM_User_Update_Test',
    async run(stage) {
      const id = await createUser(stage);
      const operations = UPDATABLE.map((path, index) => ({ op: 'replace', path, value: `Value ${index}` }));
      const holds = (account: Resource): boolean =>
        operations.every(({ path, value }) => valueAt(account, path) === value);
      await expectPatched(stage, 'Users', id, operations, holds, `one of ${UPDATABLE.join(', ')}`);
    },
  },
  {
    name: 'SCIM_Group_Create_Test',
    async run(stage) {
      const displayName = stage.newGroupName();
      const body = { schemas: [GROUP_SCHEMA], displayName };
      const exchange = await stage.send({ method: 'POST', path: '/Groups', body });
      idIn(exchange);
      const back = objectOf(exchange.json)?.['displayName'];
      if (back !== displayName) throw new TestFailed(`displayName comes back as ${JSON.stringify(back)}`, exchange);
    },
  },
  {
    name: 'SCIM_Group_Update_Test',
    async run(stage) {
      const id = await createGroup(stage);
      const value = stage.newGroupName();
      const operations = [{ op: 'replace', path: 'displayName', value }];
      await expectPatched(stage, 'Groups', id, operations, ({ displayName }) => displayName === value, 'displayName');
    },
  },
  {
    name: 'Validate_Credentials_Test',
    async run(stage) {
      const facts = await stage.session.tokenFacts(stage.signal);
      if (facts === null) throw new Unmet('the token is static; --oauth tests client credentials');
      const minutes = facts.lifetimeSeconds === null ? null : facts.lifetimeSeconds / 60;
      if (minutes === null || minutes < 60 || minutes > 360)
        throw new TestFailed(
          `a token should be good for 60 to 360 minutes; it is ${minutes ?? 'not said for how long'}`,
          null,
        );
      expectSuccess(await stage.get('/Users', { count: '1' }), [200]);
    },
  },
  {
    name: 'Federated_Identity_Test',
    run: () => Promise.reject(new Unmet('workload identity is not configured; it needs a tenant of Microsoft Entra')),
  },
  {
    name: 'SCIM_User_Pagination_Test',
    async run(stage) {
      while (stage.session.own.remaining().filter(({ kind }) => kind === 'Users').length < LEAST_RESOURCES)
        await createUser(stage);
      await pages(stage, 'Users');
    },
  },
  {
    name: 'SCIM_Group_Pagination_Test',
    optional: true,
    async run(stage) {
      while (stage.session.own.remaining().filter(({ kind }) => kind === 'Groups').length < LEAST_RESOURCES)
        await createGroup(stage);
      await pages(stage, 'Groups');
    },
  },
  {
    name: 'SCIM_Update_Manager_Test',
    async run(stage) {
      const [id, first, second] = [await createUser(stage), await createUser(stage), await createUser(stage)];
      const path = `${ENTERPRISE_SCHEMA}:manager`;
      const managerOf = (account: Resource): unknown => {
        const manager = valueAt(account, path);
        return objectOf(manager)?.['value'] ?? manager;
      };
      const expectManager = (value: unknown, manager: string | undefined, op = 'replace'): Promise<void> => {
        const holds = (account: Resource): boolean =>
          manager === undefined ? isEmpty(managerOf(account)) : managerOf(account) === manager;
        return expectPatched(stage, 'Users', id, [{ op, path, value }], holds, `the manager by ${op}`);
      };
      await expectManager({ value: first }, first, 'add');
      await expectManager({ value: second }, second);
      // Microsoft does not say how "empty" is written; a strict service accepts null, and no text where an object belongs.
      try {
        await expectManager('', undefined);
      } catch (error) {
        if (!(error instanceof TestFailed)) throw error;
        await expectManager(null, undefined);
      }
    },
  },
];

/** Microsoft's 25 tests, and the verdict on all of them. */
export function galleryChecks(world: LifeWorld): readonly Check[] {
  const verdicts = new Map<string, 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED'>();
  const tests = [...CYCLE_TESTS, ...DIRECT_TESTS];
  const credentials = ['Validate_Credentials_Test', 'Federated_Identity_Test'];
  return [
    ...tests.map((test) => galleryCheck(test, world, verdicts)),
    {
      id: 'gallery.no-match',
      theme: 'gallery',
      row: null,
      title: 'a filter that matches nobody (a condition for listing)',
      writes: false,
      async run(stage) {
        const exchange = await stage.find('Users', `userName eq "${stage.address('nobody')}"`);
        const isWell = succeeded(exchange) && listed(exchange)?.length === 0;
        const answered = answerName(exchange);
        return observed(
          answered,
          !isWell && { finding: 'no-match-refused', because: `expected 200 with nobody, came ${answered}` },
        );
      },
    },
    {
      id: 'gallery.overall',
      theme: 'gallery',
      row: null,
      title: 'overall: all mandatory tests passed or skipped, and one of those of credentials passed',
      writes: true,
      run: () => {
        const failed = [...verdicts].filter(([, verdict]) => verdict === 'FAILED').length;
        const isProven = credentials.some((name) => verdicts.get(name) === 'PASSED');
        const outcome = failed === 0 && isProven ? 'Succeeded' : 'Failed';
        const because = 'both were skipped';
        return Promise.resolve(
          observed(outcome, !isProven && { finding: 'gallery-credentials', because, exchange: null }),
        );
      },
    },
  ];
}
