// What a service may do behind an answer of success, and what must not come of it: a leaver who keeps access, and members and
// values that others lose. Each case was met by looking for it.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '../../../src/model/errors.ts';
import type { TargetProfile } from '../../../src/model/profile.ts';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import { ENTERPRISE_SCHEMA, type PatchOperation } from '../../../src/scim/resource.ts';
import { type Habits, MisbehavingService, WELL_BEHAVED } from './misbehaving-service.ts';
import { aTarget } from './target-setup.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const disabling: PatchOperation = { op: 'replace', path: 'active', value: false };
const enabling: PatchOperation = { op: 'replace', path: 'active', value: true };
const rename: PatchOperation = { op: 'replace', path: 'displayName', value: 'New' };

function start(habits: Partial<Habits>, profile: Partial<TargetProfile> = {}) {
  const service = new MisbehavingService(habits);
  const { target, signal } = aTarget({ baseUrl: { ...WELL_BEHAVED, ...habits }.root, profile });
  const person = (more: object = {}): string => service.add({ userName: 'p', active: true, ...more });
  const group = (...ids: string[]): string =>
    service.add({ displayName: 'G', members: ids.map((value) => ({ value })) });
  return {
    service,
    target,
    person,
    group,
    patchUser: (id: string, ...operations: PatchOperation[]) => target.patch('User', id, operations, signal),
    patchGroup: (id: string, ...operations: PatchOperation[]) => target.patch('Group', id, operations, signal),
  };
}

// spec: success-is-looked-at
describe('whoever leaves a group', () => {
  it('takes nobody along, although the list was seen to work where nobody was to stay', async () => {
    const { service, group, patchGroup } = start({ removalByPath: 400, removalByList: 'removes everybody' });
    const [small, large] = [group('a'), group('a', 'b', 'c')];
    await patchGroup(small, ...removeMembers(['a']));
    await patchGroup(large, ...removeMembers(['a']));
    expect(service.membersOf(large)).toEqual(['b', 'c']);
  });

  it('takes nobody along where the path removes everybody', async () => {
    const { service, group, patchGroup } = start({});
    service.interferes = (draft, { path }) => {
      if (path?.startsWith('members[') !== true) return false;
      draft['members'] = [];
      return true;
    };
    const id = group('a', 'b', 'c');
    await patchGroup(id, ...removeMembers(['a']));
    expect(service.membersOf(id)).toEqual(['b', 'c']);
  });

  it('takes nobody along twice, nor where they come back one request at a time', async () => {
    const { service, group, patchGroup } = start({ memberAddition: 'replaces', answers: false });
    service.interferes = (draft, { path }) => {
      if (path?.startsWith('members[') !== true) return false;
      draft['members'] = [];
      return true;
    };
    const many = Array.from({ length: 230 }, (_, index) => `m${index}`);
    const [one, two] = [group('a', ...many), group('a', 'b')];
    expect(await patchGroup(one, ...removeMembers(['a']))).toMatchObject({ ok: true });
    expect(service.membersOf(one).toSorted()).toEqual(many.toSorted());
    service.bodies.length = 0;
    expect(await patchGroup(two, ...removeMembers(['a']))).toMatchObject({ ok: true });
    expect(service.membersOf(two)).toEqual(['b']);
    expect(JSON.stringify(service.bodies)).not.toContain('members[');
  });

  it('takes nobody along where the answer is cut off', async () => {
    const { service, group, patchGroup } = start({});
    service.interferes = (draft, { path }) => {
      if (path?.startsWith('members[') !== true) return false;
      draft['members'] = [];
      return true;
    };
    let cuts = 1;
    service.answering = (request, stage) =>
      request.startsWith('PATCH') && stage === 'after' && cuts-- > 0 ? 502 : undefined;
    const id = group('a', 'b', 'c');
    await patchGroup(id, ...removeMembers(['a']));
    expect(service.membersOf(id)).toEqual(['b', 'c']);
  });

  // spec: lost-members-return
  it('is a fault of the next cycle where the others cannot be put back at once, which names them', async () => {
    const { service, group, patchGroup } = start({ removalByPath: 400, removalByList: 'removes everybody' });
    const id = group('a', 'b', 'c');
    let writes = 0;
    service.answering = (request, stage) => {
      if (request.startsWith('GET') || stage === 'after') return undefined;
      writes += 1;
      return writes <= 2 ? undefined : 403;
    };
    const result = await patchGroup(id, ...removeMembers(['a']));
    expect(result).toMatchObject({ ok: false, fault: { code: 'MembersMissing', ambiguous: true } });
    expect(result.ok ? '' : result.fault.message).toContain(': b, c.');
    expect(ERROR_TABLE.MembersMissing.retry).toBe('nextCycle');
  });

  it('leaves, although the removal of somebody who was no member seemed to work', async () => {
    const { service, group, patchGroup } = start({ removalByPath: 'ignored', answers: false });
    const [one, two] = [group('x', 'y'), group('a', 'b')];
    await patchGroup(one, ...removeMembers(['gone']));
    expect(await patchGroup(two, ...removeMembers(['a']))).toMatchObject({ ok: true });
    expect(service.membersOf(two)).toEqual(['b']);
  });

  it('leaves, although a change of a group without members seemed to remove somebody', async () => {
    const { service, group, patchGroup } = start({ removalByPath: 'ignored', answers: false });
    const [one, two] = [service.add({ displayName: 'One' }), group('a', 'b')];
    await patchGroup(one, rename, ...removeMembers(['gone']));
    await patchGroup(two, ...removeMembers(['a']));
    expect(service.membersOf(two)).toEqual(['b']);
  });

  it('leaves, although those who are to join are refused', async () => {
    const { service, group, patchGroup } = start({});
    const id = group('a', 'b');
    service.answering = (request, stage) => {
      const isRefused = request.startsWith('PATCH') && stage === 'before';
      return isRefused && JSON.stringify(service.bodies.at(-1)).includes('"x"') ? 409 : undefined;
    };
    for (let time = 0; time < 2; time += 1) {
      expect(await patchGroup(id, ...addMembers(['x']), ...removeMembers(['a']))).toMatchObject({
        ok: false,
        fault: { status: 409 },
      });
      expect(service.membersOf(id)).toEqual(['b']);
      service.edit(id, { members: [{ value: 'a' }, { value: 'b' }] });
      await patchGroup(id, ...addMembers(['c']));
      service.edit(id, { members: [{ value: 'a' }, { value: 'b' }] });
    }
  });

  it('leaves where the group shows ids in another case', async () => {
    const { service, group, patchGroup } = start({ removalByPath: 400 });
    const id = group('ABC', 'DEF');
    expect(await patchGroup(id, ...removeMembers(['abc']))).toMatchObject({ ok: true });
    expect(service.membersOf(id)).toEqual(['DEF']);
  });
});

