// Reading what a target answered. RFC 7644 section 3.12 defines an error body; real targets answer that, JSON:API, plain
// text, web pages or nothing, and put numbers where texts belong. The HTTP status decides, the body only explains.
import type { Redact } from '../model/secret.ts';
import type { ScimResource, ScimValue } from '../scim/resource.ts';
import { excerpt, withoutMarkup } from './excerpt.ts';

/** A complete HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The body as JSON; undefined when it is empty or not JSON, whatever the content type says. */
  readonly json: unknown;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  /** The Date header, by which a Retry-After date is measured. */
  readonly date: string | undefined;
  /** All of them, as answered. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The ETag header. */
  readonly etag: string | undefined;
}

/** What an error body says. */
export interface ScimErrorDetail {
  readonly scimType?: string;
  /** Safe to show: bounded, one line, redacted; empty when the target said nothing. */
  readonly detail: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as JSON, or undefined. */
export function parseJson(text: string): unknown {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (body === '') return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined; // not JSON: the caller sees undefined and the text
  }
}

/** True when the answer has a body that is not JSON: a web page, a proxy's message. */
export function isNotJson(answer: Answer): boolean {
  return answer.json === undefined && answer.text.trim() !== '';
}

/**
 * The answered resource, or undefined when the body is none. A numeric id becomes text, as RFC 7643 section 3.1 wants it;
 * an id that cannot be addressed is no id.
 * Error bodies that come with a success status are not taken for resources.
 */
export function resourceOf(json: unknown): ScimResource | undefined {
  if (!isJsonObject(json) || isErrorBody(json) || Array.isArray(json['Resources'])) return undefined;
  const resource = json as ScimResource;
  const id = typeof resource['id'] === 'number' ? String(resource['id']) : resource['id'];
  if (typeof id === 'string' && DOT_SEGMENT.test(id)) return { ...resource, id: undefined };
  return id === resource['id'] ? resource : { ...resource, id };
}

// An id of only dots cannot be addressed: URL parsing takes it for a directory, however it is encoded.
const DOT_SEGMENT = /^\.{1,2}$/;

function isErrorBody(json: JsonObject): boolean {
  const schemas = json['schemas'];
  return Array.isArray(schemas) && schemas.some((urn) => /:api:messages:2\.0:Error$/i.test(String(urn)));
}

/** True for a web page, by content type or first characters. */
export function isWebPage(answer: Answer): boolean {
  return /html/i.test(answer.contentType) || /^\s*<(!doctype|html)/i.test(answer.text);
}

/** What an error answer says, for messages, without secrets. */
export function errorDetail(answer: Answer, redact: Redact): ScimErrorDetail {
  const { json } = answer;
  const scimType = isJsonObject(json) && typeof json['scimType'] === 'string' ? json['scimType'] : undefined;
  const said = json === undefined ? (isWebPage(answer) ? withoutMarkup(answer.text) : answer.text) : explain(json, 0);
  const detail = excerpt(said === '' ? answer.text : said, redact);
  return scimType === undefined ? { detail } : { scimType: excerpt(scimType, redact).slice(0, 60), detail };
}

const EXPLAINING = ['detail', 'message', 'error_description', 'title', 'description', 'Message', 'Detail'] as const;
const NESTING = ['errors', 'error', 'Errors', 'fault'] as const;

// SCIM `detail` (a text or a list), JSON:API `errors[]`, `{"error": {"message": …}}`, `{"error": "…"}`.
function explain(json: unknown, depth: number): string {
  if (typeof json === 'string' || typeof json === 'number') return String(json);
  if (depth > 4) return '';
  if (Array.isArray(json)) {
    const parts = json.slice(0, 5).map((item) => explain(item, depth + 1));
    return parts.filter((part) => part !== '').join('; ');
  }
  if (!isJsonObject(json)) return '';
  for (const key of EXPLAINING) {
    const said = explain(json[key], depth + 1);
    if (said !== '') return said;
  }
  for (const key of NESTING) {
    const said = explain(json[key], depth + 1);
    if (said !== '') return said;
  }
  return '';
}

/** The resources of a list answer, or undefined when the answer is no list. A missing `Resources` is an empty list. */
export function listOf(json: unknown): { resources: ScimResource[]; fields: JsonObject } | undefined {
  const fields = Array.isArray(json) ? { Resources: json as unknown[] } : json;
  if (!isJsonObject(fields) || isErrorBody(fields)) return undefined;
  const listed = fields['Resources'] ?? fields['resources'];
  if (listed === undefined || listed === null) {
    return fields['totalResults'] === undefined ? undefined : { resources: [], fields };
  }
  if (!Array.isArray(listed)) return undefined;
  const resources = (listed as ScimValue[]).map((entry) => resourceOf(entry)).filter((entry) => entry !== undefined);
  return { resources, fields };
}
