// Whether an account refers to another one, asked as Microsoft Entra asks before it writes a manager: by a filter on both, for
// nothing but the id.
import type { TargetResult } from '../engine/ports.ts';
import { equalsFilter } from '../scim/filter.ts';
import { parsePath } from '../scim/path.ts';
import { resourceId, type ScimKind } from '../scim/resource.ts';
import { listOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible, incompatibleAnswer } from './faults.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest } from './transport.ts';

/** One query. An account that was not asked for is no answer. */
export async function askReference(
  exchange: Exchange,
  kind: ScimKind,
  id: string,
  reference: { readonly attribute: string; readonly value: string },
  signal: AbortSignal,
): Promise<TargetResult<boolean>> {
  const parsed = parsePath(reference.attribute);
  // The name alone, without the URN of its extension.
  const attribute = parsed.ok ? parsed.path.attribute : reference.attribute;
  const filter = `${equalsFilter('id', id)} and ${equalsFilter(attribute, reference.value)}`;
  const request: ScimRequest = { method: 'GET', path: `/${kind}s`, query: { filter, attributes: 'id' } };
  const exchanged = await exchange.send(request, signal);
  if (!exchanged.ok) return exchanged;
  const { answer } = exchanged;
  if (answer.status === 404) throw incompatible(exchange.root, request, answer, exchange.redact);
  if (!isSuccess(answer)) return { ok: false, fault: faultOfAnswer(answer, request, exchange.redact) };
  const list = answer.status === 204 ? { resources: [] } : listOf(answer.json);
  if (list === undefined) throw incompatible(exchange.root, request, answer, exchange.redact);
  const ids = list.resources.map((resource) => resourceId(resource)?.toLowerCase());
  if (ids.some((each) => each !== id.toLowerCase())) {
    const what = 'it lists accounts that were not asked for, so the filter was not applied';
    return { ok: false, fault: incompatibleAnswer(request, what, answer.status) };
  }
  return { ok: true, value: ids.length > 0 };
}
