/**
 * Starts a local Entra tenant: directory, token service and Microsoft Graph over TLS under an own CA, plus the admin interface
 * on loopback http. Real clients need `authorityHost`, `graphBaseUrl`, `scope` and the CA, and no other switch but
 * `disableInstanceDiscovery`. State is in memory and gone with `close()`.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeAdminServer } from './admin-server.ts';
import { makeClock } from './clock.ts';
import type { Directory } from './directory.ts';
import { makeGraphServer } from './graph-server.ts';
import { makeTenantService, type ServiceOptions } from './tenant-service.ts';
import { makeTlsMaterial, type TlsMaterial } from './tls.ts';
import { GRAPH_RESOURCE } from './token-service.ts';

/** What the tenant holds and how it answers; see `GenerateOptions` for the content. */
export interface TenantOptions {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
  /** How many people are assigned to the application, directly or by group; about three quarters when left out. */
  readonly assigned?: 'all' | number;
  readonly now?: () => Date;
  /** Membership rows over all groups; three per person when left out. */
  readonly memberships?: number;
  /** Objects on a delta page, 200 when left out. */
  readonly pageSize?: number;
  /** Membership rows on a delta page, 500 when left out. */
  readonly memberSliceSize?: number;
}

/** A running tenant. */
export interface EntraTenant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly servicePrincipalId: string;
  readonly appId: string;
  /** The directory as it is now; another one after a reset. */
  readonly directory: Directory;
  /** Origin of everything served over TLS, for instance `https://localhost:41234`. */
  readonly url: string;
  readonly graphBaseUrl: string;
  readonly authorityHost: string;
  readonly scope: string;
  readonly caPem: string;
  /** Keys and certificates, for a restart under the same CA. */
  readonly tls: TlsMaterial;
  /** For instance `http://127.0.0.1:41235`. */
  readonly adminUrl: string;
  /** Stops both listeners and cuts their connections. */
  close(): Promise<void>;
}

/** Starts a tenant; port 0 or none means any free port. Rejects when a port is taken. */
export async function startEntraTenant(
  options: TenantOptions & { readonly port?: number; readonly adminPort?: number; readonly tls?: TlsMaterial },
): Promise<EntraTenant> {
  const { now = () => new Date(), port = 0, adminPort = 0, tls: given, ...content } = options;
  const tls = given ?? (await makeTlsMaterial());
  const service = makeTenantService(content satisfies ServiceOptions, makeClock(now), randomUUID());
  const graph = makeGraphServer(service, tls);
  const admin = makeAdminServer(service);
  const graphPort = await listen(graph, port);
  const boundAdminPort = await listen(admin, adminPort).catch(async (error: unknown) => {
    await stop(graph);
    throw error;
  });
  const url = `https://localhost:${graphPort}`;
  return {
    ...service.tenant.identity,
    get directory() {
      return service.tenant.directory;
    },
    url,
    graphBaseUrl: url,
    authorityHost: url,
    scope: `${GRAPH_RESOURCE}/.default`,
    caPem: tls.caPem,
    tls,
    adminUrl: `http://127.0.0.1:${boundAdminPort}`,
    async close() {
      await Promise.all([stop(graph), stop(admin)]);
    },
  };
}

/** Listens on 127.0.0.1 only; `localhost` must resolve there for TLS clients. */
function listen(server: Pick<Server, 'listen' | 'once' | 'off' | 'address'>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