// spec: success-is-looked-at
describe('whoever is to be disabled', () => {
  it('is looked at, although switching on was seen to work', async () => {
    const { service, person, patchUser } = start({ answers: false });
    service.interferes = (_draft, { path, value }) => path === 'active' && value === false;
    const [one, two] = [person({ active: false }), person()];
    await patchUser(one, enabling);
    await patchUser(two, disabling);
    expect(service.resources.get(two)?.['active']).toBe(false);
  });

  it('is a fault, each of them, where nothing switches an account off', async () => {
    const habits = { answers: false, plainPath: 'ignored', withoutPath: 'ignored', put: 'ignored' } as const;
    const { person, patchUser } = start(habits);
    const [one, two] = [person(), person()];
    await patchUser(one, disabling);
    const second = await patchUser(two, disabling);
    // Either a fault, or the account as it is, which the engine takes for one.
    expect(second.ok ? second.value : { active: true }).toMatchObject({ active: true });
  });

  it('is looked at where the answer does not say', async () => {
    const { service, person, patchUser } = start({});
    service.unanswered = ['active'];
    service.interferes = (_draft, { path, value }) => path === 'active' && value === false;
    const id = person();
    await patchUser(id, disabling);
    expect(service.resources.get(id)?.['active']).toBe(false);
  });

  it('is a fault where a PUT is answered with success and changes nothing', async () => {
    const { person, patchUser } = start({ put: 'ignored', answers: false }, { patch: 'none' });
    expect(await patchUser(person(), disabling)).toMatchObject({ ok: false, fault: { code: 'NotApplied' } });
  });
});

