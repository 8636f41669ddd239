// What goes into a bulk request, and whose each answer is.
import { describe, expect, it } from 'vitest';
import {
  type BulkOperation,
  type BulkWrite,
  bulkOperation,
  bulkReference,
  bulkRequest,
  bytesOf,
  firstRequest,
  fits,
  referencesOf,
  withIds,
} from '../../../src/scim/bulk.ts';
import { createdId, readBulkAnswer } from '../../../src/scim/bulk-answer.ts';

const create = (bulkId: string, resource: Record<string, string> = { userName: bulkId }): BulkWrite => ({
  type: 'create',
  kind: 'User',
  bulkId,
  resource,
});
const post = (bulkId: string, data: Record<string, string> = { userName: bulkId }) =>
  bulkOperation(create(bulkId, data));
const patch = (bulkId: string, id: string): BulkOperation => ({
  method: 'PATCH',
  path: `/Users/${id}`,
  bulkId,
  data: {},
});
const remove = (bulkId: string, id: string): BulkOperation => ({ method: 'DELETE', path: `/Users/${id}`, bulkId });

describe('the operation of a write', () => {
  it.each([
    [create('a'), { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'a' } }],
    [
      { type: 'patch', kind: 'Group', id: 'x/y', bulkId: 'b', operations: [{ op: 'remove', path: 'title' }] },
      {
        method: 'PATCH',
        path: '/Groups/x%2Fy',
        bulkId: 'b',
        data: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'remove', path: 'title' }],
        },
      },
    ],
    [
      { type: 'remove', kind: 'User', id: '..', bulkId: 'c' },
      { method: 'DELETE', path: '/Users/%252E%252E', bulkId: 'c' },
    ],
  ] as const)('%j', (write, operation) => {
    expect(bulkOperation(write)).toEqual(operation);
  });
});

describe('the size of a request', () => {
  const operations = ['a', 'b', 'c', 'd'].map((name) => post(name, { userName: 'ü' }));
  const bytesOfTwo = bytesOf(bulkRequest(operations.slice(0, 2)));
  it.each([
    ['as many as there are', 10, 1_000_000, 4],
    ['as many as may be', 3, 1_000_000, 3],
    ['exactly as many bytes as may be', 10, bytesOfTwo, 2],
    ['a byte less', 10, bytesOfTwo - 1, 1],
    ['never none', 10, 1, 1],
    ['never none', 0, 1_000_000, 1],
  ])('%s', (_what, maxOperations, maxPayloadSize, count) => {
    const limits = { maxOperations, maxPayloadSize };
    const first = firstRequest(operations, limits);
    expect(first).toEqual(operations.slice(0, count));
    expect(fits(first, limits)).toBe(maxPayloadSize > 1);
  });
});

describe('references', () => {
  const manager = {
    type: 'create',
    kind: 'User',
    bulkId: 'b',
    resource: { manager: { value: bulkReference('a') } },
  } as const;
  it('are found wherever they are, and replaced by ids', () => {
    expect(referencesOf(manager)).toEqual(['a']);
    expect(withIds(manager, new Map([['a', '7']]))).toEqual({ ...manager, resource: { manager: { value: '7' } } });
    expect(withIds(manager, new Map([['x', '7']]))).toBe(manager);
    const members = [{ op: 'add', path: 'members', value: [{ value: bulkReference('a') }, { value: '1' }] }] as const;
    const group: BulkWrite = { type: 'patch', kind: 'Group', id: 'g', bulkId: 'c', operations: members };
    expect(withIds(group, new Map([['a', '7']]))).toMatchObject({
      operations: [{ op: 'add', path: 'members', value: [{ value: '7' }, { value: '1' }] }],
    });
    expect(referencesOf({ type: 'remove', kind: 'User', id: bulkReference('a'), bulkId: 'd' })).toEqual([]);
  });
});

describe('the shapes of a status', () => {
  // spec: bulk-answers
  it.each([
    ['"201"', '201', 201],
    ['201', 201, 201],
    ['{"code":"201"}', { code: '201' }, 201],
    ['{"code":201}', { code: 201 }, 201],
    ['with a word', '409 Conflict', 409],
    ['no number', 'created', undefined],
    ['nothing', undefined, undefined],
    ['no status', 2010, undefined],
    ['a list', ['201'], undefined],
  ])('%s', (_what, status, read) => {
    const answers = readBulkAnswer({ Operations: [{ bulkId: 'a', method: 'POST', status }] }, [post('a')]);
    expect(answers?.[0]?.status).toBe(read);
  });
});

