import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JobFault, ResyncRequired } from '../../../src/model/errors.ts';
import {
  ExpiredPageToken,
  type GraphAnswer,
  judgeRefusal,
  readErrorBody,
  type Subject,
} from '../../../src/source/errors.ts';
import { errorCodes, judgeNetworkFailure } from '../../../src/source/network-errors.ts';
import { aadstsCodes } from '../../../src/source/token-errors.ts';

const now = new Date('2026-03-01T08:00:00Z');
const users: Subject = { concern: 'users', what: 'GET /users' };

function answer(status: number, body: unknown, headers: Record<string, string> = {}): GraphAnswer {
  return {
    status,
    header: (name) => headers[name.toLowerCase()] ?? null,
    text: typeof body === 'string' ? body : JSON.stringify(body),
  };
}
const error = (code: string, more: object = {}) => ({ error: { code, message: 'words', ...more } });

function verdict(given: GraphAnswer, subject: Subject): unknown {
  try {
    return judgeRefusal(given, subject, now, (text) => text.replaceAll('s3cret', '***'));
  } catch (thrown) {
    return thrown;
  }
}

describe('the body of an error', () => {
  it.each([
    ['innerError', error('a', { innerError: { code: 'B' } }), ['a', 'b']],
    ['innererror, nested', error('A', { innererror: { innerError: { code: 'c' } } }), ['a', 'c']],
    ['details', error('a', { details: [{ code: 'D' }, null, 'x'] }), ['a', 'd']],
    ['an empty code', error(''), []],
    ['no code', { error: {} }, []],
  ])('is walked: %s', (_name, body, codes) => {
    expect(readErrorBody(JSON.stringify(body))).toMatchObject({ codes, isGraph: true });
  });

  it.each(['', '<html>', '[]', 'null', '"error"', '{"error":"invalid_client"}'])('is none of Graph: %s', (text) => {
    expect(readErrorBody(text)).toEqual({ codes: [], summary: '', isGraph: false });
  });

  it('becomes one bounded line whatever the service writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (message) => {
        const { summary } = readErrorBody(JSON.stringify({ error: { code: 'x', message } }));
        expect(summary.length).toBeLessThanOrEqual(401);
        expect(summary).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('the verdict on a refusal', () => {
  it('shows no secret, not even one that is cut off', () => {
    for (const before of ['', 'x'.repeat(396)]) {
      const said = { error: { code: 'a', message: `${before}s3cret is wrong` } };
      const thrown = verdict(answer(400, said), users);
      expect(thrown).toBeInstanceOf(JobFault);
      expect(String(thrown)).not.toContain('s3c');
    }
  });

  const list: Subject = { ...users, paging: 'list' };
  const round: Subject = { ...users, paging: 'deltaRound' };
  const stored: Subject = { ...users, paging: 'storedLink' };

  it.each<[string, GraphAnswer, Subject, object]>([
    ['410 of a list', answer(410, error('gone')), list, { code: 'SourceRequestRefused' }],
    ['410 of a round', answer(410, ''), round, { name: 'ResyncRequired' }],
    ['sync code of a round', answer(409, error('ResyncApplyDifferences')), round, { name: 'ResyncRequired' }],
    ['sync code of a list', answer(400, error('syncStateNotFound')), list, { code: 'SourceRequestRefused' }],
    ['400 of a round', answer(400, error('BadRequest')), round, { code: 'SourceRequestRefused' }],
    ['400 of a stored link', answer(400, error('BadRequest')), stored, { name: 'ResyncRequired' }],
    ['404 page of a proxy', answer(404, '<html>'), stored, { code: 'SourceProtocolError' }],
    ['403 of a stored link', answer(403, error('x')), stored, { code: 'SourcePermissionMissing' }],
    ['409 of a list', answer(409, error('conflict')), list, { outcome: 'failed' }],
    ['expired page', answer(400, error('directory_expiredPageToken')), list, { name: 'ExpiredPageToken' }],
    [
      'expired page of a read',
      answer(400, error('Directory_ExpiredPageToken')),
      users,
      { code: 'SourceRequestRefused' },
    ],
    ['401', answer(401, ''), users, { code: 'SourceCredentialsInvalid' }],
    ['505', answer(505, error('x')), users, { code: 'SourceRequestRefused' }],
    ['599', answer(599, ''), users, { outcome: 'failed' }],
    ['304', answer(304, ''), users, { code: 'SourceProtocolError' }],
    ['404 of users', answer(404, error('x')), users, { code: 'SourceIncomplete' }],
  ])('%s', (_name, given, subject, expected) => {
    expect(verdict(given, subject)).toMatchObject(expected);
  });

  it('tells Conditional Access from a missing permission', () => {
    const given = answer(403, error('Forbidden', { innerError: { code: 'insufficient_claims' } }));
    expect(String(verdict(given, users))).toContain('Conditional Access');
  });

  it('has types of its own for what is no fault', () => {
    expect(verdict(answer(410, ''), round)).toBeInstanceOf(ResyncRequired);
    expect(verdict(answer(400, error('Directory_ExpiredPageToken')), round)).toBeInstanceOf(ExpiredPageToken);
  });
});

describe('network failures', () => {
  const nested = new TypeError('fetch failed', {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  });

  it('finds the codes of the causes', () => {
    expect(errorCodes(nested)).toEqual(['ECONNRESET']);
    expect(errorCodes('text')).toEqual([]);
    const loop = new Error('loop');
    loop.cause = loop;
    expect(errorCodes(loop)).toEqual([]);
  });

  it('keeps the cause', () => {
    const judged = judgeNetworkFailure(nested, 'GET /users');
    expect(judged).toMatchObject({ outcome: 'failed', fault: { cause: nested } });
    expect(judged.outcome === 'failed' && judged.fault.message).toBe(
      'GET /users failed: read ECONNRESET (ECONNRESET).',
    );
  });

  it('does not repeat for a certificate', () => {
    const untrusted = new Error('x', { cause: Object.assign(new Error('y'), { code: 'CERT_HAS_EXPIRED' }) });
    expect(() => judgeNetworkFailure(untrusted, 'GET /users')).toThrow('caFile');
  });
});

describe('AADSTS codes', () => {
  it.each([
    ['AADSTS7000215: Invalid client secret. AADSTS7000215', ['7000215']],
    ['AADSTS90002: x AADSTS700016', ['90002', '700016']],
    ['nothing', []],
  ])('%s', (text, codes) => {
    expect(aadstsCodes(text)).toEqual(codes);
  });
});
