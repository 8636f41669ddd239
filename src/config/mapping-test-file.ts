// One file of mapping tests -> samples with their expectations, or every fault with its place. Which job it is about is
// found out elsewhere (mapping-test-subject.ts).
import { ERROR_TABLE } from '../model/errors.ts';
import { graphProperties, sourceAttribute, sourceAttributeNames } from '../model/source-attributes.ts';
import type { Sample } from '../rules/sample.ts';
import type { SampleExpectation } from '../rules/sample-verdict.ts';
import { readMoment } from '../rules/scoping-moments.ts';
import type { PatchOperation, ScimResource } from '../scim/resource.ts';
import { faultOfKey } from '../scim/resource-differences.ts';
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, descend, faultAt, textOf, toPlain } from './located.ts';
import { mappingTestFileSchema, type WrittenTest } from './mapping-test-schema.ts';
import { readYamlFile } from './read-yaml.ts';
import { schemaFaults } from './schema-faults.ts';
import { suggestion } from './suggestion.ts';

/** One sample with what should come of it. */
export interface MappingTest {
  readonly name: string;
  /** Where it begins in its file, from 1. */
  readonly line: number;
  readonly sample: Omit<Sample, 'environment'>;
  readonly now: Date;
  readonly taken: readonly string[];
  readonly params: Readonly<Record<string, string>>;
  readonly tenantDefaultDomain: string | undefined;
  readonly expected: SampleExpectation;
}

export interface MappingTestFile {
  /** As it was named. */
  readonly file: string;
  /** The value of `job`, with its place. */
  readonly job: Located | undefined;
  readonly tests: readonly MappingTest[];
}

export type ReadTests =
  | { readonly ok: true; readonly tests: MappingTestFile }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** Reads and checks the file; never throws for what is in it. */
export async function readMappingTests(file: string): Promise<ReadTests> {
  const { root, faults } = await readYamlFile(file, 'Name a file that exists, or none for all tests beside jobs.');
  if (root === undefined) return { ok: false, faults };
  const wrong = [...faults, ...schemaFaults(mappingTestFileSchema, root)];
  const list = child(root, 'tests');
  const nodes = list?.kind === 'list' ? list.items.filter((item) => item.kind === 'map') : [];
  for (const node of nodes) wrong.push(...faultsOfTest(node));
  wrong.push(...repeatedNames(nodes));
  if (wrong.length > 0) return { ok: false, faults: wrong };
  const { tests } = mappingTestFileSchema.parse(toPlain(root));
  const read = tests.map((test, index) => mappingTest(test, nodes[index]?.at.line ?? 1));
  return { ok: true, tests: { file, job: child(root, 'job'), tests: read } };
}

function repeatedNames(tests: readonly LocatedMap[]): ConfigurationFault[] {
  const seen = new Set<string>();
  return tests.flatMap((test) => {
    const node = child(test, 'name');
    const name = textOf(node);
    if (node === undefined || name === undefined) return [];
    const again = seen.has(name);
    seen.add(name);
    return again ? [faultAt(node.at, 'Another test of this file has this name.', 'Give each test its own.')] : [];
  });
}

function faultsOfTest(test: LocatedMap): ConfigurationFault[] {
  const user = child(test, 'user');
  const group = child(test, 'group');
  const faults: ConfigurationFault[] = [];
  if ((user === undefined) === (group === undefined))
    faults.push(faultAt(test.at, 'A test is about one object.', 'Write user: or group:, and not both.'));
  faults.push(...faultsOfSample(user, 'user'), ...faultsOfSample(group, 'group'));
  const now = child(test, 'now');
  const moment = textOf(now);
  if (now !== undefined && moment !== undefined && readMoment(moment) === undefined)
    faults.push(faultAt(now.at, 'There is no such moment.', 'Write for instance 2026-03-31 or 2026-03-31T08:00:00Z.'));
  const expect = child(test, 'expect');
  if (expect?.kind === 'map') faults.push(...faultsOfExpectation(expect, child(test, 'existing') !== undefined));
  return faults;
}

/** What a sample has beside Graph properties. */
const OWN_KEYS = {
  user: ['id', 'assigned', 'isSoftDeleted', 'manager', 'roles', 'memberOf'],
  group: ['id', 'assigned', 'members'],
} as const;

function faultsOfSample(sample: Located | undefined, kind: 'user' | 'group'): ConfigurationFault[] {
  if (sample?.kind !== 'map') return [];
  const known = [...OWN_KEYS[kind], ...graphProperties(kind, sourceAttributeNames(kind))];
  return [...sample.entries].flatMap(([key, { key: at, value }]) => {
    // YAML takes 00042 for a number. None of the properties is one; directory extensions may be.
    const isNumber = value.kind === 'scalar' && typeof value.value === 'number';
    if (known.includes(key) && isNumber)
      return [faultAt(value.at, 'Microsoft Graph answers no number here.', 'Write the value in quotes.')];
    // Directory extensions are Graph properties of their own name; annotations come along when an answer is copied.
    if (known.includes(key) || key.startsWith('@odata.') || key.startsWith('extension_')) return [];
    const origin = sourceAttribute(kind, key);
    const property = origin === undefined ? undefined : graphName(kind, key);
    const advice = property === undefined ? suggestion(key, known) : `In Microsoft Graph it is ${property}.`;
    return [faultAt(at, `Unknown key "${key}".`, advice ?? 'Samples have the properties of Microsoft Graph.')];
  });
}

