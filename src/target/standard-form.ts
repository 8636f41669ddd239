// The second form of a request that a dialect shaped, where a run is tolerant: what was refused is sent once more, as RFC 7644 has
// it. Not the other forms of a change (patch-ladder.ts), which begin where the standard's own form was refused.
import { isDeepStrictEqual } from 'node:util';
import type { Redact } from '../model/secret.ts';
import type { ScimKind } from '../scim/resource.ts';
import type { Adaptation } from './adaptation.ts';
import { type Answer, errorDetail } from './answer.ts';
import { faultOfAnswer } from './faults.ts';
import { NEVER_ABOUT_FORM } from './requests.ts';
import type { ScimRequest } from './transport.ts';

/** What is sent after a refusal; undefined when there is nothing else to send. */
export type OtherForm = (request: ScimRequest, sent: ScimRequest, answer: Answer) => ScimRequest | undefined;

// 422 is how many frameworks answer a body that does not fit their schema.
const REFUSALS = new Set([400, 422, 501]);
const RESOURCE = /^\/(User|Group)s(?:\/([^/]+))?$/;

/** `standard` is the request without the dialect. Every use is told. */
export function standardForm(
  standard: (request: ScimRequest) => ScimRequest,
  adapted: (use: Adaptation) => void,
  redact: Redact,
): OtherForm {
  return (request, sent, answer) => {
    const [, kind, id] = RESOURCE.exec(request.path) ?? [];
    if (kind === undefined || !REFUSALS.has(answer.status)) return undefined;
    const { scimType } = errorDetail(answer, redact);
    if (NEVER_ABOUT_FORM.has(scimType?.toLowerCase() ?? '')) return undefined;
    const other = standard(request);
    if (isDeepStrictEqual(other, sent)) return undefined;
    const because = faultOfAnswer(answer, request, redact).message;
    adapted({
      rung: 'standardForm',
      kind: kind as ScimKind,
      id: id === undefined ? null : decodeURIComponent(id),
      because,
    });
    return other;
  };
}
