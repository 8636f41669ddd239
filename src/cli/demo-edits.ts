// The edits of the demo: sent to the sandbox as Microsoft Graph's own write requests, on people who are provisioned.
import { DEFAULT_ACCESS_ROLE_ID } from '../model/directory.ts';
import type { UserRecord } from '../sandbox/entra/objects.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** A person or group to edit. */
interface Subject {
  readonly id: string;
  readonly name: string;
}

/** Whom the story is about. */
export interface Cast {
  readonly renamed: Subject;
  readonly moved: Subject;
  readonly leaver: Subject;
  readonly newMember: Subject;
  readonly group: Subject;
  readonly largestGroup: Subject & { readonly members: number };
}

function nameOf(record: { readonly properties: Readonly<Record<string, unknown>> }): string {
  const name = record.properties['displayName'];
  return typeof name === 'string' ? name : 'somebody';
}

function isOrdinary(person: UserRecord): boolean {
  const { accountEnabled, userType, mail, surname } = person.properties;
  return accountEnabled !== false && userType !== 'Guest' && typeof mail === 'string' && typeof surname === 'string';
}

/** Chooses people who reach the application through a group, so that every edit shows in a target. */
export function chooseCast(sandbox: Sandbox): Cast {
  const { directory, servicePrincipalId } = sandbox.tenant;
  const assigned = [...directory.assignments.ofResource(servicePrincipalId)]
    .filter((row) => row.appRoleId !== DEFAULT_ACCESS_ROLE_ID)
    .map((row) => row.principalId);
  const groups = [...new Set(assigned)].flatMap((id) => {
    const group = directory.groups.live.get(id);
    if (group === undefined) return [];
    const people = [...group.members.keys()]
      .flatMap((memberId) => directory.users.live.get(memberId) ?? [])
      .filter(isOrdinary);
    return [{ group, people }];
  });
  const bySize = groups.toSorted((a, b) => b.people.length - a.people.length);
  const [largest, second] = bySize;
  if (largest === undefined || second === undefined || largest.people.length < 5)
    throw new Error('the sandbox is too small for the demo');
  const outside = largest.people.filter((person) => !second.group.members.has(person.id));
  const [renamed, moved, leaver, newMember] = outside.map((person) => ({ id: person.id, name: nameOf(person) }));
  if (renamed === undefined || moved === undefined || leaver === undefined || newMember === undefined)
    throw new Error('the sandbox is too small for the demo');
  return {
    renamed,
    moved,
    leaver,
    newMember,
    group: { id: second.group.id, name: nameOf(second.group) },
    largestGroup: { id: largest.group.id, name: nameOf(largest.group), members: largest.group.members.size },
  };
}

async function write(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${sandbox.adminUrl}/_emu/graph/v1.0${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the sandbox refused ${method} ${path}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** Edits the directory; returns one sentence per edit. */
export async function editDirectory(sandbox: Sandbox, cast: Cast): Promise<string[]> {
  await write(sandbox, 'PATCH', `/users/${cast.renamed.id}`, {
    surname: 'Okonkwo-Lind',
    displayName: `${cast.renamed.name.split(' ')[0] ?? ''} Okonkwo-Lind`,
  });
  await write(sandbox, 'PATCH', `/users/${cast.moved.id}`, { department: 'Research' });
  await write(sandbox, 'DELETE', `/users/${cast.leaver.id}`);
  const joiner = (await write(sandbox, 'POST', '/users', {
    accountEnabled: true,
    displayName: 'Zoë Achterberg',
    givenName: 'Zoë',
    surname: 'Achterberg',
    mailNickname: 'zoe.achterberg',
    userPrincipalName: `zoe.achterberg@${domainOf(sandbox, cast.moved.id)}`,
    mail: `zoe.achterberg@${domainOf(sandbox, cast.moved.id)}`,
    department: 'Research',
    jobTitle: 'Analyst',
  })) as { id: string };
  await write(sandbox, 'POST', `/groups/${cast.largestGroup.id}/members/$ref`, {
    '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${joiner.id}`,
  });
  await write(sandbox, 'POST', `/groups/${cast.group.id}/members/$ref`, {
    '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${cast.newMember.id}`,
  });
  return [
    `rename        ${cast.renamed.name} is now called Okonkwo-Lind`,
    `department    ${cast.moved.name} moves to Research`,
    `joiner        Zoë Achterberg starts, as a member of "${cast.largestGroup.name}"`,
    `leaver        ${cast.leaver.name} is deleted in Entra`,
    `group change  ${cast.newMember.name} joins "${cast.group.name}"`,
  ];
}

function domainOf(sandbox: Sandbox, userId: string): string {
  const name = sandbox.tenant.directory.users.live.get(userId)?.properties['userPrincipalName'];
  return typeof name === 'string' ? (name.split('@')[1] ?? 'contoso.example') : 'contoso.example';
}

/** Takes the largest group off the application, as a slip of the hand would. */
export async function unassignLargestGroup(sandbox: Sandbox, cast: Cast): Promise<string> {
  const { directory, servicePrincipalId } = sandbox.tenant;
  const rows = [...directory.assignments.ofResource(servicePrincipalId)].filter(
    (row) => row.principalId === cast.largestGroup.id,
  );
  for (const row of rows) {
    await write(sandbox, 'DELETE', `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo/${row.id}`);
  }
  return `somebody takes the group "${cast.largestGroup.name}" (${cast.largestGroup.members} members) off the application`;
}
