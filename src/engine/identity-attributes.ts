// The attributes by which accounts are usually told apart. At the first contact a target is looked at by all of them,
// whatever the configuration matches by, so that a better matching attribute shows.
import type { SourceValue } from '../expressions/compile.ts';
import { type MappingEnvironment, matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { parsePath, type ScimPath } from '../scim/path.ts';

/** One such attribute, and how its value is known for a person. */
export interface IdentityAttribute {
  readonly name: string;
  readonly path: ScimPath;
  /** True when the configuration matches by it. */
  readonly configured: boolean;
  readonly textFor: (view: (name: string) => SourceValue, environment: MappingEnvironment) => string | null;
}

/** What Entra's default mapping writes where a job maps nothing to the attribute. */
const USUAL = [
  ['externalId', 'objectId'],
  ['userName', 'userPrincipalName'],
  ['emails[type eq "work"].value', 'mail'],
] as const;

/** The matching attributes of a mapping in their order, then the usual ones that are not among them. */
export function identityAttributes(mapping: CompiledMapping): readonly IdentityAttribute[] {
  const configured = mapping.matching.map((attribute) => ({
    name: attribute.name,
    path: attribute.path,
    configured: true,
    textFor: (view: (name: string) => SourceValue, environment: MappingEnvironment) =>
      matchingValue(attribute, view, environment),
  }));
  const usual = USUAL.filter(([name]) => !configured.some((each) => each.name === name)).flatMap(([name, source]) => {
    const parsed = parsePath(name);
    if (!parsed.ok) return [];
    const mapped = mapping.attributes.find((each) => each.name === name);
    const textFor: IdentityAttribute['textFor'] = (view, environment) =>
      mapped === undefined ? textOf(view(source)) : matchingValue(mapped, view, environment);
    return [{ name, path: parsed.path, configured: false, textFor }];
  });
  return [...configured, ...usual];
}

function textOf(value: SourceValue): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
