// Assigns every group of a sandbox to the application.

/** The part of the sandbox's first line that is used. */
export interface SandboxLine {
  readonly graph: { readonly servicePrincipalId: string };
  readonly admin: { readonly url: string };
}

interface GraphList<T> {
  readonly value: readonly T[];
}

/** Assigns every group to the application, so that all memberships are synchronized. */
export async function assignGroups({ admin, graph }: SandboxLine): Promise<void> {
  const url = `${admin.url}/_emu/graph/v1.0`;
  const application = `${url}/servicePrincipals/${graph.servicePrincipalId}`;
  const { appRoles } = await read<{ appRoles: { id: string; value: string }[] }>(application);
  const { value: groups } = await read<GraphList<{ id: string }>>(`${url}/groups?$select=id&$top=999`);
  for (const { id } of groups) {
    const answer = await fetch(`${application}/appRoleAssignedTo`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ principalId: id, resourceId: graph.servicePrincipalId, appRoleId: appRoles[0]?.id }),
    });
    const text = await answer.text();
    if (!answer.ok && !text.includes('already exists')) throw new Error(`the group ${id} was not assigned: ${text}`);
  }
}

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`GET ${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
