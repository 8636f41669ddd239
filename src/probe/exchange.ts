// One request of the probe and what came back, as checks read it and reports show it. Credentials are never part of it.
import type { RecordedExchange } from '../model/recorded-exchange.ts';

/** A request as it was sent, without what proves who is asking. */
export interface SentRequest {
  readonly method: string;
  /** Below the SCIM root, encoded, with its query. */
  readonly target: string;
  /** Headers that this request set, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Sent without credentials on purpose. */
  readonly anonymous: boolean;
}

/** Why there is no answer. */
export type NoAnswer = 'unreachable' | 'tls' | 'timeout' | 'reset' | 'oversized' | 'forbidden';

/** A request and its answer, or the reason why there is none. */
export interface ProbeExchange {
  readonly request: SentRequest;
  /** 0 without an answer. */
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body parsed; undefined where it is no JSON. */
  readonly json: unknown;
  readonly failure: NoAnswer | null;
  readonly detail: string;
  readonly milliseconds: number;
  /** The same for recordings and as a curl command. */
  readonly recorded: RecordedExchange;
}

/** True for any 2xx. */
export function succeeded({ status }: ProbeExchange): boolean {
  return status >= 200 && status < 300;
}

/** A JSON object, or undefined. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** A text that an object holds; empty where it holds none. */
export function textIn(value: unknown, name: string): string {
  const text = objectOf(value)?.[name];
  return typeof text === 'string' ? text : '';
}

/** The `scimType` of an error answer; empty where it has none. */
export function scimTypeOf({ json }: ProbeExchange): string {
  return textIn(json, 'scimType');
}

/** The list of resources in an answer; undefined where it is no ListResponse. A missing `Resources` is an empty list. */
export function listed({ json }: ProbeExchange): readonly Readonly<Record<string, unknown>>[] | undefined {
  const fields = objectOf(json);
  if (fields === undefined) return undefined;
  const resources = fields['Resources'];
  if (resources === undefined || resources === null) return fields['totalResults'] === undefined ? undefined : [];
  return Array.isArray(resources)
    ? resources.map((each) => objectOf(each)).filter((each) => each !== undefined)
    : undefined;
}

/** A number that an answer names, such as `totalResults`; undefined where it is none. */
export function numberIn({ json }: ProbeExchange, name: string): number | undefined {
  const value = objectOf(json)?.[name];
  return typeof value === 'number' ? value : undefined;
}

/** Longer ones are no word of RFC 7644. */
const LONGEST_SCIM_TYPE = 40;

/** `404`, `400 invalidFilter`, `reset`: how an answer is named in short. */
export function answerName(exchange: ProbeExchange): string {
  if (exchange.failure !== null) return exchange.failure === 'reset' ? 'RESET' : exchange.failure.toUpperCase();
  const scimType = succeeded(exchange) ? '' : scimTypeOf(exchange).slice(0, LONGEST_SCIM_TYPE);
  return scimType === '' ? String(exchange.status) : `${exchange.status} ${scimType}`;
}

/** The request as people read it: method and path, blanks and quotes not encoded. */
export function requestLine({ method, target }: SentRequest): string {
  return `${method} ${readable(target)}`;
}

function readable(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    // Not encoded as a whole on purpose: shown as it was sent.
    return target;
  }
}

/** A body as people read it: without `schemas`, which are the same in all of them. */
export function bodyLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/"schemas": ?\[[^\]]*\],? ?/, '');
}

/** What came back, in one line: status, and the part of the body that says something. */
export function answerLine(exchange: ProbeExchange): string {
  if (exchange.failure !== null) return `no answer: ${exchange.detail}`;
  const fields = objectOf(exchange.json);
  const detail = fields?.['detail'];
  if (!succeeded(exchange) && typeof detail === 'string') return `${answerName(exchange)}: ${detail}`;
  const resources = listed(exchange);
  if (resources !== undefined) {
    const total = numberIn(exchange, 'totalResults') ?? 'missing';
    return `${exchange.status} totalResults ${total}, ${resources.length} in the page`;
  }
  const body = bodyLine(exchange.text);
  return body === '' ? `${exchange.status}, no body` : `${exchange.status} ${body}`;
}
