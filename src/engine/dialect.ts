// What the dialect of a job means for the order of requests, where it is not the client's affair alone.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import { mapObject } from '../rules/map-object.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import { environmentOf } from './environment.ts';
import type { PlanningAid } from './planned-object.ts';
import type { TargetResult } from './ports.ts';

interface Adapting {
  readonly job: Pick<CompiledJob, 'id' | 'strategy'>;
  readonly io: Pick<EngineIo, 'tolerant'>;
}

/** Whether something else may be concluded or tried where the target does not do what the standard asks of it. */
export function adapts({ job, io }: Adapting): boolean {
  return job.strategy.adapts || io.tolerant === true;
}

/** As `adapts`; where only --tolerant allows it, its use is told. */
export function mayAdapt(
  context: Adapting & { readonly io: Pick<EngineIo, 'log'> },
  subject: { readonly kind: string; readonly id: string },
  because: string,
): boolean {
  if (!adapts(context)) return false;
  if (!context.job.strategy.adapts) context.io.log.warn({ jobId: context.job.id, ...subject }, `tolerant: ${because}`);
  return true;
}

type Telling = Parameters<typeof mayAdapt>[0];
type Changed = Pick<StoredChange, 'kind' | 'source_id'>;

/** Whether the account of a creation that failed is to be looked for: it was refused as taken, or may be there unseen. */
export function isDoubtful(context: Telling, { kind, source_id: id }: Changed, fault: ObjectFault): boolean {
  if (fault.code !== 'EntryConflict' && fault.ambiguous !== true) return false;
  return mayAdapt(context, { kind, id }, 'an account that could not be created is looked for, and adopted');
}

/** Whether an account whose deletion was answered 404 is to be looked for before it counts as gone. */
export function seeksDeleted(context: Telling, { kind, source_id: id }: Changed): boolean {
  return mayAdapt(context, { kind, id }, 'an account that a deletion did not find is looked for');
}

/** Whether a group is sent with its members; otherwise they follow after all objects. */
export function sendsMembers({ context, mapping }: Pick<PlanningAid, 'context' | 'mapping'>): boolean {
  return mapping.mapsMembers && context.job.strategy.references === 'withObject';
}

/** The fault of a link whose account is gone, where it is not looked for: Entra keeps the link. */
export function goneBehindLink(targetId: string): ObjectFault {
  const message = `The target answers 404 to a read of ${targetId}, which the object is linked to. In this dialect the link stays, as in Microsoft Entra, and the object fails until the target shows the account again, also an inactive one, or somebody removes the link (scimsync links remove).`;
  return { code: 'InvalidAnchor', message };
}

/** The account read once more before it is changed, where the dialect does so; otherwise as it was found. */
export async function readBeforePatch(
  { context, mapping }: Pick<PlanningAid, 'context' | 'mapping'>,
  match: { readonly resource: ScimResource; readonly targetId: string },
): Promise<TargetResult<ScimResource>> {
  const { job, io } = context;
  if (!job.strategy.readsBeforePatch) return { ok: true, value: match.resource };
  const read = await io.target.get(mapping.scimKind, match.targetId, io.signal);
  if (!read.ok) return read;
  return read.value === null ? { ok: false, fault: goneBehindLink(match.targetId) } : { ok: true, value: read.value };
}

const NAMES = ['userPrincipalName', 'originalUserPrincipalName'];

/**
 * The attributes that are mapped from the userPrincipalName, as they are while the person is in the recycle bin: Entra puts
 * the object id, without dashes, before the name, so that it is free for somebody else. None when a mapping fails: whoever
 * left is disabled all the same.
 */
export function namesInRecycleBin(
  { context, mapping }: Pick<PlanningAid, 'context' | 'mapping'>,
  id: string,
  view: (name: string) => SourceValue,
  capabilities: Awaited<ReturnType<PlanningAid['capabilities']>>,
): DesiredAttribute[] {
  const name = view('originalUserPrincipalName');
  if (typeof name !== 'string' || mapping.kind !== 'user') return [];
  const renamed = `${id.replaceAll('-', '')}${name}`;
  const inBin = (attribute: string): SourceValue => (NAMES.includes(attribute) ? renamed : view(attribute));
  const mapped = mapObject(mapping, inBin, false, capabilities, environmentOf(context));
  if (mapped.fault !== null || mapped.ignored) return [];
  const named = namedAttributes(mapping);
  return mapped.desired.filter(({ path }) => named.has(path.text));
}

function namedAttributes({ attributes }: CompiledMapping): ReadonlySet<string> {
  const named = attributes.filter(({ sourceName, expression, name }) => {
    const read = [...(sourceName === undefined ? [] : [sourceName]), ...(expression?.attributes ?? [])];
    return name !== 'active' && read.some((each) => NAMES.includes(each));
  });
  return new Set(named.map(({ path }) => path.text));
}
