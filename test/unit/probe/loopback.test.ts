// On which hosts a probe may write without being told so.
import { expect, it } from 'vitest';
import { isLoopback } from '../../../src/probe/connect.ts';

// spec: probe-reads-only
it.each([
  ['http://127.0.0.1:8080/scim', true],
  ['http://127.9.9.9/scim', true],
  ['http://[::1]:8080/scim', true],
  ['http://[::ffff:127.0.0.1]/scim', true],
  ['https://localhost/scim', true],
  ['https://LOCALHOST:8443/scim', true],
  ['https://app.example/scim', false],
  ['https://localhost.app.example/scim', false],
  ['https://127.0.0.1.app.example/scim', false],
  ['http://10.0.0.5/scim', false],
  ['http://0.0.0.0/scim', false],
  ['http://192.168.1.20:8080/scim', false],
] as const)('%s: %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});
