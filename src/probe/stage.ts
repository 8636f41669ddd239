// What checks share while they run: the session, names that nobody else has, and the resources that earlier checks made.

import { Unmet } from './check.ts';
import { objectOf, type ProbeExchange, succeeded } from './exchange.ts';
import type { ProbeRequest, Session } from './session.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type Resource = Readonly<Record<string, unknown>>;

/** What names of the probe begin and end with. */
export interface ProbeNames {
  readonly prefix: string;
  readonly domain: string;
}

/** An account of the probe. */
export interface Person {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string;
  readonly email: string;
}

/** A group of the probe. */
export interface ProbeGroup {
  readonly id: string;
  readonly displayName: string;
}

export class Stage {
  readonly session: Session;
  readonly signal: AbortSignal;
  /** Everything that is created begins with it. */
  readonly prefix: string;
  /** Where user names and e-mail addresses end. */
  readonly domain: string;
  /** How many accounts there are, as far as the endpoint has said it. */
  total = 0;
  /** What the running check sent. */
  exchanges: ProbeExchange[] = [];
  /** What all checks sent. */
  readonly seen: ProbeExchange[] = [];
  readonly people: Person[] = [];
  group: ProbeGroup | undefined;
  /** False once a group did not show members that it had accepted. */
  membersShown = true;
  /** True once a group showed members: one that shows none later has none. */
  membersSeen = false;
  /** Members of the group as they should be, by index of the person. */
  members: number[] = [];
  /** What /ServiceProviderConfig said. */
  provider: Resource | undefined;
  #count = 0;
  readonly #uuid: () => string;

  constructor(session: Session, signal: AbortSignal, { prefix, domain }: ProbeNames, uuid: () => string) {
    this.session = session;
    this.signal = signal;
    this.prefix = prefix;
    this.domain = domain;
    this.#uuid = uuid;
  }

  /** Another check begins. */
  begin(): void {
    this.exchanges = [];
  }

  async send(request: ProbeRequest): Promise<ProbeExchange> {
    const exchange = await this.session.send(request, this.signal);
    this.note(exchange);
    return exchange;
  }

  /** An exchange that somebody else sent for the running check. */
  note(exchange: ProbeExchange): void {
    this.exchanges.push(exchange);
    this.seen.push(exchange);
  }

  get(path: string, query?: Readonly<Record<string, string>>): Promise<ProbeExchange> {
    return this.send({ method: 'GET', path, ...(query === undefined ? {} : { query }) });
  }

  find(kind: 'Users' | 'Groups', filter: string): Promise<ProbeExchange> {
    return this.get(`/${kind}`, { filter });
  }

  patch(path: string, operations: readonly unknown[]): Promise<ProbeExchange> {
    return this.send({ method: 'PATCH', path, body: { schemas: [PATCH_SCHEMA], Operations: operations } });
  }

  /** A name that nobody has. */
  newName(): string {
    this.#count += 1;
    return this.address(String(this.#count));
  }

  /** An address, or user name, that begins and ends as those of the probe do. */
  address(local: string): string {
    return `${this.prefix}${local}@${this.domain}`;
  }

  /** A name for a group that no group has. */
  newGroupName(): string {
    this.#count += 1;
    return `${this.prefix}group-${this.#count}`;
  }

  /** An id that no resource has. */
  unknownId(): string {
    return this.session.own.invented(this.#uuid());
  }

  /** @throws Unmet when no such account could be made. */
  person(index: number): Person {
    const person = this.people[index];
    if (person === undefined) throw new Unmet('it needs an account of the probe, and none could be made');
    return person;
  }

  /** @throws Unmet when no group could be made. */
  madeGroup(): ProbeGroup {
    if (this.group === undefined) throw new Unmet('it needs a group of the probe, and none could be made');
    return this.group;
  }

  /** Creates an account and keeps it under the next index; the exchange says whether that worked. */
  async createPerson(extra: (userName: string) => Resource = () => ({})): Promise<ProbeExchange> {
    const userName = this.newName();
    const exchange = await this.send({ method: 'POST', path: '/Users', body: userBody(userName, extra(userName)) });
    const id = objectOf(exchange.json)?.['id'];
    if (succeeded(exchange) && typeof id === 'string' && id !== '')
      this.people.push({ id, userName, externalId: externalIdOf(userName), email: userName });
    return exchange;
  }
}

function externalIdOf(userName: string): string {
  return userName.split('@')[0] ?? userName;
}

/** An account as the mappings that Entra begins with would create it. */
export function userBody(userName: string, extra: Resource = {}): Resource {
  return {
    schemas: [USER_SCHEMA],
    userName,
    externalId: externalIdOf(userName),
    active: true,
    displayName: 'Probe Account',
    name: { givenName: 'Probe', familyName: 'Account' },
    emails: [{ type: 'work', value: userName, primary: true }],
    ...extra,
  };
}

/** The path of a resource. */
export function pathOf(kind: 'Users' | 'Groups', { id }: { readonly id: string }): string {
  return `/${kind}/${encodeURIComponent(id)}`;
}
