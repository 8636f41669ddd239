// The sandbox's directory through Graph's own requests, and what an application should hold according to it: worked out
// here from assignments and memberships alone, without the product's code.

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
const PERSON =
  'id,displayName,givenName,surname,userPrincipalName,accountEnabled,department,jobTitle,mail,mobilePhone,employeeId';

/** A person with the properties that the mappings use. */
export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly userPrincipalName: string;
  readonly accountEnabled: boolean;
  readonly department: string | null;
  readonly jobTitle: string | null;
  readonly mail: string | null;
  readonly mobilePhone: string | null;
  readonly employeeId: string | null;
  readonly manager?: { readonly id: string };
}

/** An assignment to the application. */
export interface Assignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly principalId: string;
  readonly principalType: string;
}

/** A group that is to be in the application, with the people in it. */
export interface ExpectedGroup {
  readonly id: string;
  readonly displayName: string;
  readonly memberIds: readonly string[];
}

/** What the application should hold. */
export interface Expectation {
  readonly people: ReadonlyMap<string, Person>;
  readonly groups: readonly ExpectedGroup[];
  readonly assignments: readonly Assignment[];
}

interface GraphList<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
}

/** The directory behind the sandbox's admin address. */
export class SandboxDirectory {
  readonly #graph: string;
  readonly #application: string;

  constructor(adminUrl: string, servicePrincipalId: string) {
    this.#graph = `${adminUrl}/_emu/graph/v1.0`;
    this.#application = `servicePrincipals/${servicePrincipalId}`;
  }

  /** Sends an edit; throws when it is refused. */
  async edit(method: 'PATCH' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const answer = await fetch(`${this.#graph}/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }

  /** Takes an assignment away. */
  unassign(assignment: Assignment): Promise<void> {
    return this.edit('DELETE', `${this.#application}/appRoleAssignedTo/${assignment.id}`);
  }

  /** Who should have an account, and which groups with which of them. */
  async expectation(): Promise<Expectation> {
    const everybody = await this.#list<Person>(`users?$select=${PERSON}&$expand=manager($select=id)&$top=999`);
    const assignments = (await this.#list<Assignment>(`${this.#application}/appRoleAssignedTo?$top=999`)).filter(
      (assignment) => assignment.appRoleId !== DEFAULT_ACCESS,
    );
    const entitled = new Set<string>();
    const groups: { id: string; displayName: string; memberIds: string[] }[] = [];
    for (const { principalId, principalType } of assignments) {
      if (principalType === 'User') entitled.add(principalId);
      if (principalType !== 'Group' || groups.some((group) => group.id === principalId)) continue;
      const { displayName } = await this.#get<{ displayName: string }>(`groups/${principalId}?$select=displayName`);
      const members = await this.#list<{ id: string }>(
        `groups/${principalId}/members/microsoft.graph.user?$select=id&$top=999&$count=true`,
      );
      const memberIds = members.map((member) => member.id);
      for (const id of memberIds) entitled.add(id);
      groups.push({ id: principalId, displayName, memberIds });
    }
    const people = new Map(
      everybody
        .filter((person) => entitled.has(person.id) && person.accountEnabled)
        .map((person) => [person.id, person] as const),
    );
    return {
      people,
      assignments,
      groups: groups.map((group) => ({ ...group, memberIds: group.memberIds.filter((id) => people.has(id)) })),
    };
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    const list = await this.#get<GraphList<T>>(path);
    if (list['@odata.nextLink'] !== undefined) throw new Error(`${path} has a second page: use a smaller sandbox`);
    return list.value;
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.#graph}/${path}`, { headers: { ConsistencyLevel: 'eventual' } });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
