// The forms of a PATCH, against servers that refuse some of them.
import nock from 'nock';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addMembers, removeMembers } from '../../../src/scim/patch.ts';
import type { PatchOperation } from '../../../src/scim/resource.ts';
import { aTarget } from './target-setup.ts';

const HOST = 'http://scim.test:8080';
const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

type Answer = readonly [number] | readonly [number, Record<string, unknown>];
const refused = (scimType?: string): Answer => [400, { scimType, detail: 'no' }];

/** A server with one resource: `patch` decides, reads answer `resource`. The operations it was sent are returned. */
function serve(
  path: string,
  patch: (operations: PatchOperation[]) => Answer,
  resource: () => Record<string, unknown> | undefined = () => undefined,
): PatchOperation[][] {
  const sent: PatchOperation[][] = [];
  nock(HOST)
    .persist()
    .patch(`/scim/v2${path}`)
    .reply(async (request: Request) => {
      const { Operations } = (await request.json()) as { Operations: PatchOperation[] };
      sent.push(Operations);
      return patch(Operations);
    });
  nock(HOST)
    .persist()
    .get(`/scim/v2${path}`)
    .reply(() => {
      const body = resource();
      return body === undefined ? [404] : [200, body];
    });
  nock(HOST).persist().put(`/scim/v2${path}`).reply(405);
  return sent;
}

const unit: PatchOperation = { op: 'replace', path: `${PEAKON}:Business Unit`, value: 'Sales' };
const title: PatchOperation = { op: 'replace', path: 'title', value: 'Boss' };
const workEmail: PatchOperation = { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@x' };
const nestedUnit: PatchOperation = { op: 'replace', value: { [PEAKON]: { 'Business Unit': 'Sales' } } };

describe('extension paths that are refused', () => {
  it.each(['invalidPath', 'noTarget'])('are sent without path after 400 %s, and so from then on', async (scimType) => {
    const extension: Record<string, string> = { Hobby: 'chess' };
    const sent = serve(
      '/Users/1',
      (operations) => {
        if (operations.some((operation) => operation.path?.includes('urn:'))) return refused(scimType);
        extension['Business Unit'] = 'Sales';
        return [204];
      },
      () => ({ id: '1', title: 'Boss', [PEAKON]: extension }),
    );
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [unit, title], signal)).toEqual({ ok: true, value: null });
    expect(await target.patch('User', '1', [unit], signal)).toEqual({ ok: true, value: null });
    expect(sent).toEqual([[unit, title], [title, nestedUnit], [nestedUnit]]);
  });

  it('are not sent a third time for an attribute that the target does not know at all', async () => {
    const sent = serve('/Users/1', () => refused('invalidPath'));
    const { target, signal } = aTarget();
    const fault = { code: 'SchemaAttributeNotFound', scimType: 'invalidPath' };
    expect(await target.patch('User', '1', [unit], signal)).toMatchObject({ ok: false, fault });
    expect(await target.patch('User', '1', [unit], signal)).toMatchObject({ ok: false, fault });
    expect(sent).toEqual([[unit], [nestedUnit], [unit]]);
  });

  it.each([
    ['invalidValue', refused('invalidValue')],
    ['mutability', refused('mutability')],
    ['409', [409] as const],
    ['403', [403] as const],
  ])('are not sent in another form after %s', async (_why, answer) => {
    const sent = serve('/Users/1', () => answer);
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [unit], signal)).toMatchObject({ ok: false });
    expect(sent).toHaveLength(1);
  });

  it('hands back what the other form was answered when that says more', async () => {
    serve('/Users/1', (operations) =>
      operations[0]?.path === undefined ? refused('invalidValue') : refused('invalidPath'),
    );
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [unit], signal)).toMatchObject({ fault: { scimType: 'invalidValue' } });
  });
});

describe('elements that do not exist', () => {
  const strict = (operations: PatchOperation[]): Answer =>
    operations.some((operation) => operation.path?.includes('[')) ? refused('noTarget') : [204];

  it('are added whole after 400 noTarget', async () => {
    const region: PatchOperation = { op: 'replace', path: 'addresses[type eq "work"].region', value: 'R' };
    const locality: PatchOperation = { op: 'replace', path: 'addresses[type eq "work"].locality', value: 'L' };
    const sent = serve('/Users/1', strict, () => ({
      id: '1',
      ...(sent.length < 2 ? { emails: [{ type: 'home', value: 'h' }] } : { title: 'Boss', emails, addresses: emails }),
    }));
    const emails = [{ type: 'work', value: 'a@x', region: 'R', locality: 'L' }];
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [workEmail, title, region, locality], signal)).toMatchObject({ ok: true });
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual([
      title,
      { op: 'add', path: 'emails', value: [{ type: 'work', value: 'a@x' }] },
      { op: 'add', path: 'addresses', value: [{ type: 'work', region: 'R', locality: 'L' }] },
    ]);
  });

  it('are not added when they do exist', async () => {
    const sent = serve('/Users/1', strict, () => ({ id: '1', emails: [{ type: 'Work', value: 'old' }] }));
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [workEmail], signal)).toMatchObject({ fault: { scimType: 'noTarget' } });
    expect(sent).toHaveLength(1);
  });

  it('are added without extension paths where both are refused', async () => {
    const sent = serve(
      '/Users/1',
      (operations) => (operations.some(({ path }) => /\[|urn/.test(path ?? '')) ? refused('noTarget') : [204]),
      () => ({
        id: '1',
        ...(sent.length < 3
          ? {}
          : { emails: [{ type: 'work', value: 'a@x' }], [PEAKON]: { 'Business Unit': 'Sales' } }),
      }),
    );
    const { target, signal } = aTarget();
    expect(await target.patch('User', '1', [workEmail, unit], signal)).toMatchObject({ ok: true });
    expect(sent).toHaveLength(3);
    expect(sent[2]).toEqual([{ op: 'add', path: 'emails', value: [{ type: 'work', value: 'a@x' }] }, nestedUnit]);
  });
});

