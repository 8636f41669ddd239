// Plans an object that has no account by our hand: it is matched with an existing one, or created.
import type { SourceValue } from '../expressions/compile.ts';
import { decideExisting } from '../rules/decide.ts';
import { mapObject } from '../rules/map-object.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { LinkTable } from '../store/schema.ts';
import { mayBeNamesakes } from './adoption.ts';
import { readBeforePatch } from './dialect.ts';
import { environmentOf } from './environment.ts';
import { listedButGone } from './lost-account.ts';
import { resolveReferences, withCurrent } from './plan-references.ts';
import { type PlannedObject, type PlanningAid, step } from './planned-object.ts';

/**
 * Finds the account of an object, or decides to create one. `vanished` is a link whose account answers 404: nothing is
 * concluded from a list then, and an account that the search still shows is not made a second time.
 */
export async function planUnlinked(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  aid: PlanningAid,
  vanished?: LinkTable,
): Promise<PlannedObject> {
  const match = await aid.matcher(planned.row.id, view, planned.row.fresh_match === 1 || vanished !== undefined);
  if (match.type === 'fault') return { ...planned, fault: match.fault };
  if (match.type === 'one' && match.targetId === vanished?.target_id)
    return { ...planned, fault: listedButGone(match.targetId) };
  const steps = [
    ...planned.steps,
    step('EntryMatching', 'matching', 'success', match.type === 'one' ? `Found by ${match.by}.` : 'No account found.'),
  ];
  if (match.type === 'none') return planCreation({ ...planned, steps, matchedBy: 'created' }, view, aid);
  const revives = await mayBeNamesakes(aid.context, aid.mapping, planned.row.id, match);
  return planAdoption({ ...planned, steps, matchedBy: match.by, current: match.resource, revives }, view, match, aid);
}

async function planAdoption(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  match: { readonly resource: ScimResource; readonly targetId: string },
  aid: PlanningAid,
): Promise<PlannedObject> {
  const mapped = mapObject(aid.mapping, view, false, await aid.capabilities(), environmentOf(aid.context));
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  const { resolved, waiting } = resolveReferences(mapped, aid.linkOf, aid.context.job.strategy.references);
  // Without Update the account is only linked: nothing of it changes, and nothing is claimed about what it holds.
  if (!aid.mapping.flowTypes.includes('Update')) {
    const decision = { action: 'adopt', targetId: match.targetId, desired: [], differences: [] } as const;
    return { ...planned, decision };
  }
  const { caseInsensitive } = aid.context.job.settings.profile;
  const read = await readBeforePatch(aid, match);
  if (!read.ok) return { ...planned, fault: read.fault };
  const account = { resource: read.value, targetId: match.targetId, before: {} };
  const decision = decideExisting(mapped, resolved, account, { adopting: true, caseInsensitive });
  const references = withCurrent(waiting, read.value);
  return { ...planned, references, redacted: [...mapped.redacted], decision };
}

async function planCreation(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  aid: PlanningAid,
): Promise<PlannedObject> {
  if (!aid.mapping.flowTypes.includes('Add'))
    return { ...planned, decision: { action: 'none', because: 'flowTypesExclude' } };
  const capabilities = await aid.capabilities();
  const mapped = await aid.uniqueValues(planned.row.id, (isTaken, random) =>
    mapObject(aid.mapping, view, true, capabilities, { ...environmentOf(aid.context), isTaken, random }),
  );
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  return {
    ...planned,
    references: mapped.references,
    redacted: [...mapped.redacted],
    decision: { action: 'create', desired: mapped.desired },
  };
}