// spec: put-keeps-the-rest
describe('a change of one thing', () => {
  it('by PUT costs no group its members where they are hidden', async () => {
    const { service, group, patchGroup } = start({}, { patch: 'none' });
    service.hidden = ['members'];
    const id = group('a', 'b');
    expect(await patchGroup(id, rename)).toMatchObject({ ok: false, fault: { code: 'NotImplemented' } });
    await patchGroup(id, ...addMembers(['c']));
    expect(service.membersOf(id)).toEqual(['a', 'b']);
  });

  it('without path costs a name none of its other parts', async () => {
    const { service, person, patchUser } = start({ plainPath: 400, withoutPath: 'drops siblings' });
    const id = person({ name: { givenName: 'A', familyName: 'B' } });
    const first: PatchOperation = { op: 'replace', path: 'name.givenName', value: 'C' };
    await patchUser(id, first);
    expect(service.resources.get(id)?.['name']).toEqual({ givenName: 'C', familyName: 'B' });
    await patchUser(id, { ...first, value: 'D' });
    expect(service.resources.get(id)?.['name']).toEqual({ givenName: 'D', familyName: 'B' });
  });

  // spec: parts-are-no-loss
  it('is no loss of what the answer does not show', async () => {
    const { service, person, patchUser } = start({ extensionPath: 400, answers: 'changed' });
    const id = person({ title: 'Clerk', [ENTERPRISE_SCHEMA]: { department: 'Finance', costCenter: '12' } });
    await patchUser(id, { op: 'replace', path: `${ENTERPRISE_SCHEMA}:department`, value: 'Sales' });
    expect(service.requests).toEqual(['PATCH Users', 'GET Users', 'PATCH Users', 'GET Users']);
    expect(service.resources.get(id)).toMatchObject({
      title: 'Clerk',
      [ENTERPRISE_SCHEMA]: { department: 'Sales', costCenter: '12' },
    });
  });

  // spec: parts-are-no-loss
  it('is no loss of the elements that the answer does not show', async () => {
    const { service, person, patchUser, target } = start({});
    service.unanswered = ['emails'];
    const id = person({ emails: [{ type: 'home', value: 'h@x' }] });
    await patchUser(id, { op: 'add', path: 'emails', value: [{ type: 'work', value: 'w@x' }] });
    expect(service.requests.filter((each) => !each.startsWith('GET'))).toEqual(['PATCH Users']);
    expect(target.learned.statedWhole).toEqual([]);
  });

  // spec: parts-are-no-loss
  it('that removes something is looked at where the answer shows a part, and believed where it shows all', async () => {
    const removal: PatchOperation = { op: 'remove', path: `${ENTERPRISE_SCHEMA}:department` };
    for (const schemas of [undefined, ['urn:ietf:params:scim:schemas:core:2.0:User']]) {
      nock.cleanAll();
      const { service, person, patchUser } = start({});
      service.unanswered = [ENTERPRISE_SCHEMA];
      const id = person({ schemas, [ENTERPRISE_SCHEMA]: { department: 'Finance', costCenter: '1' } });
      service.interferes = (draft, { op }) => {
        if (op === 'remove' && schemas !== undefined) draft[ENTERPRISE_SCHEMA] = { costCenter: '1' };
        return op === 'remove';
      };
      await patchUser(id, removal);
      const held = service.resources.get(id)?.[ENTERPRISE_SCHEMA] as Record<string, unknown>;
      expect(held).toEqual({ costCenter: '1' });
      expect(service.requests.includes('GET Users')).toBe(schemas === undefined);
    }
  });

  it('to a part of the former value is one', async () => {
    const { service, person, patchUser } = start({ extensionPath: 'ignored', answers: false });
    const id = person({ [ENTERPRISE_SCHEMA]: { department: 'superadmin', costCenter: '12' } });
    await patchUser(id, { op: 'replace', path: `${ENTERPRISE_SCHEMA}:department`, value: 'admin' });
    expect(service.resources.get(id)?.[ENTERPRISE_SCHEMA]).toMatchObject({ department: 'admin' });
  });
});
