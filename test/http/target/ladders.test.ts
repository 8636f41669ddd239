// What the client does where a service deviates, rule by rule; and that answers lead it, whatever the service is called and in
// whatever words it refuses.
import fc from 'fast-check';
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TargetProfile } from '../../../src/model/profile.ts';
import type { LearnedFacts } from '../../../src/scim/learned.ts';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import { ENTERPRISE_SCHEMA, type PatchOperation } from '../../../src/scim/resource.ts';
import type { Adaptation } from '../../../src/target/adaptation.ts';
import { type Habits, MisbehavingService, type Treatment, WELL_BEHAVED } from './misbehaving-service.ts';
import { aTarget } from './target-setup.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

const title: PatchOperation = { op: 'replace', path: 'title', value: 'Boss' };
const department: PatchOperation = { op: 'replace', path: `${ENTERPRISE_SCHEMA}:department`, value: 'Sales' };
const workEmail: PatchOperation = { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' };
const disabling: PatchOperation = { op: 'replace', path: 'active', value: false };

const PERSON = {
  userName: 'ada',
  title: 'Clerk',
  active: true,
  [ENTERPRISE_SCHEMA]: { department: 'Finance', employeeNumber: '7' },
};

/** A service with one account, and a client of it. */
function start(habits: Partial<Habits>, profile: Partial<TargetProfile> = {}, learned?: LearnedFacts) {
  const service = new MisbehavingService(habits);
  const id = service.add(PERSON);
  const uses: Adaptation[] = [];
  const { target, signal } = aTarget({
    baseUrl: { ...WELL_BEHAVED, ...habits }.root,
    profile,
    adapted: (use) => uses.push(use),
  });
  if (learned !== undefined) target.remember({ ...NOTHING_SAID }, learned);
  const patch = (...operations: PatchOperation[]) => target.patch('User', id, operations, signal);
  const account = () => service.resources.get(id) ?? {};
  const rungs = () => uses.map(({ rung }) => rung);
  return { service, target, signal, id, patch, account, rungs, uses };
}

const NOTHING_SAID = { patch: null, filter: null, filterMaxResults: null, bulk: null, etag: null, attributes: null };

describe('a change whose form is refused', () => {
  it.each<[string, Treatment, string | undefined]>([
    ['400 without a reason', 400, undefined],
    ['400 invalidFilter', 400, 'invalidFilter'],
    ['400 invalidSyntax', 400, 'invalidSyntax'],
    ['501', 501, undefined],
  ])('with %s goes without path', async (_name, plainPath, scimType) => {
    const { patch, account, rungs } = start({ plainPath, scimType });
    expect(await patch(title)).toMatchObject({ ok: true });
    expect(account()['title']).toBe('Boss');
    expect(rungs()).toEqual(['withoutPath']);
  });

  // spec: put-keeps-the-rest
  it('in every form of PATCH goes by PUT of the merged resource, and by PUT at once from then on', async () => {
    const { service, patch, account, rungs, target } = start({ extensionPath: 501, withoutPath: 501 });
    service.edit('id-1', { nickName: 'Countess', photos: null, meta: { location: 'x' } });
    expect(await patch(department)).toMatchObject({ ok: true });
    expect(account()).toMatchObject({
      nickName: 'Countess',
      title: 'Clerk',
      [ENTERPRISE_SCHEMA]: { department: 'Sales', employeeNumber: '7' },
    });
    const put = service.bodies.at(-1) as Record<string, unknown>;
    expect(Object.keys(put)).not.toContain('photos');
    expect(Object.keys(put)).not.toContain('meta');
    expect(put['schemas']).toContain(ENTERPRISE_SCHEMA);
    expect(rungs()).toEqual(['withoutPath', 'replacedResource']);

    service.requests.length = 0;
    expect(await patch({ ...department, value: 'Legal' })).toMatchObject({ ok: true });
    expect(service.requests).toEqual(['GET Users', 'PUT Users']);
    expect(target.learned.replaced).toHaveLength(1);
    await patch(title);
    expect(service.requests.at(-1)).toBe('PATCH Users');
  });

  it('with 405 goes by PUT at once, for all attributes of the kind', async () => {
    const { service, patch, account, target } = start({ patch: 405 });
    expect(await patch(title)).toMatchObject({ ok: true });
    expect(service.requests).toEqual(['PATCH Users', 'GET Users', 'PUT Users']);
    expect(target.learned.unpatchable).toEqual(['User']);
    expect(await patch(disabling)).toMatchObject({ ok: true });
    expect(service.requests.slice(3)).toEqual(['GET Users', 'PUT Users']);
    expect(account()).toMatchObject({ title: 'Boss', active: false });
  });

  it.each<[string, Partial<TargetProfile>, boolean | null]>([
    ['discovery', {}, false],
    ['the profile', { patch: 'none' }, null],
  ])('goes by PUT without asking where %s says that there is no PATCH', async (_who, profile, said) => {
    const { service, target, signal, id } = start({}, profile);
    target.remember({ ...NOTHING_SAID, patch: said });
    expect(await target.patch('User', id, [title], signal)).toMatchObject({ ok: true });
    expect(service.requests).toEqual(['GET Users', 'PUT Users']);
  });

  it('goes by PUT where the profile names what PATCH may change, and the rest by PATCH', async () => {
    const { service, patch, account } = start({}, { patchable: { User: ['active'] } });
    expect(await patch(title, disabling)).toMatchObject({ ok: true });
    expect(service.requests).toEqual(['GET Users', 'PUT Users', 'PATCH Users']);
    expect(account()).toMatchObject({ title: 'Boss', active: false });
  });

  it('is the fault of the first form when nothing helps, and is not tried for ever', async () => {
    const { service, patch } = start({ plainPath: 400, withoutPath: 400, put: 405 });
    for (let time = 0; time < 5; time += 1) expect(await patch(title)).toMatchObject({ fault: { status: 400 } });
    expect(service.requests.filter((each) => each === 'PUT Users')).toHaveLength(3);
  });

  it('is done when it removes what is not there, and the rest is sent without it', async () => {
    const { service, patch, account } = start({ absentRemoval: 400, scimType: 'noTarget' });
    const removal: PatchOperation = { op: 'remove', path: 'nickName' };
    expect(await patch(removal)).toEqual({ ok: true, value: null });
    expect(await patch(removal, title)).toMatchObject({ ok: true });
    expect(account()['title']).toBe('Boss');
    expect(service.requests.filter((each) => each === 'PUT Users')).toEqual([]);
  });

  it('of a group whose members may be hidden is never sent by PUT', async () => {
    const { service, target, signal } = start({ plainPath: 501, withoutPath: 501 });
    const group = service.add({ displayName: 'Staff' });
    const rename: PatchOperation = { op: 'replace', path: 'displayName', value: 'All' };
    expect(await target.patch('Group', group, [rename], signal)).toMatchObject({ fault: { status: 501 } });
    service.edit(group, { members: [{ value: 'a' }] });
    expect(await target.patch('Group', group, [rename], signal)).toMatchObject({ ok: true });
    expect(service.resources.get(group)).toMatchObject({ displayName: 'All', members: [{ value: 'a' }] });
  });
});

describe('a change that is answered with success and not kept', () => {
  it.each([true, false])('is noticed and sent in another form (the service answers: %s)', async (answers) => {
    const { patch, account, rungs } = start({ absentElement: 'ignored', extensionPath: 'ignored', answers });
    expect(await patch(workEmail)).toMatchObject({ ok: true });
    expect(account()['emails']).toEqual([{ type: 'work', value: 'a@x' }]);
    expect(await patch(department)).toMatchObject({ ok: true });
    expect(account()[ENTERPRISE_SCHEMA]).toEqual({ department: 'Sales', employeeNumber: '7' });
    expect(rungs()).toEqual(['addedElement', 'withoutPath']);
  });

  it('is read back once where nothing is answered, and not again once it was seen', async () => {
    const { service, patch } = start({ answers: false });
    await patch(disabling);
    await patch({ ...disabling, value: true });
    expect(service.requests).toEqual(['PATCH Users', 'GET Users', 'PATCH Users']);
  });

  it('does not cost an extension its other attributes', async () => {
    const { patch, account, target } = start({ extensionPath: 400, withoutPath: 'drops siblings' });
    expect(await patch(department)).toMatchObject({ ok: true });
    expect(account()[ENTERPRISE_SCHEMA]).toEqual({ department: 'Sales', employeeNumber: '7' });
    expect(target.learned.pathless).toEqual([]);
  });

  it('does not cost a list its other elements, and the list is stated whole from then on', async () => {
    const { service, patch, account, rungs } = start({ addition: 'replaces' });
    const home = { type: 'home', value: 'h@x' };
    service.edit('id-1', { emails: [home] });
    const adding = (type: string): PatchOperation => ({
      op: 'add',
      path: 'emails',
      value: [{ type, value: `${type}@x` }],
    });
    expect(await patch(adding('work'))).toMatchObject({ ok: true });
    expect(account()['emails']).toEqual([home, { type: 'work', value: 'work@x' }]);
    expect(await patch(adding('other'))).toMatchObject({ ok: true });
    expect(account()['emails']).toHaveLength(3);
    expect(rungs()).toEqual(['wholeList']);
  });

  it.each([
    ['taken', []],
    ['replaces', ['wholeList']],
  ] as const)('takes away what it says beside an addition that is %s, no more and no less', async (addition, taken) => {
    const { service, patch, account, rungs } = start({ addition });
    const home = { type: 'home', value: 'h@x' };
    service.edit('id-1', { emails: [home, { type: 'old', value: 'o@x' }] });
    await patch(
      { op: 'remove', path: 'emails[type eq "old"]' },
      { op: 'add', path: 'emails', value: [{ type: 'work', value: 'w@x' }] },
    );
    expect(account()['emails']).toEqual([home, { type: 'work', value: 'w@x' }]);
    expect(rungs()).toEqual(taken);
  });

  it('is looked at once for each list, where nothing is lost', async () => {
    const { service, patch } = start({});
    service.edit('id-1', { emails: [{ type: 'home', value: 'h@x' }] });
    const adding: PatchOperation = { op: 'add', path: 'emails', value: [{ type: 'work', value: 'w@x' }] };
    await patch(adding);
    await patch(adding);
    expect(service.requests).toEqual(['GET Users', 'PATCH Users', 'PATCH Users']);
  });

  it('in any form is not tried again, and is answered as it is', async () => {
    const { service, patch, target } = start({ extensionPath: 'ignored', withoutPath: 'ignored', put: 'ignored' });
    expect(await patch(department)).toMatchObject({
      ok: true,
      value: { [ENTERPRISE_SCHEMA]: { department: 'Finance' } },
    });
    expect(target.learned.ignored).toHaveLength(1);
    service.requests.length = 0;
    await patch(department);
    expect(service.requests).toEqual(['PATCH Users']);
  });

  it('is no other spelling of what was sent', async () => {
    const { service, patch } = start({});
    service.resources.set('id-1', { ...PERSON, id: 'id-1', phoneNumbers: [{ type: 'work', value: 'tel:+49-89-1' }] });
    await patch({ op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '+49 89 1' });
    expect(service.requests).toEqual(['PATCH Users']);
  });
});

describe('the removal of members', () => {
  const group = { displayName: 'Staff', members: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] };

  it.each<[string, Partial<Habits>, LearnedFacts['memberRemoval']]>([
    ['a list of values', { removalByPath: 501 }, 'list'],
    ['a list, where the path is ignored', { removalByPath: 'ignored', answers: false }, 'list'],
    ['those that stay', { removalByPath: 400, removalByList: 400 }, 'replacement'],
    [
      'those that stay, after a list that removed everybody',
      { removalByPath: 400, removalByList: 'removes everybody' },
      'replacement',
    ],
    ['PUT', { removalByPath: 400, removalByList: 501, memberReplacement: 'merges' }, 'resource'],
  ])('goes by %s', async (_name, habits, form) => {
    const { service, target, signal } = start(habits);
    const id = service.add(group);
    expect(await target.patch('Group', id, removeMembers(['b']), signal)).toMatchObject({ ok: true });
    expect(service.membersOf(id).toSorted()).toEqual(['a', 'c']);
    expect(await target.patch('Group', id, removeMembers(['a']), signal)).toMatchObject({ ok: true });
    expect(service.membersOf(id)).toEqual(['c']);
    expect(target.learned.memberRemoval).toBe(form);
    expect(await target.patch('Group', id, removeMembers(['c']), signal)).toMatchObject({ ok: true });
    expect(service.membersOf(id)).toEqual([]);
  });

  it('is a fault when all is answered with success and they are members still', async () => {
    const { service, target, signal } = start({
      removalByPath: 'ignored',
      removalByList: 'ignored',
      memberReplacement: 'ignored',
      put: 'ignored',
    });
    const id = service.add(group);
    const fault = { code: 'NotApplied' };
    expect(await target.patch('Group', id, removeMembers(['b']), signal)).toMatchObject({ ok: false, fault });
  });

  it('is parted from other changes of the group where its form is refused', async () => {
    const { service, target, signal } = start({ removalByPath: 501 });
    const id = service.add(group);
    const operations = [...addMembers(['d']), ...removeMembers(['a'])];
    expect(await target.patch('Group', id, operations, signal)).toMatchObject({ ok: true });
    expect(service.membersOf(id).toSorted()).toEqual(['b', 'c', 'd']);
  });
});

