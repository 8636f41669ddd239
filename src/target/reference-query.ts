// Whether an account refers to another one, asked as Microsoft Entra asks before it writes a manager: by a filter on both, for
// nothing but the id. Where a tolerant run finds the question refused, the account is read, as rfc7644 does.
import type { TargetResult } from '../engine/ports.ts';
import { JobFault, type ObjectFault } from '../model/errors.ts';
import { diffResource } from '../scim/diff.ts';
import { equalsFilter } from '../scim/filter.ts';
import { parsePath } from '../scim/path.ts';
import { resourceId, type ScimKind } from '../scim/resource.ts';
import { listOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible, incompatibleAnswer } from './faults.ts';
import type { LadderContext } from './requests.ts';
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

/** A question about a reference of one account. */
interface ReferenceQuestion {
  readonly kind: ScimKind;
  readonly id: string;
  readonly attribute: string;
  readonly value: string;
  readonly caseInsensitive: readonly string[];
}

const REFUSALS = new Set([400, 403, 404, 405, 422, 500, 501]);

/** As `askReference`; the account is read where that is refused, or answered with something else. */
export async function askOrReadReference(
  exchange: Exchange,
  { requests, adapted }: Pick<LadderContext, 'requests' | 'adapted'>,
  question: ReferenceQuestion,
  signal: AbortSignal,
): Promise<TargetResult<boolean>> {
  const { kind, id, attribute, value, caseInsensitive } = question;
  const asked = await askReference(exchange, kind, id, question, signal).catch(asFault);
  const parsed = parsePath(attribute);
  if (asked.ok || !isRefusal(asked.fault) || !parsed.ok) return asked;
  adapted({ rung: 'readReference', kind, id, because: asked.fault.message });
  const read = await requests.get(kind, id, signal);
  if (!read.ok) return read;
  if (read.value === null) {
    const message = `The account ${id} no longer exists in the target.`;
    return { ok: false, fault: { code: 'InvalidAnchor', message } };
  }
  return {
    ok: true,
    value: diffResource(read.value, [{ path: parsed.path, value }], { caseInsensitive }).length === 0,
  };
}

// The question is one of many, and no other one needs its address: whoever does not know it need not be the wrong service.
function asFault(error: unknown): { readonly ok: false; readonly fault: ObjectFault } {
  if (!(error instanceof JobFault) || error.code !== 'TargetIncompatible') throw error;
  return { ok: false, fault: { code: 'IncompatibleAnswer', message: error.message } };
}

function isRefusal({ code, status }: ObjectFault): boolean {
  return code === 'IncompatibleAnswer' || REFUSALS.has(status ?? 0);
}
