// What is recorded of exchanges with a target: everything but what proves who is asking, whatever the target echoes.

import nock from 'nock';
import { beforeAll, expect, it } from 'vitest';
import type { RecordedExchange } from '../../../src/model/recorded-exchange.ts';
import { bearerAuthorizer, combined, headerAuthorizer } from '../../../src/target/authorizer.ts';
import { curlCommand } from '../../../src/target/curl.ts';
import { aSecret } from '../../support/a-secret.ts';
import { serving } from './loopback.ts';
import { aTarget, TOKEN } from './target-setup.ts';

beforeAll(() => nock.restore());

// spec: recordings
it('keeps requests and answers, and no credential that was sent, answered or echoed', async () => {
  const server = await serving((request, response) => {
    const isWrite = request.method === 'POST';
    response.writeHead(isWrite ? 400 : 200, {
      'content-type': 'application/scim+json',
      'set-cookie': 'session=cookie-secret',
      'www-authenticate': 'Bearer challenge-secret',
      'x-api-echo': 'key-value-777',
      'x-ratelimit-remaining': '9',
      location: `https://login.test/start?state=state-secret#${TOKEN}`,
      etag: '"7"',
    });
    response.end(
      isWrite
        ? JSON.stringify({ detail: `the token ${TOKEN} may not do this` })
        : JSON.stringify({ totalResults: 0, Resources: [] }),
    );
  });
  const exchanges: RecordedExchange[] = [];
  const { target, signal } = aTarget({
    baseUrl: `${server.url}/scim`,
    authorizer: combined([bearerAuthorizer(aSecret(TOKEN)), headerAuthorizer('X-Api-Key', aSecret('key-value-777'))]),
    exchanged: (exchange) => exchanges.push(exchange),
  });
  await target.find('User', 'userName', `${TOKEN}@acme.test`, signal);
  await target.create('User', { schemas: [], userName: 'zoë', nickName: TOKEN }, signal);

  expect(exchanges).toHaveLength(2);
  const [found, created] = exchanges;
  expect(found).toMatchObject({
    request: {
      method: 'GET',
      body: null,
      url: `${server.url}/scim/Users?filter=userName%20eq%20%22***%40acme.test%22`,
    },
    response: { status: 200 },
    failure: null,
  });
  expect(created).toMatchObject({
    request: {
      method: 'POST',
      url: `${server.url}/scim/Users`,
      credentials: [
        { header: 'Authorization', scheme: 'Bearer' },
        { header: 'X-Api-Key', scheme: null },
      ],
      body: { text: '{"schemas":[],"userName":"zoë","nickName":"***"}', cut: false },
    },
    response: { status: 400 },
  });
  expect(created?.response?.headers.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['content-type', 'x-ratelimit-remaining', 'location', 'etag']),
  );
  const everything = JSON.stringify(exchanges);
  for (const secret of [TOKEN, 'key-value-777', 'cookie-secret', 'challenge-secret', 'state-secret'])
    expect(everything).not.toContain(secret);
  const curl = created === undefined ? '' : curlCommand(created, ' ');
  expect(curl).toContain(
    `curl -sS -i -X POST --globoff ${server.url}/scim/Users -H "Authorization: Bearer $SCIM_TOKEN"`,
  );
  expect(curl).toContain(`--data-raw '{"schemas":[],"userName":"zoë","nickName":"***"}'`);
});

it('keeps what was asked when no answer came', async () => {
  const server = await serving((_request, response) => {
    response.destroy();
  });
  const exchanges: RecordedExchange[] = [];
  const { target, signal } = aTarget({ baseUrl: server.url, exchanged: (exchange) => exchanges.push(exchange) });
  await target.remove('User', 'a', signal);
  expect(exchanges).toMatchObject([
    { request: { method: 'DELETE', url: `${server.url}/Users/a` }, response: null, failure: 'reset: ECONNRESET' },
  ]);
});

it('keeps the beginning of a body that is very long', async () => {
  const server = await serving((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/scim+json' });
    response.end(JSON.stringify({ totalResults: 0, Resources: [], note: 'n'.repeat(300_000) }));
  });
  const exchanges: RecordedExchange[] = [];
  const { target, signal } = aTarget({ baseUrl: server.url, exchanged: (exchange) => exchanges.push(exchange) });
  await target.find('User', 'userName', 'a', signal);
  const body = exchanges[0]?.response?.body;
  expect(body).toMatchObject({ cut: true });
  expect(body?.text.length).toBe(256 * 1024);
  expect(body?.size).toBeGreaterThan(300_000);
});

// spec: recordings
it('keeps no password, in a new account as in a change', async () => {
  const secret = 'S3cret!initial';
  const account = { id: '1', userName: 'a', password: secret };
  const server = await serving((request, response) => {
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/scim+json' });
    response.end(JSON.stringify(account));
  });
  const kept: RecordedExchange[] = [];
  const { target, signal } = aTarget({ baseUrl: server.url, exchanged: (each) => kept.push(each) });
  await target.create('User', { schemas: [], userName: 'a', password: secret }, signal);
  await target.patch('User', '1', [{ op: 'replace', path: 'password', value: secret }], signal);
  expect(kept.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(kept)).not.toContain(secret);
  expect(kept.map((each) => curlCommand(each)).join()).not.toContain(secret);
});
