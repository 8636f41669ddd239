// The directory of a sandbox as a test edits and reads it: Graph's own requests through the admin address, or over TLS
// with a token as on the real Graph.
import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { isJson, type Json, list, member, requestJson, text } from './http-json.ts';

/** What the sandbox announces about its tenant. */
export interface AnnouncedGraph {
  readonly url: string;
  readonly authorityHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly caFile: string;
  readonly servicePrincipalId: string;
}

/** One logged request of the tenant. */
export interface TenantRequest {
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly items?: readonly string[];
}

/** See the comment of the file. */
export interface TenantClient {
  readonly servicePrincipalId: string;
  /** A Graph request through the admin address. */
  graph(method: string, path: string, body?: unknown): Promise<Json>;
  /** All rows of a list, through the admin address. */
  rows(path: string): Promise<readonly Json[]>;
  /** A Graph request over TLS with a fresh token. */
  graphOverTls(method: string, path: string, body?: unknown): Promise<Json>;
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Requests to `/v1.0`, newest last; those of the admin address are not logged. */
  graphRequests(): Promise<readonly TenantRequest[]>;
}

/** Makes the client of a sandbox. */
export function makeTenantClient(adminUrl: string, announced: AnnouncedGraph): TenantClient {
  const { servicePrincipalId } = announced;
  const base = `${adminUrl}/_emu/graph/v1.0`;
  const graph = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await requestJson(method, `${base}${path}`, body);
    return isJson(answer) ? answer : {};
  };
  const admin = (method: string, path: string, body?: unknown): Promise<unknown> =>
    requestJson(method, `${adminUrl}/_emu${path}`, body);
  return {
    servicePrincipalId,
    graph,
    admin,
    async rows(path) {
      const found: Json[] = [];
      for (let url = `${base}${path}`; url !== ''; ) {
        const page = await requestJson('GET', url);
        found.push(...list(page, 'value'));
        const next = text(page, '@odata.nextLink');
        url = next === '' ? '' : `${base}${next.slice(next.indexOf('/v1.0') + '/v1.0'.length)}`;
      }
      return found;
    },
    async graphOverTls(method, path, body) {
      const dispatcher = new Agent({ connect: { ca: await readFile(announced.caFile, 'utf8') } });
      try {
        const headers = { authorization: `Bearer ${await tokenOf(announced, dispatcher)}` };
        const answer = await requestJson(method, `${announced.url}/v1.0${path}`, body, { headers, dispatcher });
        return isJson(answer) ? answer : {};
      } finally {
        await dispatcher.close();
      }
    },
    async graphRequests() {
      const entries = (await admin('GET', '/log')) as readonly TenantRequest[];
      return entries.filter(({ path }) => path.startsWith('/v1.0/'));
    },
  };
}

async function tokenOf(announced: AnnouncedGraph, dispatcher: Agent): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: announced.clientId,
    client_secret: announced.clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  });
  const { fetch } = await import('undici');
  const answer = await fetch(`${announced.authorityHost}/${announced.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: form,
    dispatcher,
  });
  return text(await answer.json(), 'access_token');
}

/** The role that people get in tests: the application's role "User". */
export async function userRole(tenant: TenantClient): Promise<string> {
  const application = await tenant.graph('GET', `/servicePrincipals/${tenant.servicePrincipalId}`);
  const role = list(application, 'appRoles').find((each) => each['value'] === 'User');
  return text(role, 'id');
}

/** Assigns a person or group to the application; returns the id of the assignment. */
export async function assign(tenant: TenantClient, principalId: string, appRoleId?: string): Promise<string> {
  const made = await tenant.graph('POST', `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`, {
    principalId,
    resourceId: tenant.servicePrincipalId,
    appRoleId: appRoleId ?? (await userRole(tenant)),
  });
  return text(made, 'id');
}

/** Takes every assignment of a person or group away. */
export async function unassign(tenant: TenantClient, principalId: string): Promise<void> {
  const path = `/servicePrincipals/${tenant.servicePrincipalId}/appRoleAssignedTo`;
  for (const row of await tenant.rows(path))
    if (row['principalId'] === principalId) await tenant.graph('DELETE', `${path}/${text(row, 'id')}`);
}

/** A reference as Graph's `$ref` requests take it. */
export function reference(id: string): Json {
  return { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
}

/** Creates a person; `local` becomes the local part of userPrincipalName and mail. */
export async function createPerson(tenant: TenantClient, local: string, more: Json = {}): Promise<string> {
  const address = `${local}@contoso.example`;
  const made = await tenant.graph('POST', '/users', {
    displayName: `Person ${local}`,
    givenName: 'Person',
    surname: local,
    userPrincipalName: address,
    mail: address,
    department: 'Sales',
    ...more,
  });
  return text(made, 'id');
}

/** The id of somebody's manager, or empty. */
export function managerOf(person: Json): string {
  return text(member(person, 'manager'), 'id');
}
