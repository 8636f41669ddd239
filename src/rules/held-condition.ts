// Conditions over held changes: a SCIM filter (RFC 7644 section 3.4.2.2) over the attributes of the directory, by Entra's
// names, and a few words about the change itself. Whoever is not known well enough to be judged is not chosen.
import type { SourceValue } from '../expressions/evaluation.ts';
import type { ObjectKind } from '../model/directory.ts';
import { graphProperties, sourceAttribute } from '../model/source-attributes.ts';
import { fulfils } from '../scim/filter-evaluate.ts';
import { parseFilter, type ScimFilter } from '../scim/filter-parse.ts';
import type { ScimPath } from '../scim/path.ts';
import type { ScimResource } from '../scim/resource.ts';

/** What is known of a held change besides the attributes of its object. */
export interface HeldWords {
  readonly kind: string;
  readonly action: string;
  /** Why: unassigned, blocked, softDeleted …; null where nobody leaves. */
  readonly event: string | null;
  readonly class: string | null;
}

const WORDS: readonly (keyof HeldWords)[] = ['kind', 'action', 'event', 'class'];

/** A condition that was read. */
export interface HeldCondition {
  /** Whether it asks for attributes of the directory. */
  readonly asksDirectory: boolean;
  /** Whether it holds; `attribute` is null for an object of which nothing is known any more. */
  holds(words: HeldWords, attribute: ((name: string) => SourceValue) | null): boolean;
}

/** `position` counts characters from 0. */
export type HeldConditionResult =
  | { readonly ok: true; readonly condition: HeldCondition }
  | { readonly ok: false; readonly message: string; readonly position: number };

/** Reads a condition; `properties` are the Graph properties that the job reads, since others have no value in the store. */
export function compileHeldCondition(
  text: string,
  properties: Readonly<Record<ObjectKind, readonly string[]>>,
): HeldConditionResult {
  const parsed = parseFilter(text);
  if (!parsed.ok) return parsed;
  const names: string[] = [];
  for (const path of pathsOf(parsed.filter)) {
    const name = path === null || path.schema !== undefined || path.filter !== undefined ? null : nameOf(path);
    const message = name === null ? NO_ELEMENTS : faultOf(name, properties);
    if (name === null || message !== null)
      return { ok: false, message: message ?? NO_ELEMENTS, position: path === null ? 0 : text.indexOf(path.text) };
    names.push(name);
  }
  const { filter } = parsed;
  const asked = names.filter((name) => !isWord(name));
  return {
    ok: true,
    condition: {
      asksDirectory: asked.length > 0,
      holds: (words, attribute) => {
        if (attribute === null && asked.length > 0) return false;
        return fulfils(resourceOf(asked, words, attribute), filter, 'User');
      },
    },
  };
}

const NO_ELEMENTS = 'Attributes of the directory have plain names here, such as department or userPrincipalName.';

/** Computed from a property alone, without roles and references. */
const NAMES_BY_ADDRESS: ReadonlySet<string> = new Set(['userPrincipalName', 'originalUserPrincipalName']);

function isWord(name: string): boolean {
  return (WORDS as readonly string[]).includes(name);
}

/** Null stands for an element of a list, which attributes of the directory do not have. */
function pathsOf(filter: ScimFilter): (ScimPath | null)[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return [...pathsOf(filter.left), ...pathsOf(filter.right)];
    case 'not':
      return pathsOf(filter.filter);
    case 'present':
    case 'compare':
      return [filter.path];
    case 'element':
      return [null];
    default:
      return filter satisfies never;
  }
}

function nameOf({ attribute, subAttribute }: ScimPath): string {
  return subAttribute === undefined ? attribute : `${attribute}.${subAttribute}`;
}

/** An attribute that the job does not read would be missing everywhere, and its negation would choose everybody. */
function faultOf(name: string, properties: Readonly<Record<ObjectKind, readonly string[]>>): string | null {
  if (isWord(name)) return null;
  const kinds = (['user', 'group'] as const).filter((kind) => sourceAttribute(kind, name) !== undefined);
  if (kinds.length === 0)
    return `There is no attribute ${JSON.stringify(name)}. Write attributes of the directory by their names in mappings, or one of ${WORDS.join(', ')}.`;
  const isComputed = kinds.some((kind) => ['reference', 'computed'].includes(sourceAttribute(kind, name)?.from ?? ''));
  if (isComputed && !NAMES_BY_ADDRESS.has(name)) return `${name} cannot be asked for here.`;
  const isRead = kinds.some((kind) => graphProperties(kind, [name]).every((each) => properties[kind].includes(each)));
  return isRead ? null : `The job does not read ${name}, so nothing held can be chosen by it.`;
}

function resourceOf(
  names: readonly string[],
  words: HeldWords,
  attribute: ((name: string) => SourceValue) | null,
): ScimResource {
  const resource: Record<string, unknown> = { ...words };
  for (const name of names) {
    const value = attribute?.(name) ?? null;
    const [owner = '', member] = name.split('.');
    if (member === undefined) resource[owner] = value;
    else resource[owner] = { ...(resource[owner] as Record<string, unknown> | undefined), [member]: value };
  }
  return resource as ScimResource;
}