describe('a deletion that is refused', () => {
  // spec: refused-deletion-disables
  it.each([400, 403, 405, 501] as const)('with %i disables the account', async (remove) => {
    const { target, id, signal, account, rungs } = start({ remove });
    expect(await target.remove('User', id, signal)).toEqual({ ok: true, value: 'disabled' });
    expect(account()['active']).toBe(false);
    expect(rungs()).toEqual(['disabledInstead']);
  });

  it('is not asked for again where the target has no DELETE, nor is who is disabled', async () => {
    const { service, target, id, signal } = start({ remove: 405 });
    await target.remove('User', id, signal);
    service.requests.length = 0;
    expect(await target.remove('User', id, signal)).toEqual({ ok: true, value: 'disabled' });
    expect(service.requests).toEqual(['GET Users']);
  });

  it('is the fault when the account cannot be disabled either, and for groups', async () => {
    const { service, target, id, signal } = start({
      remove: 405,
      plainPath: 'ignored',
      withoutPath: 'ignored',
      put: 405,
    });
    expect(await target.remove('User', id, signal)).toMatchObject({ ok: false, fault: { status: 405 } });
    const group = service.add({ displayName: 'Staff' });
    expect(await target.remove('Group', group, signal)).toMatchObject({ ok: false, fault: { status: 405 } });
  });
});

