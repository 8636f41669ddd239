// Asks the target for the accounts of one object: one query per matching attribute, or one for all of them where the
// profile allows it. An `or` that a target misjudges would look like "nobody there", so each combined answer must also
// contain an account that is known to exist; without it, the attributes are asked one by one from then on.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import { matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledAttribute, CompiledMapping } from '../rules/mapping.ts';
import { holdsValue } from '../scim/holds-value.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import type { Exported } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { environmentOf } from './environment.ts';

/** Looks accounts up by one matching attribute. */
export type LookUp = (
  attribute: CompiledAttribute,
  value: string,
) => Promise<{ resources: readonly ScimResource[] } | { fault: ObjectFault }>;

/** An account that is known to exist, and a value that finds it. */
interface Witness {
  readonly targetId: string;
  readonly attribute: string;
  readonly value: string;
}

/** Whether the profile says that the target can be asked for this attribute; it says so of all when it names none. */
export function isFilterable({ job }: CycleContext, mapping: CompiledMapping, attribute: string): boolean {
  const named = job.settings.profile.filterable[mapping.scimKind] ?? [];
  return (
    named.length === 0 ||
    named.some((each) => attribute === each || attribute.startsWith(`${each}[`) || attribute.startsWith(`${each}.`))
  );
}

/**
 * One query per matching attribute. What the target cannot be asked for is not asked, as long as there is another attribute;
 * otherwise its refusal says what is wrong.
 */
export function askEach(context: CycleContext, mapping: CompiledMapping): LookUp {
  const asked = mapping.matching.filter(({ name }) => isFilterable(context, mapping, name));
  return async (attribute, value) => {
    if (asked.length > 0 && !asked.includes(attribute)) return { resources: [] };
    const found = await context.io.target.find(mapping.scimKind, attribute.name, value, context.io.signal);
    return found.ok ? { resources: found.value } : { fault: found.fault };
  };
}

/** Prepares queries for a kind; the result makes the look-up of one object. */
export async function prepareQuery(
  context: CycleContext,
  mapping: CompiledMapping,
): Promise<(view: (name: string) => SourceValue) => Promise<LookUp>> {
  const each = askEach(context, mapping);
  const combines =
    context.job.settings.profile.combinedFilter &&
    mapping.matching.length > 1 &&
    mapping.matching.every(({ name }) => isFilterable(context, mapping, name));
  let witness = combines ? await findWitness(context, mapping) : null;
  return async (view) => {
    if (witness === null) return each;
    const found = await askAll(context, mapping, view, witness);
    if (found !== null) return found;
    witness = null;
    return each;
  };
}

async function askAll(
  context: CycleContext,
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  witness: Witness,
): Promise<LookUp | null> {
  const environment = environmentOf(context);
  const values = mapping.matching.flatMap((attribute) => {
    const value = matchingValue(attribute, view, environment);
    return value === null ? [] : [{ attribute: attribute.name, value }];
  });
  if (values.length < 2) return askEach(context, mapping);
  const asked = [...values, { attribute: witness.attribute, value: witness.value }];
  const found = await context.io.target.findAny(mapping.scimKind, asked, context.io.signal);
  if (!found.ok || !found.value.some((resource) => resourceId(resource) === witness.targetId)) return null;
  return (attribute, value) =>
    Promise.resolve({ resources: found.value.filter((resource) => holds(resource, attribute, value)) });
}

function holds(resource: ScimResource, attribute: CompiledAttribute, value: string): boolean {
  return holdsValue(resource, attribute.name, attribute.path, value);
}

/** The account that was linked first, with the value of a matching attribute that was written to it. */
async function findWitness(context: CycleContext, mapping: CompiledMapping): Promise<Witness | null> {
  const link = await context.io.store.db
    .selectFrom('link')
    .select(['target_id', 'exported'])
    .where('job_id', '=', context.job.id)
    .where('kind', '=', mapping.kind)
    .where('active', '=', 1)
    .limit(1)
    .executeTakeFirst();
  if (link === undefined) return null;
  const exported = JSON.parse(link.exported) as Exported;
  for (const { name } of mapping.matching) {
    const value = exported[name];
    if (typeof value === 'string') return { targetId: link.target_id, attribute: name, value };
  }
  return null;
}
