// Accounts as they are remembered, so that a configuration can be tried without reading everybody's. What is remembered is
// what this job wrote or confirmed; an attribute that it never mapped counts as empty here, so that rather too much seems to
// change than too little. Only for estimates: what is sent is always planned from what the target says.
import { identityChanges } from '../rules/identity.ts';
import { buildResource } from '../scim/create.ts';
import { parsePath } from '../scim/path.ts';
import type { ScimResource } from '../scim/resource.ts';
import { findLinkOfTarget, findLinks } from '../store/links.ts';
import type { LinkTable } from '../store/schema.ts';
import type { Exported } from './change-payload.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { CycleContext } from './context.ts';
import type { ScimTarget } from './ports.ts';

/** The target of a cycle, where reading an account asks the memory first; whatever would write fails. */
export function rememberedTarget({ job, io }: CycleContext): ScimTarget {
  const { store, target } = io;
  const refuse = (): never => {
    throw new Error('an estimate writes nothing');
  };
  return {
    get: async (kind, id, signal) => {
      const of = kind === 'Group' ? 'group' : 'user';
      const sourceId = await findLinkOfTarget(store.db, job.id, of, id);
      const link =
        sourceId === undefined ? undefined : (await findLinks(store.db, job.id, of, [sourceId])).get(sourceId);
      if (link === undefined || (of === 'user' && !isIdentityKnown(job, link))) return target.get(kind, id, signal);
      return { ok: true, value: rememberedAccount(link) };
    },
    find: (kind, attribute, value, signal) => target.find(kind, attribute, value, signal),
    findAny: (kind, values, signal) => target.findAny(kind, values, signal),
    refersTo: (kind, id, reference, signal) => target.refersTo(kind, id, reference, signal),
    list: (kind, signal) => target.list(kind, signal),
    discover: (signal) => target.discover(signal),
    remember: (capabilities, learned) => target.remember(capabilities, learned),
    get learned() {
      return target.learned;
    },
    create: refuse,
    patch: refuse,
    remove: refuse,
    get requests() {
      return target.requests;
    },
  };
}

const THERE = { elementExists: true, attributeExists: true } as const;

/** Filling what is empty changes nobody's identity, so nothing of that may only seem empty. */
function isIdentityKnown({ user }: CompiledJob, { exported }: LinkTable): boolean {
  const known = JSON.parse(exported) as Exported;
  const matching = user.matching.map(({ path }) => path);
  const unknown = user.attributes.filter(({ path }) => !Object.hasOwn(known, path.text));
  const changes = unknown.map(({ path }) => ({ path, oldValue: 'one', newValue: 'another', ...THERE }));
  return identityChanges(changes, matching, []).length === 0;
}

function rememberedAccount(link: LinkTable): ScimResource {
  const known = Object.entries(JSON.parse(link.exported) as Exported).flatMap(([name, value]) => {
    const parsed = parsePath(name);
    return parsed.ok ? [{ path: parsed.path, value }] : [];
  });
  const resource = buildResource(link.kind === 'group' ? 'Group' : 'User', known);
  return { ...resource, id: link.target_id, active: link.active === 1 };
}
