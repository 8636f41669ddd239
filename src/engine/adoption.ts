// Which of the accounts that matching finds are taken over: none that carries somebody else's externalId, none that another
// job keeps for somebody else. An inactive one may be the account of a namesake who left; the gate holds it then.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import { carriesObjectId, mayAdopt } from '../rules/adoption.ts';
import { isActive } from '../rules/decide.ts';
import { matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { ScimResource } from '../scim/resource.ts';
import { findForeignLink, findLinkOfTarget } from '../store/links.ts';
import { wasDisabledFor } from '../store/provisioning-log.ts';
import type { CycleContext } from './context.ts';
import { environmentOf } from './environment.ts';

/** An account that matching found for an object. */
export interface FoundAccount {
  readonly resource: ScimResource;
  readonly targetId: string;
  /** The attribute that found it. */
  readonly by: string;
}

const LONGEST_SHOWN = 100;

/** Why an account is not taken over; null when it may be. `claimed` is whoever else claims it in this cycle. */
export async function whyNotTheirs(
  context: CycleContext,
  mapping: CompiledMapping,
  sourceId: string,
  view: (name: string) => SourceValue,
  { resource, targetId, by }: FoundAccount,
): Promise<ObjectFault | null> {
  const { job, io } = context;
  const linked = await findLinkOfTarget(io.store.db, job.id, mapping.kind, targetId);
  if (linked === sourceId) return null;
  if (linked !== undefined) return alreadyLinked(targetId, by, linked);
  const foreign = await findForeignLink(io.store.db, job.id, job.targetRoot, mapping.kind, targetId, sourceId);
  if (foreign !== undefined) {
    const message = `The account ${targetId}, found by ${by}, belongs to the source object ${foreign.source_id} of job ${foreign.job_id}, which writes to the same target.`;
    return { code: 'TargetOwnedByOther', message };
  }
  const { externalId } = resource as { externalId?: unknown };
  if (job.settings.adoption.otherOwner === 'allow') return null;
  const mapped = mapping.attributes.find(({ name }) => name === 'externalId');
  const adopter = {
    id: sourceId,
    mapped: mapped === undefined ? null : matchingValue(mapped, view, environmentOf(context)),
    names: mapping.kind === 'user' ? NAMES.flatMap((name) => textOf(view(name))) : [],
  };
  if (mayAdopt(externalId, adopter)) return null;
  const held = JSON.stringify(String(externalId).slice(0, LONGEST_SHOWN));
  const message = `The account ${targetId}, found by ${by}, has the externalId ${held}, which is not that of ${sourceId}.`;
  return { code: 'TargetOwnedByOther', message };
}

/** The fault of an account that another source object of the job has. */
export function alreadyLinked(targetId: string, by: string, owner: string): ObjectFault {
  const message = `The account ${targetId}, found by ${by}, already belongs to the source object ${owner}.`;
  return { code: 'DuplicateSourceEntries', message };
}

/** What Entra's provisioning, and others, write as externalId of a person (its default mapping: mailNickname). */
const NAMES = ['mailNickname', 'userPrincipalName', 'mail'] as const;

function textOf(value: SourceValue): string[] {
  return typeof value === 'string' ? [value] : [];
}

/** Whether an account is inactive, and nothing proves that it was this person's before. */
export async function mayBeNamesakes(
  { job, io }: CycleContext,
  mapping: CompiledMapping,
  sourceId: string,
  { resource, targetId }: Pick<FoundAccount, 'resource' | 'targetId'>,
): Promise<boolean> {
  if (mapping.kind !== 'user' || isActive(resource) || job.settings.adoption.inactive === 'allow') return false;
  if (carriesObjectId(resource['externalId'], sourceId)) return false;
  return !(await wasDisabledFor(io.store.db, job.id, sourceId, targetId));
}
