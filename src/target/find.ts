// Looking resources up by a value. Only `eq` is asked, and no answer is believed unread: servers ignore the attribute, the
// filter or the case, so every resource answered is checked for the value. No result is no proof of absence; the caller
// handles the 409 that may follow. A refused value path is asked again in the two other forms that servers understand.
import type { TargetResult } from '../engine/ports.ts';
import { equalsFilter } from '../scim/filter.ts';
import { holdsValue } from '../scim/holds-value.ts';
import { attributeText, filterText, parsePath, type ScimPath } from '../scim/path.ts';
import type { ScimKind, ScimResource } from '../scim/resource.ts';
import { listOf } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatible } from './faults.ts';
import type { LadderContext } from './requests.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest } from './transport.ts';

const REFUSED_FILTER = new Set([400, 403, 500, 501]);

/** Remembers, per attribute, which form of filter a target understood. */
export class Finder {
  private readonly exchange: Exchange;
  private readonly ladder: Pick<LadderContext, 'learning' | 'adapted'> | null;

  /** Without a ladder only the first form is asked, and an answer with more than what was asked for is not sorted out here. */
  constructor(exchange: Exchange, ladder: Pick<LadderContext, 'learning' | 'adapted'> | null) {
    this.exchange = exchange;
    this.ladder = ladder;
  }

  /** Resources that really have the value. Throws TargetIncompatible for 404 and for answers that are no list. */
  async find(
    kind: ScimKind,
    attribute: string,
    value: string,
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>> {
    const path = pathOf(attribute);
    const forms = filterForms(attribute, path, value);
    const key = `${kind} ${attribute.toLowerCase()}`;
    const first = this.ladder?.learning.facts.filterForms[key] ?? 0;
    const end = this.ladder === null ? 1 : forms.length;
    let refusal: Extract<TargetResult<readonly ScimResource[]>, { ok: false }> | undefined;
    for (let form = first; form < end; form += 1) {
      if (refusal !== undefined) {
        this.ladder?.adapted({ rung: 'filterForm', kind, id: null, because: refusal.fault.message });
      }
      const asked = await this.ask(kind, forms[form] ?? '', signal);
      if (asked.ok) {
        this.ladder?.learning.noteFilterForm(key, form);
        const held = asked.value.filter((resource) => holdsValue(resource, attribute, path, value));
        const isTidy = this.ladder !== null || held.length === asked.value.length;
        return isTidy ? { ok: true, value: held } : unfiltered(asked.value);
      }
      refusal ??= asked;
      if (!REFUSED_FILTER.has(asked.fault.status ?? 0)) return asked;
    }
    return refusal ?? { ok: true, value: [] };
  }

  /**
   * Resources that have any of the values, asked with one filter (`a eq "x" or b eq "y"`). Many servers refuse or
   * misjudge `or`, so the caller includes a value that must be found and believes no answer without it.
   */
  async findAny(
    kind: ScimKind,
    values: readonly { readonly attribute: string; readonly value: string }[],
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>> {
    const filter = values.map(({ attribute, value }) => equalsFilter(attribute, value)).join(' or ');
    const asked = await this.ask(kind, filter, signal);
    if (!asked.ok) return asked;
    const held = asked.value.filter((resource) =>
      values.some(({ attribute, value }) => holdsValue(resource, attribute, pathOf(attribute), value)),
    );
    return { ok: true, value: held };
  }

  private async ask(
    kind: ScimKind,
    filter: string,
    signal: AbortSignal,
  ): Promise<TargetResult<readonly ScimResource[]>> {
    const { exchange } = this;
    const request: ScimRequest = { method: 'GET', path: `/${kind}s`, query: { filter } };
    const exchanged = await exchange.send(request, signal);
    if (!exchanged.ok) return exchanged;
    const { answer } = exchanged;
    if (answer.status === 404) throw incompatible(exchange.root, request, answer, exchange.redact);
    if (!isSuccess(answer)) return { ok: false, fault: faultOfAnswer(answer, request, exchange.redact) };
    if (answer.status === 204) return { ok: true, value: [] };
    const list = listOf(answer.json);
    if (list === undefined) throw incompatible(exchange.root, request, answer, exchange.redact);
    return { ok: true, value: list.resources };
  }
}

// Several resources are several, whatever they hold; one alone that does not hold the value may be anybody's account.
function unfiltered(answered: readonly ScimResource[]): TargetResult<readonly ScimResource[]> {
  if (answered.length > 1) return { ok: true, value: answered };
  const message = 'The target answered a filter with a resource that does not have the value that was asked for.';
  return { ok: false, fault: { code: 'IncompatibleAnswer', message } };
}

// `emails[type eq "work"].value eq "x"` as Entra writes it, then RFC 7644's value path, then without the type.
function filterForms(attribute: string, path: ScimPath | undefined, value: string): readonly string[] {
  const plain = equalsFilter(attribute, value);
  if (path?.filter === undefined || path.subAttribute === undefined) return [plain];
  const name = attributeText(path);
  return [
    plain,
    `${name}[${filterText(path.filter)} and ${equalsFilter(path.subAttribute, value)}]`,
    equalsFilter(`${name}.${path.subAttribute}`, value),
  ];
}

function pathOf(attribute: string): ScimPath | undefined {
  const parsed = parsePath(attribute);
  return parsed.ok ? parsed.path : undefined;
}
