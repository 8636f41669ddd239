// What is kept of an exchange with a target. Credentials are left out by construction: of the request only the headers that
// this client chose itself are taken, of the answer only headers that are known to be harmless. Bodies and addresses may quote
// a secret all the same (targets echo tokens), so the secrets in use are taken out of every text.
import type { RecordedBody, RecordedExchange, RecordedHeader } from '../model/recorded-exchange.ts';
import type { Redact } from '../model/secret.ts';

type Headers = Readonly<Record<string, unknown>>;

/** What was sent and came back, as the client holds it. */
export interface RawExchange {
  readonly began: Date;
  readonly milliseconds: number;
  readonly method: string;
  readonly url: string;
  /** Those that say nothing about who is asking. */
  readonly headers: Readonly<Record<string, string>>;
  /** Those that do; only their names are kept. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly answer: { readonly status: number; readonly headers: Headers; readonly text: string } | null;
  readonly failure: string | null;
}

/** A list page of a large target is larger than this; what is beyond says nothing new. */
const MOST_CHARACTERS = 256 * 1024;
const LONGEST_HEADER = 2000;

/** Cookies, challenges and whatever else a server may invent are not among them. */
const KEPT = new Set([
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'server',
  'vary',
  'x-correlation-id',
  'x-request-id',
  'request-id',
]);
const LIMITS = /^(x-)?rate-?limit(-|$)/;

const REDACTED = '[Redact]';

/** The exchange without credentials. */
export function recordOf(raw: RawExchange, redact: Redact): RecordedExchange {
  const { answer, body } = raw;
  return {
    began: raw.began.toISOString(),
    milliseconds: raw.milliseconds,
    request: {
      method: raw.method,
      url: redact(raw.url),
      headers: Object.entries(raw.headers).map(([name, value]) => ({ name, value: redact(value) })),
      credentials: Object.entries(raw.credentials).map(([header, value]) => ({
        header,
        scheme: schemeOf(header, value),
      })),
      body: body === undefined ? null : bodyOf(body, redact),
    },
    response:
      answer === null
        ? null
        : { status: answer.status, headers: harmless(answer.headers, redact), body: bodyOf(answer.text, redact) },
    failure: raw.failure,
  };
}

function schemeOf(header: string, value: string): string | null {
  return header.toLowerCase() === 'authorization' ? (/^[A-Za-z]+(?= )/.exec(value)?.[0] ?? null) : null;
}

function bodyOf(text: string, redact: Redact): RecordedBody {
  // What is cut off is cut after redaction, so that no half of a secret is left.
  const shown = redact(withoutPasswords(text));
  const cut = shown.length > MOST_CHARACTERS;
  return { text: cut ? shown.slice(0, MOST_CHARACTERS).toWellFormed() : shown, size: Buffer.byteLength(text), cut };
}

const PASSWORD = /^password$/i;

/** A JSON text without the values of `password` (RFC 7643 section 4.1.1), in a resource as in the operations of a PATCH. */
function withoutPasswords(text: string): string {
  if (!/"[^"]*password"/i.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text, masked));
  } catch {
    // Not JSON, so that nobody can say where a value ends.
    return '[a text that names a password, and is no JSON]';
  }
}

function masked(key: string, value: unknown): unknown {
  if (PASSWORD.test(key)) return REDACTED;
  const isOperation = typeof value === 'object' && value !== null && 'path' in value && 'value' in value;
  return isOperation && typeof value.path === 'string' && PASSWORD.test(value.path)
    ? { ...value, value: REDACTED }
    : value;
}

function harmless(headers: Headers, redact: Redact): RecordedHeader[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (typeof value !== 'string' || !(KEPT.has(key) || LIMITS.test(key))) return [];
    // Where a redirect leads to a sign-in page, its query may hold a secret of this moment.
    const plain = key === 'location' ? value.replace(/[?#].*$/s, '') : value;
    return [{ name, value: redact(plain).slice(0, LONGEST_HEADER) }];
  });
}
