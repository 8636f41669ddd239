// By which values an account is recognised when its link was lost: its externalId, and whatever the configuration matches by.
import { isActive } from '../rules/decide.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { elementsOf, readPath } from '../scim/read.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';
import { EMAIL_PATHS, type Exported } from './change-payload.ts';
import { type IdentityAttribute, identityAttributes } from './identity-attributes.ts';
import { indexKey } from './match.ts';

/** The externalId first: it is what this job, or its predecessor, wrote to know the account again. */
export function recognisedBy(mapping: CompiledMapping): readonly IdentityAttribute[] {
  const attributes = identityAttributes(mapping);
  const recognises = ({ name, configured }: IdentityAttribute): boolean => name === 'externalId' || configured;
  return attributes
    .filter(recognises)
    .toSorted((a, b) => Number(b.name === 'externalId') - Number(a.name === 'externalId'));
}

/** The values of a listed account, as the index keeps them. */
export function accountKeys(
  attributes: readonly IdentityAttribute[],
  resource: ScimResource,
): { attribute: string; value: string }[] {
  return attributes.flatMap(({ name, path }) =>
    elementsOf(readPath(resource, path)).flatMap((value) =>
      typeof value === 'string' || typeof value === 'number'
        ? [{ attribute: name, value: indexKey(name, String(value)) }]
        : [],
    ),
  );
}

/** Whether the externalId of an account is the id of its person in the directory; so it is where nothing maps it. */
export function writesObjectIds(mapping: CompiledMapping): boolean {
  const mapped = mapping.attributes.find(({ name }) => name === 'externalId');
  const source = mapped?.mapping.source;
  return mapped === undefined || (source?.type === 'Attribute' && source.name === 'objectId');
}

/** What the account is known by; nothing else of it is claimed, so the next cycle reads and compares it. */
export function identityOf(mapping: CompiledMapping, resource: ScimResource): Exported {
  const paths = [...recognisedBy(mapping).map(({ path }) => path), ...(mapping.kind === 'user' ? EMAIL_PATHS : [])];
  const known: Record<string, ScimValue> = mapping.kind === 'user' ? { active: isActive(resource) } : {};
  for (const path of paths) {
    const value = readPath(resource, path);
    if (typeof value === 'string') known[path.text] = value;
  }
  return known;
}
