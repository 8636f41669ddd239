// What the steps of a life share: the tenant, the way to the endpoint, one cycle of the engine, and the comparison of what the
// endpoint holds with what the tenant says.
import { objectOf, type ProbeExchange, succeeded, textIn } from '../exchange.ts';
import type { OwnKind } from '../ownership.ts';
import { emailsOf } from '../protocol/patch-check.ts';
import { ENTERPRISE_SCHEMA, pathOf, type Resource, type Stage } from '../stage.ts';
import type { Relay } from './relay.ts';
import type { LifeGroup, LifePerson, LifeTenant } from './tenant.ts';

/** One object that failed, as a provisioning log would show it. */
export interface LifeFailure {
  /** Of the person or group in the tenant; empty for the job as a whole. */
  readonly sourceId: string;
  readonly name: string;
  readonly action: string;
  readonly code: string;
  readonly reason: string;
}

/** One entry of the provisioning log. */
export interface LifeEntry {
  /** Id of the person or group in the tenant. */
  readonly sourceId: string;
  readonly action: string;
  readonly status: string;
  readonly modified: readonly {
    readonly name: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
}

/** What one cycle came to. */
export interface CycleFacts {
  readonly counts: Readonly<
    Record<'created' | 'updated' | 'enabled' | 'disabled' | 'deleted' | 'failed' | 'held', number>
  >;
  readonly memberships: { readonly added: number; readonly removed: number };
  readonly failures: readonly LifeFailure[];
  readonly log: readonly LifeEntry[];
}

/** Objects that are provisioned on demand, by their ids in the tenant. */
export interface OnDemand {
  readonly user: readonly string[];
  readonly group: readonly string[];
}

/** Runs one cycle of the real engine against the relay, or provisions on demand. */
export type RunCycle = (selection?: OnDemand) => Promise<CycleFacts>;

/** Something that the endpoint holds otherwise than it should. */
export interface Difference {
  readonly text: string;
  /** What differs, and what it should be: the same in every step until either changes. */
  readonly about: string;
  /** Of the account or group; undefined when it was never made. */
  readonly id: string | undefined;
}

export class LifeWorld {
  readonly tenant: LifeTenant;
  readonly relay: Relay;
  /** Set when a group showed no members although it should have some. */
  membersHidden = false;
  /** Set once a group showed members: one that shows none later has none. */
  #membersSeen = false;
  readonly #runCycle: RunCycle;
  readonly #told = new Set<string>();
  readonly #failed = new Set<string>();

  constructor(tenant: LifeTenant, relay: Relay, runCycle: RunCycle) {
    this.tenant = tenant;
    this.relay = relay;
    this.#runCycle = runCycle;
  }

  /** One cycle; its exchanges belong to the check that runs. @throws Unmet where the endpoint was given up meanwhile. */
  async cycle(stage: Stage, selection?: OnDemand): Promise<CycleFacts> {
    this.relay.listen((exchange) => stage.note(exchange));
    const facts = await this.#runCycle(selection);
    stage.session.gaveUp.throwIfAborted();
    return facts;
  }

  /** The id of the account or group that something failed with; undefined where it has none. */
  accountOf({ session }: Stage, { sourceId }: LifeFailure): string | undefined {
    const person = this.tenant.people.find(({ id }) => id === sourceId);
    if (person !== undefined) return session.own.idOf('Users', person.firstName);
    const group = this.tenant.groups.find(({ id }) => id === sourceId);
    return group === undefined ? undefined : session.own.idOf('Groups', group.firstName);
  }

  /** Failures that no earlier step told of: what failed once is tried again by each cycle. */
  newFailures({ failures }: CycleFacts): readonly LifeFailure[] {
    return failures.filter(({ sourceId, action, code }) => {
      this.#failed.add(sourceId);
      const key = `${sourceId} ${action} ${code}`;
      const isNew = !this.#told.has(key);
      this.#told.add(key);
      return isNew;
    });
  }

