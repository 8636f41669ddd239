// Whether a probe may write, and the reason that is given where it may not: what somebody can change, not another guess.
import { expect, it } from 'vitest';
import { probeAccess } from '../../../src/cli/probe-access.ts';

const HERE = 'http://127.0.0.1:8080/scim/v2';
const ELSEWHERE = 'https://staging.app.example/scim/v2';
const GIVEN = { readOnly: true, environment: { SCIMSYNC_READ_ONLY: '1' } };
const SET = { readOnly: false, environment: { SCIMSYNC_READ_ONLY: '1' } };
const FREE = { readOnly: false, environment: {} };

// spec: probe-reads-only
it.each([
  ['elsewhere', ELSEWHERE, false, FREE, 'the host is not this machine', 'With --write it'],
  ['on this machine with --read-only', HERE, false, GIVEN, '--read-only was given', 'Without that, it'],
  ['elsewhere with --read-only and --write', ELSEWHERE, true, GIVEN, '--read-only was given', 'Without that, it'],
  [
    'elsewhere with --read-only',
    ELSEWHERE,
    false,
    GIVEN,
    '--read-only was given',
    'Without that, and with --write, it',
  ],
  ['on this machine with the variable', HERE, true, SET, 'SCIMSYNC_READ_ONLY is set', 'Without that, it'],
])('a run %s only reads, and says why', (_where, url, write, { readOnly, environment }, because, begins) => {
  const otherwise = `${begins} makes accounts and groups of its own, and removes them.`;
  expect(probeAccess(new URL(url), { write, readOnly }, environment)).toEqual({ mayWrite: false, because, otherwise });
});

it.each([
  ['on this machine', HERE, false],
  ['elsewhere with --write', ELSEWHERE, true],
])('a run %s writes', (_where, url, write) => {
  expect(probeAccess(new URL(url), { write, readOnly: false }, {})).toEqual({ mayWrite: true });
});

it('does not guess what the variable means', () => {
  const environment = { SCIMSYNC_READ_ONLY: 'perhaps' };
  expect(() => probeAccess(new URL(HERE), { write: true, readOnly: false }, environment)).toThrow('neither yes nor no');
});
