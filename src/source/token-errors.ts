// What a refusal of the Entra token service means. The identity library loses status and headers, so the observed HTTP
// exchange is judged together with the AADSTS code in the text ("Microsoft Entra authentication error codes").
import { JobFault } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import { oneLine } from './json.ts';
import { judgeNetworkFailure } from './network-errors.ts';
import { type Attempt, retryAfterMilliseconds } from './retry.ts';

/** The last HTTP exchange with the token service, as the pipeline saw it. */
export interface TokenExchange {
  /** Absent when no answer came. */
  readonly status?: number;
  readonly retryAfter?: string | undefined;
  /** AADSTS numbers found in the answer. */
  readonly codes: readonly string[];
  /** The network failure, when there was one. */
  readonly failure?: unknown;
}

/** Which service was asked; for messages. */
export interface TokenServiceNames {
  /** Who was asked: an address, or words such as "the Azure CLI". */
  readonly service: string;
  readonly authorityHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Takes secrets out of what the service says. */
  readonly secrets: { readonly redact: Redact };
}

/** The AADSTS numbers in a text, each once. */
export function aadstsCodes(text: string): string[] {
  return [...new Set([...text.matchAll(/AADSTS(\d{3,9})/g)].map((match) => match[1] ?? ''))];
}

/**
 * The sentences of a refusal. Entra appends trace id, correlation id and time, the library puts its own in front and
 * behind; they differ with every try, so that the same fault would never read the same.
 */
function withoutTrace(text: string): string {
  const begin = /AADSTS\d{3,9}:/.exec(text)?.index ?? 0;
  return text
    .slice(begin)
    .replace(/[\s-]*\b(?:Trace|Correlation) ID:.*$/is, '')
    .replace(/\s*\bTimestamp: \d{4}-.*$/is, '')
    .trim();
}

/** Decides about a failed token request: an attempt when it may pass, otherwise throws JobFault. */
export function judgeTokenFailure(
  error: unknown,
  exchange: TokenExchange | undefined,
  names: TokenServiceNames,
  now: Date,
): Attempt<never> {
  const said = error instanceof Error ? error.message : String(error);
  const text = oneLine(names.secrets.redact(withoutTrace(said)));
  const codes = [...aadstsCodes(said), ...(exchange?.codes ?? [])];
  const known = knownRefusal(codes, names);
  if (known !== undefined) throw new JobFault(known.code, `${known.text} (${text})`, { cause: error });
  const what = `The token request to ${names.service}`;
  const status = exchange?.status;
  if (status === 429 || status === 503 || status === 504) {
    const fault = new JobFault('SourceUnreachable', `${what} was answered with ${status}.`, { cause: error });
    return { outcome: 'throttled', waitMilliseconds: retryAfterMilliseconds(exchange?.retryAfter, now), fault };
  }
  if (status !== undefined && (status >= 500 || status === 408)) {
    const fault = new JobFault('SourceUnreachable', `${what} was answered with ${status}.`, { cause: error });
    return { outcome: 'failed', fault };
  }
  if (exchange?.failure !== undefined) return judgeNetworkFailure(exchange.failure, what);
  if (text.includes('endpoints_resolution_error')) {
    throw new JobFault(
      'SourceUnreachable',
      `The token service at ${names.authorityHost} gave no usable description of tenant ${names.tenantId}. Check authorityHost, tenantId, and caFile when the service has a certificate of an own authority. (${text})`,
      { cause: error },
    );
  }
  if (status === 400 || status === 401) {
    throw new JobFault('SourceCredentialsInvalid', `${what} was refused with ${status}: ${text}`, { cause: error });
  }
  if (status === undefined) {
    throw new JobFault('SourceCredentialsInvalid', `No token could be requested: ${text}`, { cause: error });
  }
  throw new JobFault(
    'SourceProtocolError',
    `${what} was answered with ${status}, which is no token answer; often a proxy. (${text})`,
    { cause: error },
  );
}

function knownRefusal(
  codes: readonly string[],
  names: TokenServiceNames,
): { code: JobFault['code']; text: string } | undefined {
  for (const code of codes) {
    switch (code) {
      case '7000215':
        return { code: 'SourceCredentialsInvalid', text: `The client secret of ${names.clientId} is wrong.` };
      case '700027':
        return {
          code: 'SourceCredentialsInvalid',
          text: `The certificate of ${names.clientId} is not accepted; upload its public part to the app registration.`,
        };
      case '700024':
        return {
          code: 'SourceCredentialsInvalid',
          text: `The assertion of ${names.clientId} is out of its time; check the clock of this machine, and that the token file is renewed.`,
        };
      case '70021':
      case '700211':
      case '700212':
      case '700213':
        return {
          code: 'SourceCredentialsInvalid',
          text: `${names.clientId} has no federated credential for the issuer, subject and audience of this token.`,
        };
      case '7000222':
        return { code: 'SourceSecretExpired', text: `The client secret of ${names.clientId} has expired.` };
      case '700016':
        return {
          code: 'SourceClientUnknown',
          text: `Tenant ${names.tenantId} does not know the application ${names.clientId}.`,
        };
      case '90002':
      case '900023':
        return { code: 'SourceTenantUnknown', text: `Microsoft Entra does not know the tenant ${names.tenantId}.` };
      default:
        break;
    }
  }
  return undefined;
}
