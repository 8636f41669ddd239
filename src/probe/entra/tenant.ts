// A small Entra tenant of the probe's own, in this process: 20 people and 3 groups with names that only this run has, all of them
// assigned to the application. It is edited with Microsoft Graph's own write requests.

import { type EntraTenant, startEntraTenant } from '../../sandbox/entra/tenant.ts';
import { textIn } from '../exchange.ts';
import type { ProbeNames } from '../stage.ts';

/** Somebody in the tenant, as they should show in the endpoint. */
export interface LifePerson {
  readonly id: string;
  /** The userName with which the account is created. */
  readonly firstName: string;
  userName: string;
  displayName: string;
  surname: string;
  mail: string;
  department: string;
  /** The mobile one; undefined where there is none. */
  telephone?: string | undefined;
  /** Undefined where nothing is said of one. */
  manager?: LifePerson | undefined;
  /** What should be there: an active account, a disabled one, or none. */
  state: 'active' | 'disabled' | 'gone';
}

/** A group in the tenant. */
export interface LifeGroup {
  readonly id: string;
  readonly firstName: string;
  displayName: string;
  readonly members: Set<LifePerson>;
  state: 'active' | 'gone';
}

/** The same people in every run. */
const NAMES = [
  'Ada Brandt',
  'Björn Castellan',
  'Chiara Dufour',
  'Dmitri Ekberg',
  'Elif Farkas',
  'Femke Góngora',
  'Gus Halvorsen',
  'Hana Ilves',
  'Igor Jansky',
  'Jo Katz',
  "Keeva L'Estrange",
  'Lars Mbeki',
  'Mina Novák',
  'Nils Okafor',
  'Oona Petrov',
  'Pia Quist',
  'Quentin Rossi',
  'Rosa Šimek',
  'Søren Tanaka',
  'Tove Ulrich',
] as const;
const GROUPS = ['Sales', 'Research', 'Support'] as const;
const SEED = 20;
const MANAGED = 12;

export class LifeTenant implements AsyncDisposable {
  readonly entra: EntraTenant;
  readonly people: LifePerson[] = [];
  readonly groups: LifeGroup[] = [];
  #role = '';

  private constructor(entra: EntraTenant) {
    this.entra = entra;
  }

  /** Starts the tenant; everything in it has such a name. Without groups for an endpoint that has none. */
  static async start(names: ProbeNames, hasGroups: boolean): Promise<LifeTenant> {
    const tenant = new LifeTenant(await startEntraTenant({ users: 0, groups: 0, seed: SEED }));
    try {
      await tenant.#fill(names, hasGroups);
    } catch (error) {
      await tenant[Symbol.asyncDispose]();
      throw error;
    }
    return tenant;
  }

  /** A write request to the tenant's Graph. */
  async write(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return this.#ask(method, `/_emu/graph/v1.0${path}`, body);
  }

  /** Time passes in the tenant. */
  async pass(duration: string): Promise<void> {
    await this.#ask('POST', '/_emu/clock', { advance: duration });
  }

  async assign({ id }: { readonly id: string }): Promise<void> {
    const resourceId = this.entra.servicePrincipalId;
    const body = { principalId: id, resourceId, appRoleId: this.#role };
    await this.write('POST', `/servicePrincipals/${resourceId}/appRoleAssignedTo`, body);
  }

  async unassign({ id }: { readonly id: string }): Promise<void> {
    const { directory, servicePrincipalId } = this.entra;
    const rows = [...directory.assignments.ofResource(servicePrincipalId)].filter((row) => row.principalId === id);
    for (const row of rows)
      await this.write('DELETE', `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo/${row.id}`);
  }

  async addMember(group: LifeGroup, person: LifePerson): Promise<void> {
    await this.write('POST', `/groups/${group.id}/members/$ref`, referenceTo(person));
    group.members.add(person);
  }

  async removeMember(group: LifeGroup, person: LifePerson): Promise<void> {
    await this.write('DELETE', `/groups/${group.id}/members/${person.id}/$ref`);
    group.members.delete(person);
  }

  async setManager(person: LifePerson, manager: LifePerson): Promise<void> {
    await this.write('PUT', `/users/${person.id}/manager/$ref`, referenceTo(manager));
    person.manager = manager;
  }

  async removeManager(person: LifePerson): Promise<void> {
    await this.write('DELETE', `/users/${person.id}/manager/$ref`);
    person.manager = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.entra.close();
  }

  async #fill(names: ProbeNames, hasGroups: boolean): Promise<void> {
    const { servicePrincipals } = this.entra.directory;
    const application = servicePrincipals.live.get(this.entra.servicePrincipalId);
    const roles = application?.properties['appRoles'];
    const role = (Array.isArray(roles) ? roles : []).find((each) => isUserRole(each));
    this.#role = textIn(role, 'id');
    for (const [index, name] of NAMES.entries()) await this.#addPerson(names, index, name);
    for (const [index, name] of (hasGroups ? GROUPS : []).entries()) await this.#addGroup(names.prefix, index, name);
    const [chief] = this.people;
    if (chief !== undefined) for (const person of this.people.slice(1, MANAGED)) await this.setManager(person, chief);
  }

  async #addPerson({ prefix, domain }: ProbeNames, index: number, name: string): Promise<void> {
    const [givenName = '', surname = ''] = name.split(' ');
    const userName = `${prefix}p${index + 1}@${domain}`;
    const mail = `${prefix}p${index + 1}.mail@${domain}`;
    // Some have no telephone yet: their first one needs an element that is not there.
    const telephone = index % 2 === 0 ? `+1 555 01${String(index).padStart(2, '0')}` : undefined;
    const department = index % 2 === 0 ? 'Sales' : 'Research';
    const created = (await this.write('POST', '/users', {
      userPrincipalName: userName,
      mailNickname: `${prefix}p${index + 1}`,
      displayName: name,
      givenName,
      surname,
      mail,
      department,
      jobTitle: 'Prober',
      employeeId: String(1000 + index),
      accountEnabled: true,
      ...(telephone === undefined ? {} : { mobilePhone: telephone }),
    })) as { readonly id: string };
    const { id } = created;
    this.people.push({
      id,
      firstName: userName,
      userName,
      displayName: name,
      surname,
      mail,
      department,
      telephone,
      state: 'active',
    });
    await this.assign(created);
  }

  async #addGroup(prefix: string, index: number, name: string): Promise<void> {
    const displayName = `${prefix}${name}`;
    const { id } = (await this.write('POST', '/groups', {
      displayName,
      mailEnabled: false,
      mailNickname: `${prefix}${name}`,
      securityEnabled: true,
    })) as { readonly id: string };
    const group: LifeGroup = { id, firstName: displayName, displayName, members: new Set(), state: 'active' };
    this.groups.push(group);
    for (const person of this.people.slice(index * 5, index * 5 + 5)) await this.addMember(group, person);
    await this.assign(group);
  }

  async #ask(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.entra.adminUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the tenant of the probe refused ${method} ${path}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

function referenceTo({ id }: { readonly id: string }) {
  return { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
}

function isUserRole(role: unknown): boolean {
  if (typeof role !== 'object' || role === null || !('allowedMemberTypes' in role) || !('isEnabled' in role))
    return false;
  return role.isEnabled === true && Array.isArray(role.allowedMemberTypes) && role.allowedMemberTypes.includes('User');
}
