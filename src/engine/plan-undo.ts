// Plans the undoing of a cycle: for each account that it wrote to, a read, and the values from before where the account still
// holds what that cycle wrote. Everything else is left alone and named.
import type { ObjectKind } from '../model/directory.ts';
import { isActive } from '../rules/decide.ts';
import { identityChanges } from '../rules/identity.ts';
import { protects } from '../rules/protect.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { type AttributeDifference, caseInsensitiveKeys, diffResource } from '../scim/diff.ts';
import { sameValue } from '../scim/equal.ts';
import { parsePath, pathKey } from '../scim/path.ts';
import { isComplex, memberOf, readPath } from '../scim/read.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';
import type { BeforeImageTable } from '../store/before-image-table.ts';
import { findLinks } from '../store/links.ts';
import type { LinkTable } from '../store/schema.ts';
import type { ImageAttribute } from './before-image.ts';
import { runBounded } from './bounded.ts';
import { mappingOf } from './compiled-job.ts';
import { breathe, type CycleContext } from './context.ts';

/** What a cycle did to one account, all its requests together. */
export interface UndoneObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly displayName: string | null;
  readonly targetId: string;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly event: string | null;
  readonly attributes: readonly ImageAttribute[];
}

/** What undoing one account comes to. */
export interface PlannedUndo {
  readonly object: UndoneObject;
  /** Null when nothing is to be written. */
  readonly action: 'update' | 'enable' | 'disable' | null;
  readonly desired: readonly DesiredAttribute[];
  readonly differences: readonly AttributeDifference[];
  readonly changesIdentity: boolean;
  /** What is left alone, and why. */
  readonly leftAlone: readonly string[];
}

/** The requests of a cycle, by account. */
export function undoneObjects(images: readonly BeforeImageTable[]): UndoneObject[] {
  const byObject = Map.groupBy(images, (image) => `${image.kind} ${image.source_id} ${image.target_id}`);
  return [...byObject.values()].flatMap((each) => {
    const [first] = each;
    if (first === undefined) return [];
    const attributes = new Map<string, ImageAttribute>();
    for (const one of each.flatMap((image) => JSON.parse(image.attributes) as ImageAttribute[])) {
      const earlier = attributes.get(one.name);
      const { before: _, ...later } = one;
      attributes.set(
        one.name,
        earlier === undefined
          ? one
          : { ...later, kept: one.kept && earlier.kept, ...('before' in earlier ? { before: earlier.before } : {}) },
      );
    }
    return [
      {
        kind: first.kind as ObjectKind,
        id: first.source_id,
        displayName: first.display_name,
        targetId: first.target_id,
        created: each.some((image) => image.action === 'create'),
        deleted: each.some((image) => image.action === 'delete'),
        event: each.find((image) => image.event !== null)?.event ?? null,
        attributes: [...attributes.values()],
      },
    ];
  });
}

/** Reads every account and plans what is restored. Nothing is written. */
export async function planUndo(context: CycleContext, objects: readonly UndoneObject[]): Promise<PlannedUndo[]> {
  const { job, io } = context;
  const planned: PlannedUndo[] = [];
  for (const [kind, each] of Map.groupBy(objects, (object) => object.kind)) {
    const links = await findLinks(
      io.store.db,
      job.id,
      kind,
      each.map((object) => object.id),
    );
    const tasks = each.map((object) => () => planOne(context, object, links.get(object.id)));
    planned.push(...(await runBounded(tasks, job.concurrency)));
    await breathe(context);
  }
  return planned;
}

async function planOne(context: CycleContext, object: UndoneObject, link: LinkTable | undefined): Promise<PlannedUndo> {
  const { job, io } = context;
  const mapping = mappingOf(job, object.kind);
  const nothing = (because: string): PlannedUndo => ({
    object,
    action: null,
    desired: [],
    differences: [],
    changesIdentity: false,
    leftAlone: [because],
  });
  if (object.deleted) return nothing('the account was deleted, which nothing takes back');
  if (mapping === null) return nothing('objects of this kind are not provisioned any more');
  if (link?.target_id !== object.targetId) return nothing('the account belongs to nobody, or to somebody else, by now');
  const read = await io.target.get(mapping.scimKind, object.targetId, io.signal);
  if (!read.ok) return nothing(`the account cannot be read: ${read.fault.message}`);
  const account = read.value;
  if (account === null) return nothing('the account does not exist any more');
  if (object.kind === 'user' && protects(job.protection, account)) return nothing('the account is protected');
  if (object.created)
    return object.kind === 'group' ? nothing('groups that were created stay') : disabled(object, account);
  const { wanted, leftAlone } = restorable(context, object, account);
  const { caseInsensitive } = job.settings.profile;
  const differences = diffResource(account, wanted, { caseInsensitive });
  const matching = job.user.matching.map(({ path }) => path);
  return {
    object,
    action: differences.length === 0 ? null : actionOf(account, differences),
    desired: wanted,
    differences,
    changesIdentity: identityChanges(differences, matching, caseInsensitive).length > 0,
    leftAlone,
  };
}

/** An account that the cycle made is disabled, never deleted. */
function disabled(object: UndoneObject, account: ScimResource): PlannedUndo {
  const parsed = parsePath('active');
  if (!parsed.ok) throw new Error('active is a path');
  const desired: DesiredAttribute[] = [{ path: parsed.path, value: false }];
  const differences = diffResource(account, desired, { caseInsensitive: [] });
  const isOff = differences.length === 0;
  const leftAlone = isOff ? ['the account is disabled already'] : [];
  return { object, action: isOff ? null : 'disable', desired, differences, changesIdentity: false, leftAlone };
}

/** Attributes that still hold what the cycle wrote, with their values from before. */
function restorable(
  { job }: CycleContext,
  { attributes }: UndoneObject,
  account: ScimResource,
): { readonly wanted: DesiredAttribute[]; readonly leftAlone: string[] } {
  const ignoringCase = caseInsensitiveKeys(job.settings.profile.caseInsensitive);
  const wanted: DesiredAttribute[] = [];
  const leftAlone: string[] = [];
  for (const { name, kept, before, after } of attributes) {
    const parsed = parsePath(name);
    if (!kept || !parsed.ok) {
      leftAlone.push(`${name}: its value from before was not kept`);
      continue;
    }
    const { path } = parsed;
    const current = readPath(account, path);
    const ignoreCase = ignoringCase.has(pathKey(path));
    if (sameValue(current, before ?? null, ignoreCase)) leftAlone.push(`${name}: holds its value from before already`);
    else if (sameValue(current, after ?? null, ignoreCase)) wanted.push({ path, value: referenceOf(before, after) });
    else leftAlone.push(`${name}: holds something else than that cycle wrote`);
  }
  return { wanted, leftAlone };
}

/** A reference is read as an object and written as the id in it. */
function referenceOf(before: ScimValue | undefined, after: ScimValue | undefined): ScimValue {
  const isReference = typeof after === 'string' && before !== undefined && isComplex(before);
  return (isReference ? memberOf(before, 'value') : before) ?? null;
}

function actionOf(account: ScimResource, differences: readonly AttributeDifference[]): 'update' | 'enable' | 'disable' {
  const active = differences.find(({ path }) => path.text === 'active');
  if (active === undefined) return 'update';
  if (active.newValue === true || active.newValue === null) return isActive(account) ? 'update' : 'enable';
  return differences.length === 1 ? 'disable' : 'update';
}
