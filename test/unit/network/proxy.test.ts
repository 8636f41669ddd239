// Which requests go through the proxy of the environment.
import { describe, expect, it } from 'vitest';
import { proxyFor, proxyName } from '../../../src/network/proxy.ts';

const PROXY = 'http://proxy.test:3128';
const both = { HTTPS_PROXY: PROXY, HTTP_PROXY: 'http://plain.test:3128' };

describe('a proxy', () => {
  it.each([
    ['https://scim.test/x', both, PROXY],
    ['http://scim.test/x', both, 'http://plain.test:3128'],
    ['https://scim.test/x', {}, undefined],
    ['https://scim.test/x', { HTTP_PROXY: PROXY }, undefined],
    ['https://scim.test/x', { https_proxy: 'http://lower.test', HTTPS_PROXY: PROXY }, 'http://lower.test'],
    ['https://scim.test/x', { https_proxy: '', HTTPS_PROXY: PROXY }, PROXY],
    ['https://scim.test/x', { HTTPS_PROXY: 'proxy.test:3128' }, PROXY],
    ['https://localhost/x', both, undefined],
    ['https://a.localhost/x', both, undefined],
    ['https://127.0.0.1:8/x', both, undefined],
    ['https://[::1]:8/x', both, undefined],
    ['http://169.254.169.254/x', both, undefined],
    ['https://10.1.2.3/x', both, PROXY],
  ])('%s with %j', (url, environment, expected) => {
    expect(proxyFor(new URL(url), environment)).toBe(expected);
  });

  it.each([
    ['*', true],
    ['scim.test', true],
    ['SCIM.test', true],
    ['.test', true],
    ['*.test', true],
    ['test', true],
    ['im.test', false],
    ['other.test, scim.test', true],
    ['other.test scim.test', true],
    ['scim.test:443', true],
    ['scim.test:8443', false],
    ['other.test', false],
    ['', false],
    [',', false],
  ])('NO_PROXY=%s exempts https://scim.test: %s', (list, exempt) => {
    const url = new URL('https://scim.test/x');
    expect(proxyFor(url, { ...both, NO_PROXY: list }) === undefined).toBe(exempt);
    expect(proxyFor(url, { ...both, no_proxy: list }) === undefined).toBe(exempt);
  });

  it.each([
    ['10.1.2.3', true],
    ['10.0.0.0/8', true],
    ['10.2.0.0/16', false],
    ['0.0.0.0/0', true],
    ['::/0', false],
    ['10.1.2', false],
    ['10.0.0.0/99', false],
  ])('NO_PROXY=%s exempts https://10.1.2.3: %s', (list, exempt) => {
    expect(proxyFor(new URL('https://10.1.2.3/x'), { ...both, NO_PROXY: list }) === undefined).toBe(exempt);
  });

  it.each([
    ['fd00::5', true],
    ['[fd00::5]', true],
    ['fd00::/8', true],
    ['fd00::6', false],
  ])('NO_PROXY=%s exempts https://[fd00::5]: %s', (list, exempt) => {
    expect(proxyFor(new URL('https://[fd00::5]/x'), { ...both, NO_PROXY: list }) === undefined).toBe(exempt);
  });

  it('is named without its credentials', () => {
    expect(proxyName('http://user:hunter2@proxy.test:3128')).toBe('proxy.test:3128');
    expect(proxyName('%%%hunter2')).toBe('the proxy');
  });
});