describe('member removals', () => {
  /** A group whose members change as its server understands removals. */
  function group(members: string[], understands: (operation: PatchOperation, members: string[]) => string[] | Answer) {
    let current = [...members];
    const patch = (operations: PatchOperation[]): Answer => {
      for (const operation of operations) {
        const result = understands(operation, current);
        if (typeof result[0] === 'number') return result as Answer;
        current = result as string[];
      }
      return [204];
    };
    const resource = () => ({ id: 'g', members: current.map((value) => ({ value })) });
    return { sent: serve('/Groups/g', patch, resource), members: () => current };
  }
  const listed = (operation: PatchOperation): string[] =>
    Array.isArray(operation.value) ? operation.value.map(({ value }: { value: string }) => value) : [];
  const byPath = (operation: PatchOperation) => /^members\[value eq "(.*)"\]$/.exec(operation.path ?? '')?.[1];

  it('use one operation a member where that is understood', async () => {
    const { sent, members } = group(['a', 'b', 'c'], (operation, now) =>
      now.filter((one) => one !== byPath(operation)),
    );
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a', 'b']), signal)).toEqual({ ok: true, value: null });
    expect(members()).toEqual(['c']);
    expect(sent).toEqual([removeMembers(['a', 'b'])]);
  });

  it.each([501, 400])('use a list of values after %i, and remember it (django, jackson)', async (status) => {
    const { sent, members } = group(['a', 'b', 'c'], (operation, now) =>
      byPath(operation) === undefined ? now.filter((one) => !listed(operation).includes(one)) : [status],
    );
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a']), signal)).toMatchObject({ ok: true });
    expect(await target.patch('Group', 'g', removeMembers(['b']), signal)).toMatchObject({ ok: true });
    expect(members()).toEqual(['c']);
    expect(sent.at(-1)).toEqual([{ op: 'remove', path: 'members', value: [{ value: 'b' }] }]);
    expect(sent).toHaveLength(3);
  });

  it('restore the others when the list is ignored and everybody removed, and never use it again', async () => {
    const { members } = group(['a', 'b', 'c', 'd'], (operation, now) => {
      if (operation.op === 'add') return [...now, ...listed(operation)];
      if (operation.op === 'replace') return refused();
      return byPath(operation) === undefined ? [] : refused();
    });
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a']), signal)).toMatchObject({ ok: true });
    expect(members()).toEqual(['b', 'c', 'd']);
    expect(await target.patch('Group', 'g', removeMembers(['b']), signal)).toMatchObject({ ok: false });
    expect(members()).toEqual(['b', 'c', 'd']);
  });

  it('are done when nobody of them is a member any more', async () => {
    const { sent } = group(['c'], () => refused('noTarget'));
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a', 'b']), signal)).toMatchObject({ ok: true });
    expect(sent).toHaveLength(1);
  });

  it('leave out who is no member, when that made the target refuse all', async () => {
    const { sent, members } = group(['a', 'c'], (operation, now) => {
      const member = byPath(operation) ?? '';
      return now.includes(member) ? now.filter((one) => one !== member) : refused('noTarget');
    });
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['b', 'a']), signal)).toMatchObject({ ok: true });
    expect(members()).toEqual(['c']);
    expect(sent.at(-1)).toEqual(removeMembers(['a']));
  });

  it('are a fault when the target refuses and shows no members: a leaver may still be in', async () => {
    group([], () => [501]);
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a']), signal)).toMatchObject({
      ok: false,
      fault: { code: 'NotImplemented' },
    });
  });

  it('are not tried in another form, nor concluded from a reading, where groups do not show their members', async () => {
    const { sent, members } = group(['a', 'b'], () => refused('noTarget'));
    const { target, signal } = aTarget({ profile: { membersReadable: false } });
    expect(await target.patch('Group', 'g', removeMembers(['a', 'c']), signal)).toMatchObject({ ok: false });
    expect(members()).toEqual(['a', 'b']);
    expect(sent).toHaveLength(1);
    expect(target.requests.scim).toBe(1);
  });

  it('are sent as a list from the beginning where the profile says so', async () => {
    const { sent } = group(['a', 'b'], (operation, now) => now.filter((one) => one !== byPath(operation)));
    const { target, signal } = aTarget({ profile: { memberRemoval: 'list', membersReadable: false } });
    expect(await target.patch('Group', 'g', removeMembers(['a', 'b']), signal)).toMatchObject({ ok: true });
    expect(sent).toEqual([[{ op: 'remove', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }]]);
  });

  it('are a fault when no form removes anybody (go-scim)', async () => {
    const { members } = group(['a', 'b'], () => refused('noTarget'));
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a']), signal)).toMatchObject({ ok: false });
    expect(members()).toEqual(['a', 'b']);
  });

  it('are a fault when the list is answered with success but does nothing', async () => {
    group(['a', 'b'], (operation, now) => (byPath(operation) === undefined ? now : refused()));
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', removeMembers(['a']), signal)).toMatchObject({ ok: false });
  });

  it('additions have no other form', async () => {
    const { sent } = group(['a'], () => refused('invalidPath'));
    const { target, signal } = aTarget();
    expect(await target.patch('Group', 'g', addMembers(['b']), signal)).toMatchObject({ ok: false });
    expect(sent).toHaveLength(1);
  });
});
