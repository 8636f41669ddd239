// Accounts that the configuration protects, by SCIM filters: they are never updated, disabled, deleted or removed from
// groups. Where the account was not read, what the target is known to hold decides, as far as the filters ask for nothing else.
import { buildResource } from '../scim/create.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { fulfils } from '../scim/filter-evaluate.ts';
import { parseFilter, type ScimFilter } from '../scim/filter-parse.ts';
import { attributeText, parsePath } from '../scim/path.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';
import { stableHash } from './stable-json.ts';

/** The filters of `protect`, ready to evaluate. */
export interface Protection {
  readonly filters: readonly ScimFilter[];
  /** Another one means that every account is judged again. */
  readonly hash: string;
  /** Attributes of which an account may hold more than is known, by name. */
  readonly shared: readonly string[];
}

/**
 * Compiles filters that validation has accepted; `shared` names the lists that somebody else writes to as well, so that
 * what was sent says nothing about what the account holds.
 */
export function compileProtection(texts: readonly string[], shared: readonly string[] = []): Protection {
  const filters = texts.map((text) => {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(`protect: ${text}: ${parsed.message}`);
    return parsed.filter;
  });
  return { filters, hash: stableHash(texts), shared };
}

/** Whether one of the filters matches an account as the target shows it. */
export function protects({ filters }: Protection, account: ScimResource): boolean {
  return filters.some((filter) => fulfils(account, filter, 'User'));
}

/**
 * Whether one of the filters matches what the target is known to hold; null when a filter asks for something that is not
 * known, so that the account has to be read.
 */
export function protectsKnown(
  protection: Protection,
  exported: Readonly<Record<string, ScimValue>>,
  targetId: string,
): boolean | null {
  const desired = desiredOf(exported);
  const whole = desired.filter(({ path }) => isWhole(path) && !protection.shared.includes(path.text));
  const known = new Set(['id', ...whole.map(({ path }) => keyOf(path))]);
  const isKnown = protection.filters.every((filter) => attributesOf(filter).every((name) => known.has(name)));
  return isKnown ? protects(protection, accountOf(desired, targetId)) : null;
}

/** Whether one of the filters matches an account that was created this moment: it holds what was written and no more. */
export function protectsNew(
  protection: Protection,
  exported: Readonly<Record<string, ScimValue>>,
  targetId: string,
): boolean {
  return protects(protection, accountOf(desiredOf(exported), targetId));
}

function accountOf(desired: readonly DesiredAttribute[], targetId: string): ScimResource {
  return { ...buildResource('User', desired), id: targetId };
}

function desiredOf(exported: Readonly<Record<string, ScimValue>>): DesiredAttribute[] {
  return Object.entries(exported).flatMap(([name, value]) => {
    const parsed = parsePath(name);
    return parsed.ok ? [{ path: parsed.path, value }] : [];
  });
}

/** An element of a list says nothing about the others. */
function isWhole({ filter, subAttribute }: DesiredAttribute['path']): boolean {
  return filter === undefined && subAttribute === undefined;
}

function keyOf(path: DesiredAttribute['path']): string {
  return attributeText(path).toLowerCase();
}

function attributesOf(filter: ScimFilter): string[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return [...attributesOf(filter.left), ...attributesOf(filter.right)];
    case 'not':
      return attributesOf(filter.filter);
    case 'present':
    case 'compare':
    case 'element':
      return [keyOf(filter.path)];
    default:
      return filter satisfies never;
  }
}
