// A third-party SCIM service as this folder's tests see it: its accounts and groups through SCIM, and what was asked of it.
import { fileURLToPath } from 'node:url';
import { type Service, startService } from './processes.ts';
import type { Announcement } from './serving.ts';

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

/** A running service. */
export class Application {
  readonly url: string;
  readonly token: string;
  readonly #origin: string;
  readonly #service: Service<Announcement>;

  private constructor(service: Service<Announcement>) {
    this.#service = service;
    ({ origin: this.#origin, url: this.url, token: this.token } = service.announced);
  }

  /** Starts a program of this folder, empty. */
  static async start(program: string, args: readonly string[]): Promise<Application> {
    return new Application(await startService(fileURLToPath(new URL(program, import.meta.url)), args));
  }

  /** How many requests came for each method and endpoint. */
  requests(): Promise<Readonly<Record<string, number>>> {
    return this.#read('requests');
  }

  /** All accounts. */
  async accounts(): Promise<readonly Account[]> {
    return (await this.#held()).accounts;
  }

  /** All groups. */
  async groups(): Promise<readonly Group[]> {
    return (await this.#held()).groups;
  }

  /** Creates an account that is nobody's yet. */
  createAccount(account: Omit<Account, 'id'>): Promise<void> {
    return this.#create('Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...account });
  }

  /** Creates a group that is nobody's yet. */
  createGroup(group: Omit<Group, 'id'>): Promise<void> {
    return this.#create('Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], ...group });
  }

  /** Ends the service. */
  stop(): Promise<void> {
    return this.#service.stop();
  }

  async #create(endpoint: string, resource: object): Promise<void> {
    const answer = await fetch(`${this.url}/${endpoint}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify(resource),
    });
    if (answer.status !== 201) throw new Error(`POST ${endpoint}: ${answer.status} ${await answer.text()}`);
  }

  #held(): Promise<{ readonly accounts: readonly Account[]; readonly groups: readonly Group[] }> {
    return this.#read('held');
  }

  async #read<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#origin}/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
