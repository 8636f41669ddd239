// Looking for an account in everything that the target lists: for filters that are refused, and for a zero that cannot be true,
// because the target says at the same time that the account is taken. Filters that miss the case, the attribute or everybody
// are common; a list shows who is there.
import type { SourceValue } from '../expressions/compile.ts';
import { JobFault, type ObjectFault } from '../model/errors.ts';
import { matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { holdsValue } from '../scim/holds-value.ts';
import type { ScimResource } from '../scim/resource.ts';
import { breathe, type CycleContext } from './context.ts';
import { environmentOf } from './environment.ts';
import type { LookUp } from './match-query.ts';

const REFUSALS = new Set([400, 500, 501]);

/** Whether a fault says that a filter is not understood, rather than that nothing works. */
export function refusesFilter({ status }: ObjectFault): boolean {
  return REFUSALS.has(status ?? 0);
}

/**
 * Reads the list once, within the pages that the cycle has left for doubts, and keeps whoever has one of the matching values.
 * Null when the pages do not suffice or the list cannot be read: the answer that was doubted stands then.
 */
export async function lookUpByListing(
  context: CycleContext,
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
): Promise<LookUp | null> {
  const environment = environmentOf(context);
  const sought = mapping.matching.flatMap((attribute) => {
    const value = matchingValue(attribute, view, environment);
    return value === null ? [] : [{ attribute, value, found: [] as ScimResource[] }];
  });
  try {
    for await (const page of context.io.target.list(mapping.scimKind, context.io.signal)) {
      if (context.pagesForDoubts <= 0) return null;
      context.pagesForDoubts -= 1;
      for (const { attribute, value, found } of sought)
        found.push(...page.resources.filter((each) => holdsValue(each, attribute.name, attribute.path, value)));
      await breathe(context);
    }
  } catch (error) {
    if (error instanceof JobFault) return null;
    throw error;
  }
  return ({ name }) =>
    Promise.resolve({ resources: sought.find(({ attribute }) => attribute.name === name)?.found ?? [] });
}