/** Where Graph has the value of an attribute that has another name there. */
function graphName(kind: 'user' | 'group', name: string): string | undefined {
  const origin = sourceAttribute(kind, name);
  if (origin?.from === 'property') return origin.property;
  if (origin?.from === 'first') return `the first of ${origin.property}`;
  return origin?.from === 'member' ? `${origin.property}: { ${origin.member}: … }` : undefined;
}

function faultsOfExpectation(expect: LocatedMap, hasAccount: boolean): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const node = (key: keyof SampleExpectation) => child(expect, key);
  if (expect.entries.size === 0)
    faults.push(faultAt(expect.at, 'Nothing is expected.', 'Write for instance contains: { userName: ana@acme.com }.'));
  const contains = node('contains');
  if (contains !== undefined && node('resource') !== undefined)
    faults.push(faultAt(contains.at, 'resource is all of it and contains a part.', 'Keep one of them.'));
  const patch = node('patch');
  if (patch !== undefined && !hasAccount)
    faults.push(faultAt(patch.at, 'Only an account that exists is changed.', 'Write it as existing:.'));
  for (const key of ['resource', 'contains'] as const) faults.push(...faultsOfKeys(node(key)));
  const error = node('error');
  if (error?.kind === 'map' && error.entries.size === 0)
    faults.push(faultAt(error.at, 'This must say which.', 'Write kind, code or attribute.'));
  const code = descend(error, 'code');
  const name = textOf(code);
  if (code !== undefined && name !== undefined && !Object.hasOwn(ERROR_TABLE, name))
    faults.push(faultAt(code.at, `There is no error code "${name}".`, suggestion(name, Object.keys(ERROR_TABLE))));
  return faults;
}

function faultsOfKeys(resource: Located | undefined): ConfigurationFault[] {
  if (resource?.kind !== 'map') return [];
  return [...resource.entries].flatMap(([key, { key: at }]) => {
    const message = faultOfKey(key);
    return message === undefined ? [] : [faultAt(at, message, 'Write an attribute, or a path as in a mapping.')];
  });
}

/** When Now() is asked and the test does not say: results must not depend on the day they are computed. */
const USUAL_NOW = Date.UTC(2025, 0, 1, 12);
const USUAL_ID = '00000000-0000-0000-0000-000000000000';
const USUAL_MANAGER = '00000000-0000-0000-0000-000000000001';

function mappingTest(test: WrittenTest, line: number): MappingTest {
  const { name, now, taken, params, expect } = test;
  return {
    name,
    line,
    sample: sampleOf(test),
    // Checked before.
    now: new Date(readMoment(now ?? '')?.at ?? USUAL_NOW),
    taken: taken ?? [],
    params: params ?? {},
    tenantDefaultDomain: test.defaultDomain,
    expected: {
      ...expect,
      // YAML holds what JSON holds.
      resource: expect.resource as ScimResource | null | undefined,
      contains: expect.contains as ScimResource | undefined,
      patch: expect.patch as readonly PatchOperation[] | undefined,
    },
  };
}

function sampleOf({ user, group, existing }: WrittenTest): MappingTest['sample'] {
  const account = { existing: (existing ?? null) as ScimResource | null };
  const nobody = {
    managerId: null,
    managerAccount: null,
    members: [],
    roles: [],
    memberOf: null,
    isSoftDeleted: false,
  };
  if (user === undefined) {
    const { id, assigned, members, ...properties } = group ?? {};
    const accounts = (members ?? []).flatMap((member) => member.account?.id ?? []);
    const head = { kind: 'group', id: id ?? USUAL_ID, isAssigned: assigned ?? true } as const;
    return { ...nobody, ...account, ...head, properties, members: accounts };
  }
  const { id, assigned, isSoftDeleted, manager, roles, memberOf, ...properties } = user;
  return {
    ...nobody,
    ...account,
    kind: 'user',
    id: id ?? USUAL_ID,
    properties,
    managerId: manager === undefined || manager === null ? null : (manager.id ?? USUAL_MANAGER),
    managerAccount: accountOf(manager?.account),
    roles: (roles ?? []).map(roleOf),
    // Whoever lists no group is in none.
    memberOf: (memberOf ?? []).map((group) => group.toLowerCase()),
    isAssigned: assigned ?? true,
    isSoftDeleted: isSoftDeleted ?? false,
  };
}

type WrittenUser = NonNullable<WrittenTest['user']>;

function accountOf(account: NonNullable<WrittenUser['manager']>['account']): Sample['managerAccount'] {
  return account === undefined ? null : { id: account.id ?? null, email: account.email ?? null };
}

function roleOf(role: NonNullable<WrittenUser['roles']>[number]): Sample['roles'][number] {
  const isShort = typeof role === 'string';
  return {
    id: isShort ? role : (role.id ?? role.displayName),
    value: isShort ? role : (role.value ?? null),
    displayName: isShort ? role : role.displayName,
    isEnabled: true,
    allowedMemberTypes: ['User'],
  };
}
