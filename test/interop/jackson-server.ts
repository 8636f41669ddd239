// A SCIM service made with @boxyhq/saml-jackson (Ory Polis), behind the few lines of routing that its own application has; its
// database is the library's own in memory. Group members are read from its store: its SCIM answers never show them.
import { controllers } from '@boxyhq/saml-jackson';
import { bodyOf, serve } from './serving.ts';

const { directorySyncController: sync } = await controllers({
  externalUrl: 'http://127.0.0.1',
  samlAudience: 'https://scimsync.test',
  samlPath: '/saml',
  db: { engine: 'mem' },
  noAnalytics: true,
  logger: { info: ignore, warn: ignore, error: ignore },
});
const { data: directory } = await sync.directories.create({
  tenant: 'interop',
  product: 'scimsync',
  name: 'scimsync',
  type: 'generic-scim-v2',
});
const ROOT = `/api/scim/v2.0/${directory.id}`;

function ignore(): void {
  // Nothing of it is part of a test.
}

const store = { users: sync.users, groups: sync.groups };
for (const each of Object.values(store)) each.setTenantAndProduct('interop', 'scimsync');

async function held() {
  const { data: accounts } = await store.users.getAll({ directoryId: directory.id });
  const { data: groups } = await store.groups.getAll({ directoryId: directory.id });
  return {
    accounts: accounts.map(({ raw }) => raw),
    groups: await Promise.all(
      groups.map(async ({ id, name, raw }) => {
        const { data: members } = await store.groups.getGroupMembers({ groupId: id });
        return { ...raw, id, displayName: name, members: members.map((member) => ({ value: member.user_id })) };
      }),
    ),
  };
}

await serve(
  { root: ROOT, token: directory.scim.secret },
  (request, response) => {
    const handle = async (): Promise<void> => {
      const { pathname, searchParams } = new URL(`http://127.0.0.1${request.url}`);
      const [resourceType = '', resourceId] = pathname
        .slice(ROOT.length + 1)
        .split('/')
        .map(decodeURIComponent);
      const number = (name: string) => (searchParams.has(name) ? Number(searchParams.get(name)) : undefined);
      const body = await bodyOf(request);
      const { status, data } = await sync.requests.handle({
        method: request.method ?? 'GET',
        directoryId: directory.id,
        resourceType,
        resourceId,
        apiSecret: request.headers.authorization?.replace(/^Bearer /, ''),
        body: body === '' ? undefined : JSON.parse(body),
        query: {
          count: number('count'),
          startIndex: number('startIndex'),
          filter: searchParams.get('filter') ?? undefined,
        },
      });
      response.writeHead(status, { 'Content-Type': 'application/scim+json' }).end(JSON.stringify(data));
    };
    handle().catch((error: unknown) => response.writeHead(500).end(String(error)));
  },
  held,
);
