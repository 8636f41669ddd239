// Deleting resources. Services that do not delete people answer 405 or 501, and some 400 or 403: the account is then disabled, so
// that whoever left has no access. Groups cannot be disabled; their refusal stands.
import type { TargetResult } from '../engine/ports.ts';
import { booleanOf } from '../scim/effect.ts';
import { memberOf } from '../scim/read.ts';
import type { ScimKind } from '../scim/resource.ts';
import type { PatchLadder } from './patch-ladder.ts';
import type { LadderContext } from './requests.ts';

/** What a DELETE came to. */
export type Removed = 'removed' | 'absent' | 'disabled';

const REFUSALS = new Set([400, 403, 405, 501]);
const DISABLING = [{ op: 'replace', path: 'active', value: false }] as const;

/** Deletes, or disables where the target does not delete. */
export async function removeOrDisable(
  { requests, learning, adapted }: LadderContext,
  ladder: PatchLadder,
  remove: () => Promise<TargetResult<'removed' | 'absent'>>,
  kind: ScimKind,
  id: string,
  signal: AbortSignal,
): Promise<TargetResult<Removed>> {
  const isKnown = learning.facts.undeletable.includes(kind);
  const removed = isKnown ? undefined : await remove();
  if (removed !== undefined && (removed.ok || !REFUSALS.has(removed.fault.status ?? 0))) return removed;
  if (kind !== 'User') return removed ?? remove();
  const read = await requests.get(kind, id, signal);
  if (!read.ok) return removed ?? read;
  if (read.value === null) return { ok: true, value: 'absent' };
  const because = removed?.ok === false ? removed.fault.message : 'The target was seen not to delete accounts.';
  adapted({ rung: 'disabledInstead', kind, id, because });
  if (removed?.ok === false && (removed.fault.status === 405 || removed.fault.status === 501))
    learning.noteMissing('undeletable', kind);
  if (booleanOf(memberOf(read.value, 'active')) === false) return { ok: true, value: 'disabled' };
  const disabled = await ladder.send(kind, id, DISABLING, signal);
  if (!disabled.ok) return removed ?? disabled;
  const after = await requests.get(kind, id, signal);
  const isActive = after.ok && after.value !== null && booleanOf(memberOf(after.value, 'active')) === true;
  return isActive ? (removed ?? remove()) : { ok: true, value: 'disabled' };
}
