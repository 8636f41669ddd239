// What the target must hold, computed from the directory alone and without the engine: who has an account, what is in
// it, who manages whom, who is a member of what. Whoever left may or may not have had an account; if so it is inactive.
import { ENTERPRISE_SCHEMA } from '../../../src/scim/resource.ts';
import { MANAGER } from '../../support/build-job.ts';
import type { FakeDirectory } from '../../support/fake-directory.ts';
import type { Json } from '../../support/patch-resource.ts';
import type { World } from '../../support/world.ts';

/** Ids of people who are assigned themselves or through a group. */
function reached(directory: FakeDirectory): Set<string> {
  const ids = new Set<string>();
  for (const { principalId } of directory.assignments) {
    if (directory.users.has(principalId)) ids.add(principalId);
    else for (const member of directory.groups.get(principalId)?.members ?? []) ids.add(member);
  }
  return ids;
}

/** People who must have an active account now. */
function entitledPeople(directory: FakeDirectory, syncAll: boolean): string[] {
  const ids = syncAll ? directory.users : reached(directory);
  return [...directory.users]
    .filter(
      ([id, { state, properties }]) => state === 'present' && properties['accountEnabled'] === true && ids.has(id),
    )
    .map(([id]) => id);
}

/** What a report must hold for this manager: the id of the account, or its work address. */
function reference(world: World, manager: Json): string {
  const isEmail = world.job.settings.profile.references[MANAGER] === 'email';
  if (!isEmail) return manager['id'] as string;
  return (manager['emails'] as { value: string }[])[0]?.value ?? '';
}

function managerText(account: Json): string | undefined {
  const extension = account[ENTERPRISE_SCHEMA] as Record<string, { value: string } | undefined> | undefined;
  return extension?.['manager']?.value;
}

/** Every way in which the target is not as it must be; empty when all is well. */
export function disagreements(world: World): string[] {
  const { directory, target } = world;
  const found: string[] = [];
  const { syncAll } = world.job.settings.source;
  const entitled = new Set(entitledPeople(directory, syncAll));
  const accounts = Map.groupBy(target.resources.User.values(), (each) => String(each['externalId'] as string));
  for (const [id, each] of accounts) {
    if (each.length > 1) found.push(`${id} has ${each.length} accounts`);
    if (directory.users.get(id)?.state === 'hardDeleted') found.push(`${id} is deleted and has an account`);
    else if (!entitled.has(id) && each.some((one) => one['active'] !== false)) found.push(`${id} left and is active`);
  }
  for (const id of entitled) {
    const account = accounts.get(id)?.[0];
    const person = directory.users.get(id);
    if (account === undefined) found.push(`${id} has no account`);
    else {
      if (account['active'] !== true) found.push(`${id} is not active`);
      if (account['displayName'] !== person?.properties['displayName']) found.push(`${id} has another name`);
      const managerId = person?.managerId ?? null;
      const manager = managerId === null ? undefined : accounts.get(managerId)?.[0];
      if (manager !== undefined && managerText(account) !== reference(world, manager))
        found.push(`${id} has manager ${String(managerText(account))} instead of ${String(reference(world, manager))}`);
    }
  }
  for (const [id, group] of directory.groups) {
    const isAssigned = syncAll || directory.assignments.some((each) => each.principalId === id);
    const copies = [...target.resources.Group.values()].filter((each) => each['externalId'] === id).length;
    if (copies !== (isAssigned ? 1 : 0)) found.push(`group ${id} exists ${copies} times`);
    if (!isAssigned) continue;
    const members = world.membersOf(id);
    for (const member of group.members)
      if (entitled.has(member) && !members.includes(member)) found.push(`${member} is missing in ${id}`);
    for (const member of members) if (!group.members.has(member)) found.push(`${member} is still in ${id}`);
  }
  return found;
}
