// A third-party SCIM service as this folder's tests see it: its accounts and groups through SCIM, and what was asked of it.
import { fileURLToPath } from 'node:url';
import { type Service, startService } from './processes.ts';

const PROGRAM = fileURLToPath(new URL('./scimmy-server.ts', import.meta.url));
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** An account, with what the tests compare. */
export interface Account {
  readonly id: string;
  readonly externalId?: string;
  readonly userName: string;
  readonly displayName?: string;
  readonly active?: boolean;
  readonly title?: string;
  readonly name?: { readonly givenName?: string; readonly familyName?: string };
  readonly emails?: readonly { readonly type?: string; readonly value: string }[];
  readonly phoneNumbers?: readonly { readonly type?: string; readonly value: string }[];
  readonly [ENTERPRISE]?: {
    readonly department?: string;
    readonly employeeNumber?: string;
    readonly manager?: { readonly value: string };
  };
}

/** A group as the service holds it. */
export interface Group {
  readonly id: string;
  readonly externalId?: string;
  readonly displayName: string;
  readonly members?: readonly { readonly value: string }[];
}

/** The enterprise extension of an account. */
export function enterpriseOf(account: Account): NonNullable<Account[typeof ENTERPRISE]> {
  return account[ENTERPRISE] ?? {};
}

/** A running scimmy. */
export class Application {
  readonly url: string;
  readonly token: string;
  readonly #origin: string;
  readonly #service: Service<{ origin: string; token: string }>;

  private constructor(service: Service<{ origin: string; token: string }>) {
    this.#service = service;
    this.#origin = service.announced.origin;
    this.token = service.announced.token;
    this.url = `${this.#origin}/scim`;
  }

  /** Starts one, empty. With `stuckPages` every list answer is its first page. */
  static async start(options: { readonly stuckPages: boolean }): Promise<Application> {
    return new Application(await startService(PROGRAM, options.stuckPages ? ['--stuck-pages'] : []));
  }

  /** How many requests came for each method and endpoint. */
  async requests(): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`${this.#origin}/requests`);
    return (await answer.json()) as Record<string, number>;
  }

  /** All accounts. */
  accounts(): Promise<readonly Account[]> {
    return this.#all<Account>('Users');
  }

  /** All groups. */
  groups(): Promise<readonly Group[]> {
    return this.#all<Group>('Groups');
  }

  /** Creates an account that is nobody's yet. */
  async createAccount(account: Omit<Account, 'id'>): Promise<void> {
    const answer = await fetch(`${this.url}/Users`, {
      method: 'POST',
      headers: { ...this.#authorization(), 'Content-Type': 'application/scim+json' },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...account }),
    });
    if (answer.status !== 201) throw new Error(`POST Users: ${answer.status} ${await answer.text()}`);
  }

  /** Ends the service. */
  stop(): Promise<void> {
    return this.#service.stop();
  }

  // One search, because pages may be stuck.
  async #all<T>(endpoint: string): Promise<readonly T[]> {
    const answer = await fetch(`${this.url}/${endpoint}/.search`, {
      method: 'POST',
      headers: { ...this.#authorization(), 'Content-Type': 'application/scim+json' },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count: 10_000 }),
    });
    const list = (await answer.json()) as { totalResults: number; Resources: T[] };
    if (list.totalResults !== list.Resources.length) throw new Error(`${endpoint} was not read to its end`);
    return list.Resources;
  }

  #authorization(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }
}
