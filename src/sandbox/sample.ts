// Picks a person and a membership of the directory for commands that can be pasted: somebody who is assigned through a
// group, so that the effect shows in the target.
import type { Directory } from './entra/directory.ts';

/** A person and a membership, with names to show. */
export interface Sample {
  readonly person: { readonly id: string; readonly name: string };
  readonly groupId: string;
  readonly groupName: string;
}

function nameOf(record: { readonly properties: Readonly<Record<string, unknown>> }): string {
  const name = record.properties['displayName'];
  return typeof name === 'string' ? name : 'somebody';
}

/** An enabled member of an assigned group, or undefined when there is none. */
export function samplePerson(directory: Directory, assignedTo: (id: string) => boolean): Sample | undefined {
  for (const group of directory.groups.live.values()) {
    if (!assignedTo(group.id)) continue;
    for (const memberId of group.members.keys()) {
      const person = directory.users.live.get(memberId);
      if (
        person === undefined ||
        person.properties['accountEnabled'] === false ||
        person.properties['userType'] === 'Guest'
      )
        continue;
      return { person: { id: person.id, name: nameOf(person) }, groupId: group.id, groupName: nameOf(group) };
    }
  }
  return undefined;
}
