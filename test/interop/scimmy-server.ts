// A SCIM service made with scimmy, somebody else's SCIM library, as a process of its own: scimmy keeps its declarations in
// singletons. State is in memory.
// scimmy-routers turns startIndex and count into numbers in `request.query`, which Express 5 parses anew at every access, so
// its pages never advance. The query is therefore kept; `--stuck-pages` leaves the service as people get it unawares.
import { randomUUID } from 'node:crypto';
import express from 'express';
import scimmy, { type ResourceHandlers } from 'scimmy';
import ScimmyRouters from 'scimmy-routers';
import { serve } from './serving.ts';

interface Stored {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

const TOKEN = randomUUID();
const ROOT = '/scim';
const stored = { User: new Map<string, Stored>(), Group: new Map<string, Stored>() };

/** Handlers over a map, with the uniqueness that RFC 7643 asks of `unique`. */
function inMemory(
  resourceType: 'User' | 'Group',
  unique: string,
): Pick<ResourceHandlers, 'ingress' | 'egress' | 'degress'> {
  const resources = stored[resourceType];
  const find = (id: string): Stored => {
    const found = resources.get(id);
    if (found === undefined) throw new scimmy.Types.Error(404, null, `Resource ${id} not found`);
    return found;
  };
  const keyOf = (resource: Readonly<Record<string, unknown>>) => String(resource[unique]).toLowerCase();
  return {
    ingress: ({ id }, resource) => {
      const now = new Date().toISOString();
      const before = id === undefined ? undefined : find(id);
      const content = JSON.parse(JSON.stringify(resource)) as Record<string, unknown>;
      const changed: Stored = {
        ...content,
        id: before?.id ?? randomUUID(),
        meta: {
          resourceType,
          created: (before?.['meta'] as { created?: string } | undefined)?.created ?? now,
          lastModified: now,
        },
      };
      if ([...resources.values()].some((other) => other.id !== changed.id && keyOf(other) === keyOf(changed)))
        throw new scimmy.Types.Error(409, 'uniqueness', `Another ${resourceType} has this ${unique}.`);
      resources.set(changed.id, changed);
      return changed;
    },
    egress: ({ id, filter }) => {
      if (id !== undefined) return find(id);
      const all = [...resources.values()];
      return filter === undefined ? all : filter.match(all);
    },
    degress: ({ id }) => {
      resources.delete(find(id ?? '').id);
    },
  };
}

scimmy.Resources.declare(scimmy.Resources.User, {
  extensions: [{ schema: scimmy.Schemas.EnterpriseUser, required: false }],
  ...inMemory('User', 'userName'),
});
scimmy.Resources.declare(scimmy.Resources.Group, { extensions: [], ...inMemory('Group', 'displayName') });

const app = express();
if (!process.argv.includes('--stuck-pages')) {
  app.use((request, _response, next) => {
    Object.defineProperty(request, 'query', { value: request.query, writable: true });
    next();
  });
}
app.use(
  ROOT,
  new ScimmyRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.header('Authorization') !== `Bearer ${TOKEN}`) throw new Error('The bearer token is not the one.');
      return 'scimsync';
    },
  }),
);

await serve({ root: ROOT, token: TOKEN }, app, () =>
  Promise.resolve({ accounts: [...stored.User.values()], groups: [...stored.Group.values()] }),
);
