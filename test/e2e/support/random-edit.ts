// Random edits of a directory: on the same few people and groups again and again, from a seed.
import type { Random } from '../../../src/sandbox/entra/random.ts';
import { assign, createPerson, reference, type TenantClient, unassign } from './tenant-client.ts';

/** Who and what the edits are about; they may be gone by now, and then an edit is refused. */
export interface Cast {
  readonly random: Random;
  readonly tenant: TenantClient;
  readonly people: string[];
  readonly groups: readonly string[];
}

type Edit = (cast: Cast) => Promise<unknown>;

const somebody = ({ random, people }: Cast): string => random.pick(people);
const someGroup = ({ random, groups }: Cast): string => random.pick(groups);

const EDITS: Readonly<Record<string, Edit>> = {
  rename: (cast) =>
    cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { displayName: `Name ${cast.random.below(1000)}` }),
  department: (cast) =>
    cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, {
      department: cast.random.pick(['Sales', 'Legal', 'Space travel']),
    }),
  address: (cast) => {
    const address = `address${cast.random.below(100_000)}@contoso.example`;
    return cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { userPrincipalName: address, mail: address });
  },
  block: (cast) => cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { accountEnabled: false }),
  unblock: (cast) => cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { accountEnabled: true }),
  softDelete: (cast) => cast.tenant.graph('DELETE', `/users/${somebody(cast)}`),
  restore: (cast) => cast.tenant.graph('POST', `/directory/deletedItems/${somebody(cast)}/restore`),
  purge: (cast) => cast.tenant.graph('DELETE', `/directory/deletedItems/${somebody(cast)}`),
  join: async (cast) => {
    const id = await createPerson(cast.tenant, `joiner${cast.people.length}`);
    cast.people.push(id);
    await assign(cast.tenant, id);
  },
  assign: (cast) => assign(cast.tenant, somebody(cast)),
  unassign: (cast) => unassign(cast.tenant, somebody(cast)),
  assignGroup: (cast) => assign(cast.tenant, someGroup(cast)),
  unassignGroup: (cast) => unassign(cast.tenant, someGroup(cast)),
  renameGroup: (cast) =>
    cast.tenant.graph('PATCH', `/groups/${someGroup(cast)}`, { displayName: `Group ${cast.random.below(10_000)}` }),
  addMember: (cast) => cast.tenant.graph('POST', `/groups/${someGroup(cast)}/members/$ref`, reference(somebody(cast))),
  removeMember: (cast) => cast.tenant.graph('DELETE', `/groups/${someGroup(cast)}/members/${somebody(cast)}/$ref`),
  manager: (cast) => cast.tenant.graph('PUT', `/users/${somebody(cast)}/manager/$ref`, reference(somebody(cast))),
};

/** Makes one edit; one that Graph refuses (somebody is gone, already a member) is no edit. */
export async function edit(cast: Cast): Promise<string> {
  const name = cast.random.pick(Object.keys(EDITS));
  try {
    await EDITS[name]?.(cast);
    return name;
  } catch (error) {
    if (error instanceof Error && /: 4\d\d /.test(error.message)) return `(${name})`;
    throw error;
  }
}