  /** Differences between the endpoint and the tenant; nothing where they agree, or where a failure was told of. */
  async differences(
    stage: Stage,
    people: readonly LifePerson[],
    groups: readonly LifeGroup[] = [],
  ): Promise<readonly Difference[]> {
    const found: Difference[] = [];
    const { own } = stage.session;
    for (const person of people.filter(({ id }) => !this.#failed.has(id)))
      for (const [attribute, text] of await this.#personDifferences(stage, person))
        found.push({ text, about: `${person.id} ${attribute}`, id: own.idOf('Users', person.firstName) });
    for (const group of groups.filter(({ id }) => !this.#failed.has(id)))
      for (const text of await this.#groupDifferences(stage, group))
        found.push({ text, about: `${group.id} ${text}`, id: own.idOf('Groups', group.firstName) });
    return found;
  }

  /** Differences that no earlier step told of. */
  newDifferences(differences: readonly Difference[]): readonly Difference[] {
    return differences.filter(({ about }) => {
      const isNew = !this.#told.has(about);
      this.#told.add(about);
      return isNew;
    });
  }

  /** Each as what it is about, and what it says. */
  async #personDifferences(stage: Stage, person: LifePerson): Promise<(readonly [string, string])[]> {
    const id = stage.session.own.idOf('Users', person.firstName);
    const account = id === undefined ? undefined : await read(stage, 'Users', id);
    const name = person.displayName;
    if (person.state === 'gone') return account === undefined ? [] : [['gone', `${name} should be gone, and is there`]];
    if (account === undefined) return [['account', `${name} should have an account, and has none`]];
    const active = account['active'];
    if (person.state === 'disabled')
      return active === false ? [] : [['disabled', `${name} should be disabled; active is ${JSON.stringify(active)}`]];
    const expected: Readonly<Record<string, readonly [unknown, unknown]>> = {
      ...this.#managerOf(stage, person, account),
      ...(person.telephone === undefined ? {} : { [TELEPHONE]: [digits(person.telephone), digits(mobileOf(account))] }),
      active: [true, active],
      userName: [person.userName.toLowerCase(), lower(account['userName'])],
      displayName: [person.displayName, account['displayName']],
      'name.familyName': [person.surname, objectOf(account['name'])?.['familyName']],
      'emails[type eq "work"].value': [person.mail.toLowerCase(), lower(emailsOf(account, 'work')[0])],
      department: [person.department, objectOf(account[ENTERPRISE_SCHEMA])?.['department']],
    };
    return Object.entries(expected).flatMap(([attribute, [should, is]]) =>
      should === is
        ? []
        : [
            [
              `${attribute} ${JSON.stringify(should)}`,
              `${attribute} of ${name} should be ${JSON.stringify(should)}, and is ${JSON.stringify(is) ?? 'missing'}`,
            ],
          ],
    );
  }

  /** The manager as the RFC has it, an object with a value; a bare id is understood. Nothing where the manager has no account. */
  #managerOf(
    stage: Stage,
    { manager }: LifePerson,
    account: Resource,
  ): Readonly<Record<string, readonly [unknown, unknown]>> {
    const id = manager === undefined ? undefined : stage.session.own.idOf('Users', manager.firstName);
    if (manager?.state !== 'active' || id === undefined) return {};
    const shown = objectOf(account[ENTERPRISE_SCHEMA])?.['manager'];
    return { [MANAGER]: [id, objectOf(shown)?.['value'] ?? shown] };
  }

  async #groupDifferences(stage: Stage, group: LifeGroup): Promise<string[]> {
    const { own } = stage.session;
    const id = own.idOf('Groups', group.firstName);
    const found = id === undefined ? undefined : await read(stage, 'Groups', id);
    const name = group.displayName;
    if (group.state === 'gone') return found === undefined ? [] : [`group ${name} should be gone, and is there`];
    if (found === undefined) return [`there should be a group ${name}, and there is none`];
    const renamed =
      found['displayName'] === name
        ? []
        : [`a group should be called ${name}, and is called ${JSON.stringify(found['displayName'])}`];
    const members = Array.isArray(found['members']) ? found['members'] : [];
    this.#membersSeen ||= members.length > 0;
    // An endpoint that never shows members cannot be judged by them.
    if (members.length === 0 && group.members.size > 0 && !this.#membersSeen) {
      this.membersHidden = true;
      return renamed;
    }
    const are = new Set(members.map((each) => textIn(each, 'value')));
    const should = new Map(
      [...group.members].map((person) => [own.idOf('Users', person.firstName), person.displayName]),
    );
    const missing = [...should].flatMap(([memberId, person]) =>
      memberId !== undefined && are.has(memberId) ? [] : [person],
    );
    const surplus = [...are].filter((memberId) => !should.has(memberId)).length;
    return [
      ...renamed,
      ...(missing.length === 0 ? [] : [`group ${name} lacks ${missing.join(', ')}`]),
      ...(surplus === 0 ? [] : [`group ${name} has ${surplus} members too many`]),
    ];
  }
}

/** How a difference of a manager begins. */
export const MANAGER = 'manager (enterprise extension)';

/** How a difference of a telephone begins. */
export const TELEPHONE = 'phoneNumbers[type eq "mobile"].value';

function mobileOf(account: Resource): unknown {
  const numbers = account['phoneNumbers'];
  const mobile = (Array.isArray(numbers) ? numbers : []).find(
    (each) => textIn(each, 'type').toLowerCase() === 'mobile',
  );
  return objectOf(mobile)?.['value'];
}

/** Services write numbers in forms of their own: blanks, hyphens and tel: are no difference. */
function digits(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/[^+\d]/g, '') : value;
}

async function read(stage: Stage, kind: OwnKind, id: string): Promise<Resource | undefined> {
  const exchange: ProbeExchange = await stage.get(pathOf(kind, { id }));
  return succeeded(exchange) ? objectOf(exchange.json) : undefined;
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
