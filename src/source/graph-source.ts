// Microsoft Graph as the engine's source: puts the parts of this folder together behind SourceConnector. Holds no state
// of a job; one instance serves all jobs of a source, so that they share token, pause and counters.
import type { Clock, ExplainReader, SourceConnector } from '../engine/ports.ts';
import type { Redact, SourceCredential } from '../model/secret.ts';
import { proxyFor } from '../network/proxy.ts';
import { type ConnectionProbes, checkConnection, type SourceCheck } from './connection-test.ts';
import { readDeltaRound } from './delta.ts';
import { appRoleAssignment, groupMember, servicePrincipal } from './entries.ts';
import type { Subject } from './errors.ts';
import { createExplainReader } from './explain-reads.ts';
import { readDirectoryObjects } from './objects.ts';
import { type PageReading, readWholeList } from './pages.ts';
import type { NeededConcern } from './permissions.ts';
import {
  ADVANCED_QUERY,
  assignmentsPath,
  DELETED_USERS_PATH,
  graphUrl,
  memberOfPath,
  membersPath,
  servicePrincipalPath,
  synchronizationJobsPath,
} from './queries.ts';
import { createRequester, type Requester } from './requester.ts';
import { createBackoff } from './retry.ts';
import { createSynchronizationReader, type SynchronizationReader } from './synchronization.ts';
import { type AccessTokens, createAccessTokens } from './token.ts';
import { createGraphTransport } from './transport.ts';

/** Whose directory, with which credentials, and how patiently. */
export interface GraphSourceOptions {
  readonly tenantId: string;
  /** Of the app registration; what a managed identity has is not needed. */
  readonly clientId: string;
  readonly credential: SourceCredential;
  /** Origin of the token service; see CLOUDS. */
  readonly authorityHost: string;
  /** Origin of Microsoft Graph, without the version. */
  readonly graphBaseUrl: string;
  readonly scope: string;
  /** PEM of an authority that is trusted beside the public ones, for Graph and the token service. */
  readonly ca?: string;
  /** Where HTTPS_PROXY and NO_PROXY are read; no proxy is used without it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Compulsory for an authority that is not Microsoft's: otherwise login.microsoftonline.com is asked about it. */
  readonly disableInstanceDiscovery: boolean;
  /** Told of every access token, and asked to take secrets out of what Microsoft says before it is shown. */
  readonly secrets: { readonly remember: (value: string) => void; readonly redact: Redact };
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** For one HTTP exchange, body included; 60 by default. */
  readonly timeoutSeconds?: number;
  /** How long one request waits for throttling; 600 by default. */
  readonly maxWaitSeconds?: number;
  /** How many pages one list may have; 10 000 by default. */
  readonly pageLimit?: number;
}

/** A source, and the checks of test-connection. */
export interface GraphSource extends SourceConnector {
  /** Token, service principal and each permission; a fault is a check that is not ok. */
  testConnection(servicePrincipalId: string, signal: AbortSignal): Promise<SourceCheck[]>;
  /** What explains one person or group. */
  readonly explains: ExplainReader;
  /** A token of this source's identity for somebody else, such as `api://…`; its requests count as tokens. */
  readonly issueAssertion: (audience: string, signal: AbortSignal) => Promise<string>;
  /** Entra's own provisioning of an application. */
  readonly synchronization: SynchronizationReader;
}

const CHEAP_PATH: Readonly<Record<NeededConcern, string>> = {
  users: '/users?$select=id&$top=1',
  groups: '/groups?$select=id&$top=1',
  assignments: '/servicePrincipals?$select=id&$top=1',
  servicePrincipal: '/servicePrincipals?$select=id&$top=1',
};

