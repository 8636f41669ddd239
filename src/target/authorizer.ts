// The headers by which a target knows who is asking, request by request, and others after a 401. Sends no SCIM request, and
// decides nothing about answers; tokens are asked for in access-tokens.ts.
import { JobFault } from '../model/errors.ts';
import type { SecretProvider } from '../model/secret.ts';
import type { AccessTokens } from './access-tokens.ts';

export type RequestHeaders = Readonly<Record<string, string>>;

/** Proves to one target who is asking. Both methods reject with a JobFault or the signal's reason. */
export interface Authorizer {
  /** For the next request. */
  headers(signal: AbortSignal): Promise<RequestHeaders>;
  /** After a request with `refused` was answered 401: others to try it with once more; undefined when there are none. */
  renew(refused: RequestHeaders, signal: AbortSignal): Promise<RequestHeaders | undefined>;
  /** Requests to a token endpoint so far. */
  readonly tokenRequests: number;
}

const TOKEN = /^[\x21-\x7e]+$/;
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/** A token that somebody issued by hand; read again when it is refused. */
export function bearerAuthorizer(token: SecretProvider): Authorizer {
  return secretAuthorizer(token, 'Authorization', (value) => {
    if (TOKEN.test(value)) return `Bearer ${value}`;
    throw unusable(
      'The token of the target is empty or holds a character that cannot be sent in a header, such as a blank or a line break.',
    );
  });
}

/** A user name and a password (RFC 7617, in UTF-8). `remember` is told of the encoded pair. */
export function basicAuthorizer(
  username: string,
  password: SecretProvider,
  remember: (value: string) => void,
): Authorizer {
  return secretAuthorizer(password, 'Authorization', (value) => {
    const pair = Buffer.from(`${username}:${value}`, 'utf8').toString('base64');
    remember(pair);
    return `Basic ${pair}`;
  });
}

/** Access tokens; a refused one is replaced by a new one. */
export function tokenAuthorizer(tokens: AccessTokens): Authorizer {
  const headerOf = ({ value }: { readonly value: string }): RequestHeaders => ({ Authorization: `Bearer ${value}` });
  return {
    headers: async (signal) => headerOf(await tokens.get(signal)),
    async renew(refused, signal) {
      const value = refused['Authorization']?.slice('Bearer '.length) ?? '';
      return headerOf(await tokens.renew(value, signal));
    },
    get tokenRequests() {
      return tokens.requests;
    },
  };
}

/** Several of them together, for instance a token and an API key; refused headers are all renewed. */
export function combined(parts: readonly Authorizer[]): Authorizer {
  const [only, another] = parts;
  if (only !== undefined && another === undefined) return only;
  const merged = (all: readonly RequestHeaders[]): RequestHeaders => Object.assign({}, ...all) as RequestHeaders;
  return {
    headers: async (signal) => merged(await Promise.all(parts.map((part) => part.headers(signal)))),
    async renew(refused, signal) {
      const renewed = await Promise.all(parts.map((part) => part.renew(refused, signal)));
      const given = renewed.filter((headers) => headers !== undefined);
      return given.length === 0 ? undefined : { ...refused, ...merged(given) };
    },
    get tokenRequests() {
      return parts.reduce((sum, part) => sum + part.tokenRequests, 0);
    },
  };
}

/** A header whose value is a secret. */
export function headerAuthorizer(name: string, secret: SecretProvider): Authorizer {
  return secretAuthorizer(secret, name, (value) => {
    if (HEADER_VALUE.test(value)) return value;
    throw unusable(`The value of the header ${name} holds a character that cannot be sent in a header.`);
  });
}

/** What was sent is known by its header, so that a secret that was replaced meanwhile is not read a second time. */
function secretAuthorizer(secret: SecretProvider, name: string, write: (value: string) => string): Authorizer {
  let latest: { readonly value: string; readonly header: string } | undefined;
  const headersOf = (value: string): RequestHeaders => {
    latest = { value, header: write(value) };
    return { [name]: latest.header };
  };
  return {
    headers: async () => headersOf(await secret.read()),
    async renew(refused) {
      if (latest !== undefined && refused[name] !== latest.header) return { [name]: latest.header };
      const newer = await secret.reread(latest?.value ?? '');
      return newer === undefined ? undefined : headersOf(newer);
    },
    tokenRequests: 0,
  };
}

function unusable(message: string): JobFault {
  return new JobFault('TargetCredentialsInvalid', message);
}
