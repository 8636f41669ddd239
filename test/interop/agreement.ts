// Compares what a service holds with what the directory says, both in the same plain form, so that a test can say `toEqual`.
import { type Account, type Application, enterpriseOf } from './application.ts';
import type { Expectation, Person, SandboxDirectory } from './directory.ts';

/** Accounts by the object id of their person; a second account of somebody is an error. */
export async function accountsByPerson(application: Application): Promise<Map<string, Account>> {
  const byPerson = new Map<string, Account>();
  for (const account of await application.accounts()) {
    const id = account.externalId ?? `nobody's: ${account.userName}`;
    if (byPerson.has(id)) throw new Error(`${account.userName} has two accounts`);
    byPerson.set(id, account);
  }
  return byPerson;
}

/** The active accounts and all groups of a service, with people and members named by their object ids. */
export async function held(application: Application) {
  const accounts = [...(await accountsByPerson(application))];
  const personOf = new Map(accounts.map(([personId, account]) => [account.id, personId]));
  const groups = await application.groups();
  return {
    people: sorted(
      accounts
        .filter(([, account]) => account.active === true)
        .map(([id, account]) => ({
          id,
          ...shownOf(account),
          managerId: personOf.get(enterpriseOf(account).manager?.value ?? '') ?? null,
        })),
    ),
    groups: sorted(
      groups.map(({ externalId, displayName, members }) => ({
        id: externalId ?? '',
        displayName,
        memberIds: (members ?? []).map(({ value }) => personOf.get(value) ?? `unknown ${value}`).sort(),
      })),
    ),
  };
}

// RFC 7643 compares userName without regard to case.
function shownOf(account: Account) {
  return {
    userName: account.userName.toLowerCase(),
    displayName: account.displayName ?? null,
    givenName: account.name?.givenName ?? null,
    familyName: account.name?.familyName ?? null,
    title: account.title ?? null,
    email: account.emails?.find(({ type }) => type === 'work')?.value ?? null,
    mobile: account.phoneNumbers?.find(({ type }) => type === 'mobile')?.value ?? null,
    department: enterpriseOf(account).department ?? null,
    employeeNumber: enterpriseOf(account).employeeNumber ?? null,
  };
}

/**
 * The same form, from the directory. A manager appears when they have an account, which somebody who has lost access keeps
 * disabled; so do the memberships that such a person still has in the directory.
 */
export async function expected(directory: SandboxDirectory, application: Application) {
  const expectation = await directory.expectation();
  const known = await accountsByPerson(application);
  return { ...inPlainForm(expectation, (id) => known.has(id)), expectation };
}

function inPlainForm({ people, groups }: Expectation, hasAccount: (id: string) => boolean) {
  return {
    people: sorted([...people.values()].map((person) => plainPerson(person, hasAccount))),
    groups: sorted(
      groups.map(({ id, displayName, memberIds }) => ({
        id,
        displayName,
        memberIds: memberIds.filter(hasAccount).sort(),
      })),
    ),
  };
}

function plainPerson(person: Person, hasAccount: (id: string) => boolean) {
  const managerId = person.manager?.id ?? null;
  return {
    id: person.id,
    userName: person.userPrincipalName.toLowerCase(),
    displayName: person.displayName,
    givenName: person.givenName,
    familyName: person.surname,
    title: person.jobTitle,
    email: person.mail,
    mobile: person.mobilePhone,
    department: person.department,
    employeeNumber: person.employeeId,
    managerId: managerId !== null && hasAccount(managerId) ? managerId : null,
  };
}

function sorted<T extends { readonly id: string }>(items: readonly T[]): T[] {
  return items.toSorted((left, right) => (left.id < right.id ? -1 : 1));
}