/** A connector to Microsoft Graph. Sends nothing and loads no library before its first method is called. */
export function createGraphSource(options: GraphSourceOptions): GraphSource {
  const { clock, random } = options;
  const timeoutSeconds = options.timeoutSeconds ?? 60;
  const maxWaitSeconds = options.maxWaitSeconds ?? 600;
  const pageLimit = options.pageLimit ?? 10_000;
  const { origin } = new URL(options.graphBaseUrl);
  const tokens = createAccessTokens({ ...options, timeoutSeconds, maxWaitSeconds });
  const forOthers = new Map<string, AccessTokens>();
  const proxy = proxyFor(new URL(origin), options.environment ?? {});
  const transport = createGraphTransport(
    { origin, timeoutSeconds, proxy, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    tokens,
  );
  const requester: Requester = createRequester(
    transport,
    createBackoff({ clock, random, maxWaitSeconds }),
    clock,
    options.secrets.redact,
  );

  const get = (path: string, subject: Subject, signal: AbortSignal) =>
    requester.json({ method: 'GET', url: graphUrl(origin, path) }, subject, signal);

  async function readServicePrincipal(id: string, signal: AbortSignal) {
    const subject = { concern: 'servicePrincipal', what: `GET /servicePrincipals/${encodeURIComponent(id)}` } as const;
    return servicePrincipal(await get(servicePrincipalPath(id), subject, signal));
  }

  async function* list<T>(
    path: string,
    reading: Pick<PageReading, 'subject' | 'headers' | 'signal'>,
    row: (value: unknown) => T,
  ): AsyncGenerator<readonly T[], void, undefined> {
    yield* await readWholeList(graphUrl(origin, path), { ...reading, requester, origin, pageLimit }, row);
  }

  return {
    readServicePrincipal,
    async *readAssignments(servicePrincipalId, signal) {
      const subject = {
        concern: 'assignments',
        what: `GET /servicePrincipals/${encodeURIComponent(servicePrincipalId)}/appRoleAssignedTo`,
        paging: 'list',
      } as const;
      for await (const page of list(assignmentsPath(servicePrincipalId), { subject, signal }, appRoleAssignment)) {
        yield page.filter((row) => row !== undefined);
      }
    },
    async *readDeletedUsers(signal) {
      const subject = {
        concern: 'users',
        what: 'GET /directory/deletedItems/microsoft.graph.user',
        paging: 'list',
      } as const;
      const pages = list(DELETED_USERS_PATH, { subject, signal }, (row) => groupMember(row, 'user'));
      for await (const page of pages) yield page.map(({ id }) => id);
    },
    readGroupMembers(groupId, depth, signal) {
      const relation = depth === 'direct' ? 'members' : 'transitiveMembers';
      const subject = {
        concern: 'groups',
        what: `GET /groups/${encodeURIComponent(groupId)}/${relation}`,
        paging: 'list',
      } as const;
      return depth === 'direct'
        ? list(membersPath(groupId, depth), { subject, signal }, (row) => groupMember(row, undefined))
        : list(membersPath(groupId, depth), { subject, signal, headers: ADVANCED_QUERY }, (row) =>
            groupMember(row, 'user'),
          );
    },
    async *readGroupsOf(userId, depth, signal) {
      const relation = depth === 'direct' ? 'memberOf' : 'transitiveMemberOf';
      const subject = {
        concern: 'groups',
        what: `GET /users/${encodeURIComponent(userId)}/${relation}`,
        paging: 'list',
      } as const;
      const pages = list(memberOfPath(userId, depth), { subject, signal }, (row) => groupMember(row, undefined));
      for await (const page of pages) yield page.flatMap(({ id, type }) => (type === 'group' ? [id] : []));
    },
    readObjects: (kind, ids, properties, relation, signal) =>
      readDirectoryObjects({ requester, origin, kind, ids, properties, relation, signal }),
    readDelta: (from, signal) => readDeltaRound(from, { requester, origin, pageLimit, signal }),
    explains: createExplainReader(requester, origin),
    issueAssertion(audience, signal) {
      const scope = `${audience}/.default`;
      const known = forOthers.get(scope) ?? createAccessTokens({ ...options, scope, timeoutSeconds, maxWaitSeconds });
      forOthers.set(scope, known);
      return known.get(signal);
    },
    synchronization: createSynchronizationReader(get),
    testConnection(servicePrincipalId, signal) {
      const probes: ConnectionProbes = {
        token: () => tokens.get(signal),
        servicePrincipal: () => readServicePrincipal(servicePrincipalId, signal),
        synchronizationJobs: async () => {
          const url = graphUrl(origin, synchronizationJobsPath(servicePrincipalId));
          const subject = {
            concern: 'synchronization',
            what: 'GET /servicePrincipals/{id}/synchronization/jobs',
          } as const;
          const attempt = await requester.once({ method: 'GET', url }, subject, signal);
          if (attempt.outcome !== 'done') throw attempt.fault;
          return attempt.value;
        },
        read: (concern) =>
          get(CHEAP_PATH[concern], { concern, what: `GET ${CHEAP_PATH[concern].split('?')[0] ?? ''}` }, signal),
      };
      return checkConnection(probes, signal);
    },
    get requests() {
      const issued = [...forOthers.values()].reduce((sum, each) => sum + each.requests, 0);
      return { graph: transport.requests, tokens: tokens.requests + issued };
    },
  };
}
