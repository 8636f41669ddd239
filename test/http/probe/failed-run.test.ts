// A run that could not be made, in the formats that a CI system reads: a failed document with the reason, never an empty one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ALL_CONDITIONS } from '../../../src/cli/exit-code.ts';
import type { ProbeFlags } from '../../../src/cli/probe.ts';
import { runProbe } from '../../../src/cli/probe-run.ts';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { type CapturedTerminal, captured } from '../../unit/cli/captured-terminal.ts';

const GLOBAL = {
  config: 'c',
  json: false,
  color: false,
  readOnly: false,
  tolerant: false,
  takeOver: false,
  failOn: ALL_CONDITIONS,
};
const FLAGS: ProbeFlags = {
  suite: 'protocol',
  dialect: 'entra-legacy',
  format: 'text',
  write: false,
  curl: false,
  timeout: 5,
  domain: 'probe.example',
};
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/scim';

async function probed(
  url: string,
  flags: Partial<ProbeFlags>,
): Promise<CapturedTerminal & { readonly error: unknown }> {
  const terminal = captured();
  const error = await runProbe(url, { ...FLAGS, ...flags }, GLOBAL, terminal, '1.2.3').catch(
    (thrown: unknown) => thrown,
  );
  return { ...terminal, error };
}

async function target(): Promise<string> {
  const started = await startScimTarget({ kind: 'rfc7644' });
  onTestFinished(() => started.close());
  return started.url;
}

describe.each([
  ['cannot be reached', () => NOWHERE, {}, 'It cannot be reached'],
  ['refuses the credentials', target, { token: 'another-token' }, 'It refuses the credentials (401)'],
  ['does not speak TLS', async () => (await target()).replace('http:', 'https:'), {}, 'It does not answer in TLS'],
  ['is no SCIM service', async () => `${new URL(await target()).origin}/elsewhere`, {}, 'It is no SCIM service'],
])('an endpoint that %s', (_what, place, flags, reason) => {
  it('is a failed JUnit document', async () => {
    const { error, text } = await probed(await place(), { ...flags, format: 'junit' });
    expect(error).toMatchObject({ exitCode: 4 });
    expect(text()).toMatch(/^<\?xml /);
    expect(text()).toContain('tests="1" failures="0" errors="1" skipped="0"');
    expect(text()).toMatch(new RegExp(`<error type="not-probed" message="[^"]*${reason.replaceAll(/[()]/g, '\\$&')}`));
  });

  it('is a JSON document with the reason', async () => {
    const { error, text } = await probed(await place(), { ...flags, format: 'json' });
    expect(error).toMatchObject({ exitCode: 4 });
    const document = JSON.parse(text()) as { failure: string; checks: unknown[]; suite: string };
    expect(document).toMatchObject({ suite: 'protocol', scimsync: '1.2.3', checks: [], findings: [] });
    expect(document.failure).toContain(reason);
  });

  it('is an HTML page with the reason, and text stays on stderr', async () => {
    expect((await probed(await place(), { ...flags, format: 'html' })).text()).toContain(reason);
    const { error, text } = await probed(await place(), flags);
    expect(text()).toBe('');
    expect(String(error)).toContain(reason);
  });
});

it('a token that is not to be had ends in a failed document as well, without the secret', async () => {
  process.env['SCIM_CLIENT_SECRET'] = 'a-secret-of-the-test';
  onTestFinished(() => void delete process.env['SCIM_CLIENT_SECRET']);
  const oauth = [NOWHERE, 'client'];
  const { error, text } = await probed(await target(), { oauth, format: 'json' });
  expect(error).toMatchObject({ exitCode: 4 });
  expect((JSON.parse(text()) as { failure: string }).failure).toContain('token');
  expect(text()).not.toContain('a-secret-of-the-test');
});

it('a token endpoint that answers a page is named by the option that gave it', async () => {
  process.env['SCIM_CLIENT_SECRET'] = 'a-secret-of-the-test';
  onTestFinished(() => void delete process.env['SCIM_CLIENT_SECRET']);
  const page = createServer((_request, response) => response.end('<html>a-secret-of-the-test</html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void page.close());
  const tokenUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}/token`;
  const { error, text } = await probed(await target(), { oauth: [tokenUrl, 'client'], format: 'json' });
  expect(error).toMatchObject({ exitCode: 4 });
  const { failure } = JSON.parse(text()) as { failure: string };
  expect(failure).toContain('Check the URL given with --oauth.');
  expect(failure).not.toContain('target.auth');
  expect(text()).not.toContain('a-secret-of-the-test');
});

it('a wrong command line is none: nothing was asked for that could have failed', async () => {
  const { error, text } = await probed('not a url', { format: 'junit' });
  expect(error).toMatchObject({ exitCode: 1 });
  expect(text()).toBe('');
});
