// Which writes the probe lets pass, and what it takes for its own.
import { describe, expect, it } from 'vitest';
import type { ProbeExchange } from '../../../src/probe/exchange.ts';
import { Ownership } from '../../../src/probe/ownership.ts';

const PREFIX = 'scimsync-probe-00c0ffee-';
const NAME = `${PREFIX}1@probe.example`;

function answer(status: number, json?: unknown): ProbeExchange {
  const request = { method: 'POST', target: '/Users', headers: {}, body: null, anonymous: false };
  const recorded = {
    began: '2026-01-01T00:00:00.000Z',
    milliseconds: 1,
    request: { method: 'POST', url: 'http://127.0.0.1/Users', headers: [], credentials: [], body: null },
    response: null,
    failure: null,
  };
  const failure = status === 0 ? ('reset' as const) : null;
  return { request, recorded, status, headers: {}, text: '', json, failure, detail: '', milliseconds: 1 };
}

function withAccount(): Ownership {
  const own = new Ownership(PREFIX);
  own.note('POST', '/Users', { userName: NAME }, answer(201, { id: 'mine', userName: NAME }));
  return own;
}

// spec: probe-own-resources
describe('a write', () => {
  it.each([
    ['GET', '/Users/anybody', undefined],
    ['POST', '/Users', { userName: NAME }],
    ['POST', '/Users', { displayName: 'without a userName, to be refused' }],
    ['POST', '/Groups', { displayName: `${PREFIX}group-1` }],
    ['POST', '/Users/.search', { filter: 'userName pr' }],
    ['POST', '/Bulk', { Operations: [{ method: 'POST', path: '/Users', data: { userName: NAME } }] }],
    ['PATCH', '/Users/mine', { Operations: [] }],
    ['DELETE', '/Users/mine', undefined],
  ])('may be sent: %s %s %j', (method, path, body) => {
    expect(withAccount().refusal(method, path, body)).toBeNull();
  });

  it.each([
    ['POST', '/Users', { userName: 'ana@contoso.com' }],
    ['POST', '/Groups', { displayName: 'Sales' }],
    ['PATCH', '/Users/theirs', { Operations: [] }],
    ['PUT', '/Users/theirs', {}],
    ['DELETE', '/Users/theirs', undefined],
    ['DELETE', '/Groups/mine', undefined],
    ['DELETE', '/Users', undefined],
    ['DELETE', '/Users/mine/photo', undefined],
    ['POST', '/Me', { userName: NAME }],
    ['POST', '/Bulk', { Operations: [{ method: 'DELETE', path: '/Users/theirs' }] }],
    ['POST', '/Bulk', { Operations: [{ method: 'POST', path: '/Users', data: { userName: 'ana@contoso.com' } }] }],
  ])('is refused: %s %s %j', (method, path, body) => {
    expect(withAccount().refusal(method, path, body)).not.toBeNull();
  });

  it('may be sent to an id that was invented', () => {
    const own = new Ownership(PREFIX);
    expect(own.refusal('PATCH', '/Users/nobody', {})).not.toBeNull();
    own.invented('nobody');
    expect(own.refusal('PATCH', '/Users/nobody', {})).toBeNull();
  });
});

describe('what was made', () => {
  // spec: probe-own-resources
  it("is not somebody else's account that an answer shows", () => {
    const own = new Ownership(PREFIX);
    own.note('POST', '/Users', { userName: NAME }, answer(201, { id: 'theirs', userName: 'ana@contoso.com' }));
    expect(own.refusal('DELETE', '/Users/theirs', undefined)).not.toBeNull();
    expect(own.doubtful()).toEqual([{ kind: 'Users', id: null, name: NAME }]);
  });

  it.each([
    ['no answer', answer(0)],
    ['a fault of the service', answer(503)],
    ['success without an id', answer(201, {})],
  ])('is looked for by its name after %s', (_what, exchange) => {
    const own = new Ownership(PREFIX);
    own.note('POST', '/Users', { userName: NAME }, exchange);
    expect(own.remaining()).toEqual([]);
    expect(own.doubtful()).toHaveLength(1);
  });

  it('is nothing after a refusal', () => {
    const own = new Ownership(PREFIX);
    own.note('POST', '/Users', { userName: NAME }, answer(409));
    expect([...own.remaining(), ...own.doubtful()]).toEqual([]);
  });

  it.each([204, 200, 404])('is gone once its deletion is answered %d', (status) => {
    const own = withAccount();
    own.note('DELETE', '/Users/mine', undefined, answer(status));
    expect(own.remaining()).toEqual([]);
    expect(own.removed).toBe(1);
  });

  it('is still there when its deletion is refused', () => {
    const own = withAccount();
    own.note('DELETE', '/Users/mine', undefined, answer(405));
    expect(own.remaining()).toEqual([{ kind: 'Users', id: 'mine', name: NAME }]);
  });

  it('is removed groups first, the youngest first', () => {
    const own = withAccount();
    own.note('POST', '/Groups', { displayName: `${PREFIX}g` }, answer(201, { id: 'group' }));
    own.note('POST', '/Users', { userName: `${NAME}2` }, answer(201, { id: 'second' }));
    expect(own.remaining().map(({ id }) => id)).toEqual(['group', 'second', 'mine']);
  });
});

// spec: probe-own-resources
it('somebody else, answered to a creation that named nobody, stays somebody else', () => {
  const own = new Ownership(PREFIX);
  own.note('POST', '/Users', { schemas: [] }, answer(201, { id: 'boss', userName: 'boss@example.com' }));
  expect(own.refusal('DELETE', '/Users/boss', undefined)).not.toBeNull();
  own.note('POST', '/Users', { externalId: NAME }, answer(201, { id: 'made', userName: 'u-17', externalId: NAME }));
  expect(own.refusal('DELETE', '/Users/made', undefined)).toBeNull();
});
