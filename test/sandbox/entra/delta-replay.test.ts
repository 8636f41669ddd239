/** Whatever happens to the directory and whenever pages are read: applying all delta pages in order gives the directory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeClock } from '../../../src/sandbox/entra/clock.ts';
import { generateTenant } from '../../../src/sandbox/entra/generate.ts';
import { makeTokenSealer } from '../../../src/sandbox/entra/page-token.ts';
import { answerGraph } from '../../../src/sandbox/entra/router.ts';
import { defaultSettings } from '../../../src/sandbox/entra/settings.ts';
import type { TenantState } from '../../../src/sandbox/entra/tenant-state.ts';
import type { Json } from './graph-caller.ts';

const USERS = '/users/delta?$select=displayName,department,accountEnabled,manager';
const GROUPS = '/groups/delta?$select=displayName,description,members';

type Edit = { readonly op: string; readonly a: number; readonly b: number };

const OPS = [
  'rename',
  'department',
  'clearDepartment',
  'jobTitle',
  'manager',
  'clearManager',
  'delete',
  'restore',
  'purge',
  'create',
  'join',
  'leave',
  'renameGroup',
  'newGroup',
  'dropGroup',
  'restoreGroup',
] as const;

const edit: fc.Arbitrary<Edit> = fc.record({ op: fc.constantFrom(...OPS), a: fc.nat(1000), b: fc.nat(1000) });

function makeState(memberSliceSize: number, pageSize: number): TenantState {
  const clock = makeClock(() => new Date('2026-01-01T00:00:00Z'));
  const generated = generateTenant({ users: 9, groups: 7, seed: 5, memberships: 20 }, () => clock.now());
  return {
    ...generated,
    clock,
    sealer: makeTokenSealer('test'),
    settings: { ...defaultSettings({ pageSize, memberSliceSize }), emptyPageEvery: 3 },
    generation: 'first',
    granted: new Set(),
    synchronizationJobs: [],
  };
}

function call(state: TenantState, method: string, url: string, body?: unknown): { status: number; body: Json } {
  const [path = '', search = ''] = url.replace('https://localhost/v1.0', '').split('?');
  const reply = answerGraph(state, {
    method,
    path,
    search,
    headers: {},
    body,
    origin: 'https://localhost',
    roles: null,
  });
  return { status: reply.status, body: (reply.body ?? {}) as Json };
}

function at<T>(items: Iterable<T>, index: number): T | undefined {
  const list = [...items];
  return list[index % Math.max(1, list.length)];
}

/** Carries an edit out by Graph requests; edits that find nothing to work on, or are refused, change nothing. */
function perform(state: TenantState, { op, a, b }: Edit): void {
  const { users, groups } = state.directory;
  const user = at(users.live.keys(), a);
  const other = at(users.live.keys(), b);
  const group = at(groups.live.keys(), b);
  const deleted = at(users.deleted.keys(), a);
  const ref = (id: string | undefined): Json => ({
    '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
  });
  switch (op) {
    case 'rename':
      return void call(state, 'PATCH', `/users/${user}`, { displayName: `Name ${a}` });
    case 'department':
      return void call(state, 'PATCH', `/users/${user}`, { department: `Department ${b % 4}` });
    case 'clearDepartment':
      return void call(state, 'PATCH', `/users/${user}`, { department: null });
    case 'jobTitle':
      return void call(state, 'PATCH', `/users/${user}`, { jobTitle: `Job ${b % 4}` });
    case 'manager':
      return void call(state, 'PUT', `/users/${user}/manager/$ref`, ref(other));
    case 'clearManager':
      return void call(state, 'DELETE', `/users/${user}/manager/$ref`);
    case 'delete':
      return void call(state, 'DELETE', `/users/${user}`);
    case 'restore':
      return void call(state, 'POST', `/directory/deletedItems/${deleted}/restore`);
    case 'purge':
      return void call(state, 'DELETE', `/directory/deletedItems/${deleted}`);
    case 'create':
      return void call(state, 'POST', '/users', {
        displayName: `New ${a}`,
        userPrincipalName: `new${a}-${b}@contoso.example`,
      });
    case 'join':
      return void call(state, 'POST', `/groups/${group}/members/$ref`, ref(user));
    case 'leave': {
      const member = group === undefined ? undefined : at(groups.live.get(group)?.members.keys() ?? [], a);
      return void call(state, 'DELETE', `/groups/${group}/members/${member}/$ref`);
    }
    case 'renameGroup':
      return void call(state, 'PATCH', `/groups/${group}`, { displayName: `Group ${a}`, description: null });
    case 'newGroup':
      return void call(state, 'POST', '/groups', { displayName: `Group ${a}` });
    case 'dropGroup':
      return void call(
        state,
        'DELETE',
        `/groups/${a % 2 === 0 ? group : at(groups.live.keys(), groups.live.size - 1)}`,
      );
    case 'restoreGroup':
      return void call(state, 'POST', `/directory/deletedItems/${at(groups.deleted.keys(), a)}/restore`);
    default:
      throw new Error(`unknown edit ${op}`);
  }
}