describe('versions', () => {
  it('are named where discovery says so and the header is that of the resource', async () => {
    const { service, target, id, signal, patch } = start({ versions: 'compared' });
    await target.discover(signal);
    await target.get('User', id, signal);
    await patch(title);
    await patch(disabling);
    expect(service.ifMatch).toEqual(['W/"1"', 'W/"2"']);
  });

  // spec: refused-version-is-read-again
  it('that are refused are read again, and the change is sent once more', async () => {
    const { service, target, id, signal, patch, account, rungs } = start({ versions: 'compared' });
    await target.discover(signal);
    await target.get('User', id, signal);
    service.edit(id, { nickName: 'Countess' });
    expect(await patch(title)).toMatchObject({ ok: true });
    expect(account()).toMatchObject({ title: 'Boss', nickName: 'Countess' });
    expect(service.ifMatch).toEqual(['W/"1"', 'W/"2"']);
    expect(rungs()).toEqual(['readVersion']);
  });

  it('are learned where the target asks for them, also by a change that is sent with PUT', async () => {
    const { service, patch, target } = start({ versions: 'required' });
    expect(await patch(title)).toMatchObject({ ok: true });
    expect(target.learned.version).toBe('required');
    expect(service.ifMatch).toEqual([null, 'W/"1"']);
    const other = start({ versions: 'required', patch: 405, root: 'http://other.test/scim' });
    expect(await other.patch(title)).toMatchObject({ ok: true });
    expect(other.account()['title']).toBe('Boss');
  });

  it('that are never right are given up', async () => {
    const { service, target, id, signal, patch, account } = start({ versions: 'stale' });
    await target.discover(signal);
    await target.get('User', id, signal);
    expect(await patch(title)).toMatchObject({ ok: true });
    expect(account()['title']).toBe('Boss');
    expect(target.learned.version).toBe('unusable');
    expect(service.ifMatch.at(-1)).toBeNull();
  });
});

