// Endless updates: a target that stores another form of what it is sent (lower case, trimmed, its own spelling) differs
// whenever it is read, and would be written for ever. What was written again twice over the same other value is left as it
// is, until somebody wants another value or the target shows another one.
import type { ProvisioningStep } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Decision } from '../rules/decide.ts';
import { stableHash, stableJson } from '../rules/stable-json.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import type { Db } from '../store/database.ts';
import { findRewritten, MOST_REWRITES, noteRewritten } from '../store/unstable-attributes.ts';
import type { Exported } from './change-payload.ts';
import { adapts } from './dialect.ts';
import { step } from './planned-object.ts';

type Difference = Pick<AttributeDifference, 'path' | 'oldValue' | 'newValue' | 'elements'>;

function hashes({ oldValue, newValue }: Difference): { readonly wanted: string; readonly found: string } {
  return { wanted: stableHash(newValue ?? null), found: stableHash(oldValue ?? null) };
}

/** Notes which of these written differences wrote what this job had written already. `now` is in milliseconds. */
export async function noteWrites(
  trx: Db,
  jobId: string,
  kind: ObjectKind,
  sourceId: string,
  differences: readonly Difference[],
  before: Exported,
  now: number,
): Promise<void> {
  for (const each of differences) {
    const name = each.path.text;
    // Of a list of which only some elements are ours nothing is concluded.
    if (each.elements !== undefined || !Object.hasOwn(before, name)) continue;
    if (stableJson(before[name]) !== stableJson(each.newValue ?? null)) continue;
    await noteRewritten(trx, jobId, kind, sourceId, { attribute: name, ...hashes(each) }, now);
  }
}

/** A decision without the attributes that the target keeps changing; these are named. */
export async function withoutUnstable(
  context: Parameters<typeof adapts>[0] & { readonly io: { readonly store: { readonly db: Db } } },
  kind: ObjectKind,
  sourceId: string,
  decision: Decision,
): Promise<{ readonly decision: Decision; readonly left: readonly string[] }> {
  if (decision.action !== 'update' && decision.action !== 'enable') return { decision, left: [] };
  if (!adapts(context)) return { decision, left: [] };
  const rows = await findRewritten(context.io.store.db, context.job.id, kind, sourceId, MOST_REWRITES);
  if (rows.length === 0) return { decision, left: [] };
  const isLeft = (each: AttributeDifference): boolean => {
    const { wanted, found } = hashes(each);
    return rows.some((row) => row.attribute === each.path.text && row.wanted === wanted && row.found === found);
  };
  const left = decision.differences.filter(isLeft).map(({ path }) => path.text);
  const differences = decision.differences.filter((each) => !isLeft(each));
  if (left.length === 0) return { decision, left };
  if (differences.length === 0) return { decision: { action: 'none', because: 'unstable' }, left };
  const enables = decision.action === 'enable' && !left.includes('active');
  return { decision: { ...decision, action: enables ? 'enable' : 'update', differences }, left };
}

/** Says in the provisioning log what is left as the target has it. */
export function unstableStep(names: readonly string[]): ProvisioningStep {
  const text = `Not written again, because the target keeps changing it: ${names.join(', ')}.`;
  return step('EntryUnstable', 'processing', 'warning', text);
}