describe('whose an answer is', () => {
  const ok = (bulkId?: string, more: object = {}) => ({ status: '200', ...(bulkId ? { bulkId } : {}), ...more });
  const at = (path: string) => ({ location: `https://elsewhere/v2${path}` });
  const three = [post('a'), patch('b', '2'), remove('c', '3')];

  // spec: bulk-answers
  it.each<[string, unknown[], readonly BulkOperation[], (number | undefined)[]]>([
    ['by name, in any order', [ok('c', { status: 204 }), ok('a', { status: 201 }), ok('b')], three, [201, 200, 204]],
    ['lost ones are open', [ok('c')], three, [undefined, undefined, 200]],
    ['those of nobody are passed over', [ok('x'), ok('a'), ok('b'), ok('c')], three, [200, 200, 200]],
    ['what comes twice with one meaning', [ok('a'), ok('a'), ok('b'), ok('c')], three, [200, 200, 200]],
    ['what comes twice with two', [ok('a'), ok('a', { status: 409 }), ok('b')], three, [undefined, 200, undefined]],
    ['two places for one', [ok('a', at('/Users/1')), ok('a', at('/Users/2'))], [post('a')], [undefined]],
    ['another method under the name', [ok('a', { method: 'DELETE' })], [post('a')], [undefined]],
    ['another account under the name', [ok('b', at('/Users/9'))], [patch('b', '2')], [undefined]],
    ['the list instead of a place', [ok('b', at('/Users'))], [patch('b', '2')], [200]],
    [
      'without names by place',
      [ok(undefined, { method: 'DELETE', ...at('/Users/3') }), ok(undefined, { method: 'PATCH', ...at('/Users/2') })],
      [patch('b', '2'), remove('c', '3')],
      [200, 200],
    ],
    [
      'two requests to one place are not told apart',
      [ok(undefined, { method: 'PATCH', ...at('/Users/2') })],
      [patch('b', '2'), patch('c', '2')],
      [undefined, undefined],
    ],
    ['without names by position', [ok('a'), ok(), ok()], three, [200, 200, 200]],
    ['not by position where one is missing', [ok('a'), ok()], three, [200, undefined, undefined]],
    ['not by position where one is elsewhere', [ok(), ok('a'), ok()], three, [200, undefined, undefined]],
    ['nobody is created by position', [ok(), ok(), ok()], three, [undefined, 200, 200]],
    ['that a creation was refused may be', [ok(undefined, { status: 400 }), ok(), ok()], three, [400, 200, 200]],
    ['that the target failed may not', [ok(undefined, { status: 500 }), ok(), ok()], three, [undefined, 200, 200]],
    [
      'creations by what was created',
      [
        ok(undefined, { status: 201, response: { id: '2', externalId: 'e2', userName: 'x' } }),
        ok(undefined, { status: 201, response: '{"id":"1","userName":"u1"}' }),
      ],
      [post('a', { externalId: 'e1', userName: 'u1' }), post('b', { externalId: 'e2', userName: 'u2' })],
      [201, 201],
    ],
    [
      'two alike are not told apart',
      [ok(undefined, { status: 201, response: { id: '1', userName: 'u' } })],
      [post('a', { userName: 'u' }), post('b', { userName: 'u' })],
      [undefined, undefined],
    ],
    ['what is no object', [null, 'x', ok('c')], three, [undefined, undefined, 200]],
  ])('%s', (_what, answers, operations, expected) => {
    expect(readBulkAnswer({ Operations: answers }, operations)?.map((each) => each?.status)).toEqual(expected);
  });

  it.each([[undefined], ['<html>'], [{}], [{ Operations: {} }], [[]]])('%j is no answer', (json) => {
    expect(readBulkAnswer(json, three)).toBeUndefined();
  });
});

describe('the id of what was created', () => {
  const answer = (location?: string, response?: unknown) => ({ status: 201, location, response });
  it.each([
    ['of the resource', answer(undefined, { id: '1' }), '1'],
    ['a number', answer(undefined, { id: 1 }), '1'],
    ['of the place', answer('https://x/scim/v2/Users/a%2Fb'), 'a/b'],
    ['of a relative place', answer('/Users/7/?a=b'), '7'],
    ['of both', answer('/v2/users/7', { id: '7' }), '7'],
    ['none where they differ', answer('/v2/Users/7', { id: '8' }), undefined],
    ['none of another kind', answer('/v2/Groups/7', { id: '7' }), undefined],
    ['none of the list', answer('https://x/scim/v2/Users'), undefined],
    ['none of what cannot be read', answer('/Users/%E0%A4'), undefined],
    ['none at all', answer(), undefined],
    ['none of a blank', answer(undefined, { id: ' ' }), undefined],
  ])('%s', (_what, given, id) => {
    expect(createdId(post('a'), given)).toBe(id);
  });
});