describe('what was learned', () => {
  // spec: learned-rungs
  it('lets another client begin where this one ended', async () => {
    const habits: Partial<Habits> = { extensionPath: 501, withoutPath: 501, remove: 405, removalByPath: 501 };
    const first = start(habits);
    const group = first.service.add({ displayName: 'Staff', members: [{ value: 'a' }, { value: 'b' }] });
    await first.patch(department);
    await first.target.patch('Group', group, removeMembers(['a']), first.signal);
    await first.target.remove('User', first.id, first.signal);
    const { learned } = first.target;
    nock.cleanAll();

    const second = start(habits, {}, structuredClone(learned));
    const again = second.service.add({ displayName: 'Staff', members: [{ value: 'a' }, { value: 'b' }] });
    await second.patch(department);
    await second.target.patch('Group', again, removeMembers(['a']), second.signal);
    await second.target.remove('User', second.id, second.signal);
    expect(second.service.requests).toEqual([
      'GET Users',
      'PUT Users',
      'PATCH Groups',
      'GET Users',
      'PATCH Users',
      'GET Users',
    ]);
  });
});

describe('without ladders', () => {
  it('the first refusal is the result', async () => {
    const service = new MisbehavingService({ plainPath: 501, remove: 405, removalByPath: 501, versions: 'required' });
    const id = service.add(PERSON);
    const { target, signal } = aTarget({ ladders: false });
    expect(await target.patch('User', id, [title], signal)).toMatchObject({ fault: { status: 428 } });
    expect(await target.remove('User', id, signal)).toMatchObject({ fault: { status: 428 } });
    expect(await target.patch('Group', id, removeMembers(['a']), signal)).toMatchObject({ ok: false });
    expect(service.requests).toHaveLength(3);
  });
});

