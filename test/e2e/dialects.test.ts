// The dialects as an administrator uses them: a job that the sandbox writes, a recording, the same requests on demand, and what
// --tolerant tells.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type EntraEndpoint, startEntraEndpoint } from '../http/dialects/entra-endpoint.ts';
import { runCli } from './support/child-processes.ts';
import { expectedOf } from './support/expected.ts';
import { expectExit } from './support/sync-run.ts';
import { startWorld } from './support/world.ts';

const TOKEN = 'a-token-for-the-endpoint';

/** Of each request its first line without ids and values, and the body of a PATCH. */
function habits(endpoint: EntraEndpoint): string[] {
  return endpoint.takeRequests().map((request) => {
    const [line = ''] = request.split('\n');
    const body = /\n\n([\s\S]*)$/.exec(request)?.[1] ?? '';
    const place = line.replace(/%22.*?%22/g, '…').replace(/(user|group)-\d+/, '{id}');
    return line.startsWith('PATCH') ? `${place} ${JSON.stringify(JSON.parse(body))}` : place;
  });
}

it('a job of the sandbox: the same requests in a cycle and on demand, recorded without the token', async () => {
  const endpoint = await startEntraEndpoint();
  await using world = await startWorld({
    users: 4,
    groups: 1,
    endpoint: { url: endpoint.url, token: TOKEN, dialect: 'entra-legacy' },
  });
  const { directory, tenant } = world;
  const file = join(directory, 'first.har');
  const first = await world.sync(['--record', file]);
  expectExit(first, 0);
  expect(first.stderr).toMatch(/\d+ exchanges with targets in .*first\.har, without credentials\. It names people\./);
  const text = await readFile(file, 'utf8');
  expect(text).not.toContain(TOKEN);
  const { log } = JSON.parse(text) as { log: { entries: { request: { method: string; url: string } }[] } };
  expect(log.entries).toHaveLength(endpoint.takeRequests().length);
  const methods = new Set(log.entries.map(({ request }) => request.method));
  expect([...methods].toSorted()).toEqual(['GET', 'PATCH', 'POST']);
  const reads = log.entries.filter(({ request }) => request.method === 'GET').map(({ request }) => request.url);
  expect(reads.filter((url) => !url.includes('filter=') && !/\/(Users|Groups)\/[^/]+$/.test(url))).toEqual([]);

  const again = await world.sync(['--record', file]);
  expectExit(again, 1);
  expect(again.stderr).toContain('A recording overwrites nothing');

  const [one = '', other = ''] = (await expectedOf(tenant)).people.keys();
  for (const id of [one, other]) await tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false });
  const onDemand = await runCli(['provision', one, '--curl', '--config', directory]);
  expectExit(onDemand, 0);
  expect(onDemand.stdout).toContain('# answered 204\ncurl -sS -i -X PATCH');
  expect(onDemand.stdout).toContain('-H "Authorization: Bearer $SCIM_TOKEN"');
  expect(onDemand.stdout + onDemand.stderr).not.toContain(TOKEN);
  const sentOnDemand = habits(endpoint);
  expectExit(await world.syncHere(), 0);
  expect(habits(endpoint)).toEqual(sentOnDemand);
  expect(sentOnDemand.at(-1)).toContain('{"op":"Replace","path":"active","value":"False"}');
});