/** A client's copy of the directory, built from nothing but delta pages. */
class Mirror {
  readonly users = new Map<string, Json>();
  readonly groups = new Map<string, { properties: Json; members: Set<string> }>();
  #userUrl = USERS;
  #groupUrl = GROUPS;

  /** Reads one page of each feed; true when both ended a round. */
  step(state: TenantState): boolean {
    const users = call(state, 'GET', this.#userUrl).body;
    for (const row of users['value'] as Json[]) this.#applyUser(row);
    this.#userUrl = String(users['@odata.nextLink'] ?? users['@odata.deltaLink']);
    const groups = call(state, 'GET', this.#groupUrl).body;
    for (const row of groups['value'] as Json[]) this.#applyGroup(row);
    this.#groupUrl = String(groups['@odata.nextLink'] ?? groups['@odata.deltaLink']);
    return '@odata.deltaLink' in users && '@odata.deltaLink' in groups;
  }

  #applyUser(row: Json): void {
    const id = String(row['id']);
    if (row['@removed'] !== undefined) {
      this.users.delete(id);
      return;
    }
    const { 'manager@delta': links, ...properties } = row;
    let manager = this.users.get(id)?.['manager'] ?? null;
    for (const link of (links ?? []) as Json[]) manager = link['@removed'] === undefined ? String(link['id']) : null;
    this.users.set(id, { ...properties, manager });
  }

  #applyGroup(row: Json): void {
    const id = String(row['id']);
    if (row['@removed'] !== undefined) {
      this.groups.delete(id);
      return;
    }
    const { 'members@delta': links, ...properties } = row;
    const members = this.groups.get(id)?.members ?? new Set();
    for (const link of (links ?? []) as Json[]) {
      if (link['@removed'] === undefined) members.add(String(link['id']));
      else members.delete(String(link['id']));
    }
    this.groups.set(id, { properties, members });
  }
}

function defined(bag: Json): Json {
  return Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
}

function expected(state: TenantState): { users: Map<string, Json>; groups: Map<string, unknown> } {
  const users = new Map<string, Json>();
  for (const [id, user] of state.directory.users.live) {
    const { displayName, department, accountEnabled } = user.properties;
    users.set(id, defined({ displayName, department, accountEnabled, id, manager: user.managerId }));
  }
  const groups = new Map<string, unknown>();
  for (const [id, group] of state.directory.groups.live) {
    const { displayName, description } = group.properties;
    groups.set(id, { properties: defined({ displayName, description, id }), members: new Set(group.members.keys()) });
  }
  return { users, groups };
}

test('delta pages read between random edits replay to the directory', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(edit, fc.constant('read' as const)), { maxLength: 80, size: 'max' }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 5 }),
      (script, pageSize, memberSliceSize) => {
        const state = makeState(memberSliceSize, pageSize);
        const mirror = new Mirror();
        for (const step of script) {
          if (step === 'read') mirror.step(state);
          else perform(state, step);
        }
        // Rounds begun before the last edit end, and one more of each feed begins and ends after it.
        for (let ended = 0, pages = 0; ended < 3; pages += 1) {
          expect(pages).toBeLessThan(2000);
          if (mirror.step(state)) ended += 1;
        }
        const wanted = expected(state);
        expect(mirror.users).toEqual(wanted.users);
        expect(mirror.groups).toEqual(wanted.groups);
      },
    ),
    { numRuns: 150, seed: 20260101 },
  );
});