const refusal = fc.constantFrom<Treatment>(400, 501, 405, 'ignored');
const treatment = fc.oneof(fc.constant<Treatment>('taken'), refusal);
/** Somewhere there is a way: where PATCH fails, PUT is taken. */
const habitsArbitrary = fc
  .record({
    root: fc.constantFrom('http://scim.test:8080/scim/v2', 'http://people.test', 'http://x.test/a/b/c%20d'),
    idOf: fc.constantFrom(
      (number: number) => String(number),
      (number: number) => `urn:acme:${number}/é`,
      (number: number) => `0000-${number}`,
    ),
    patch: fc.constantFrom<Habits['patch']>('taken', 'taken', 'taken', 405, 501),
    extensionPath: treatment,
    plainPath: treatment,
    absentElement: treatment,
    withoutPath: fc.oneof(treatment, fc.constant('drops siblings' as const)),
    addition: fc.constantFrom<Habits['addition']>('taken', 'replaces'),
    memberAddition: fc.constantFrom<Habits['memberAddition']>('taken', 'replaces', 'first', 'ignored'),
    absentRemoval: treatment,
    removalByPath: treatment,
    removalByList: fc.oneof(treatment, fc.constant('removes everybody' as const)),
    memberReplacement: fc.oneof(treatment, fc.constant('merges' as const)),
    remove: fc.constantFrom<Treatment>('taken', 400, 403, 405, 501),
    answers: fc.constantFrom<Habits['answers']>(true, false, 'changed'),
    scimType: fc.constantFrom(undefined, 'invalidPath', 'noTarget', 'invalidSyntax', 'E_42'),
    error: fc.constantFrom<Habits['error']>(
      WELL_BEHAVED.error,
      () => '',
      () => '<html><body>Nope</body></html>',
      (status, scimType) => JSON.stringify({ error: { code: status, message: ['no', 'way'] }, scimType }),
    ),
    versions: fc.constantFrom<Habits['versions']>('none', 'compared', 'required'),
  })
  .map((habits): Habits => ({ ...habits, put: 'taken' }));

// spec: answers-lead
it('reaches the wanted state, whatever a service refuses, ignores and is called', async () => {
  await fc.assert(
    fc.asyncProperty(habitsArbitrary, async (habits) => {
      nock.cleanAll();
      const { service, target, signal, patch, account, id } = start(habits);
      await target.discover(signal);
      const group = service.add({ displayName: 'Staff', members: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] });
      service.edit(id, { phoneNumbers: [{ type: 'home', value: '1' }] });
      const phone: PatchOperation = { op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '2' }] };
      expect(await patch(phone, { op: 'remove', path: 'nickName' })).toMatchObject({ ok: true });
      for (const operations of [[title, department], [workEmail], [disabling]])
        expect(await patch(...operations)).toMatchObject({ ok: true });
      expect(account()).toMatchObject({
        title: 'Boss',
        active: false,
        emails: [{ type: 'work', value: 'a@x' }],
        phoneNumbers: [
          { type: 'home', value: '1' },
          { type: 'work', value: '2' },
        ],
        [ENTERPRISE_SCHEMA]: { department: 'Sales', employeeNumber: '7' },
      });
      const changes = [...addMembers(['d']), ...removeMembers(['a'])];
      expect(await target.patch('Group', group, changes, signal)).toMatchObject({ ok: true });
      expect(await target.patch('Group', group, removeMembers(['b']), signal)).toMatchObject({ ok: true });
      expect(service.membersOf(group).toSorted()).toEqual(['c', 'd']);
      const removed = await target.remove('User', id, signal);
      expect(removed).toEqual({ ok: true, value: habits.remove === 'taken' ? 'removed' : 'disabled' });
    }),
    { numRuns: 25 },
  );
});
