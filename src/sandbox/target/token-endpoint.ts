// The token endpoint of a sandbox target: OAuth 2.0 client credentials (RFC 6749 section 4.4) with the target's token as the
// client secret and any client id. What it issues is good for an hour, and until the target is reset.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readRequestBody } from './request-body.ts';

/** The path, on the origin of the target. */
export const TOKEN_PATH = '/oauth2/token';

const LIFETIME_SECONDS = 3600;

/** Issues access tokens, and knows them again. */
export interface TokenEndpoint {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The Authorization header of a request; one with a good access token becomes that of the target's own token. */
  translated(authorization: string | undefined): string | undefined;
  /** Forgets all access tokens. */
  reset(): void;
}

/** An endpoint; `secret` is the token of the target as it stands, `now` in milliseconds since 1970. */
export function createTokenEndpoint(secret: () => string, now: () => number): TokenEndpoint {
  const ends = new Map<string, number>();
  return {
    async answer(request, response) {
      const body = await readRequestBody(request);
      const form = new URLSearchParams(body.kind === 'read' ? body.bytes.toString('utf8') : '');
      const refusal = refusalOf(request, form, secret());
      if (refusal !== undefined) return send(response, refusal === 'invalid_client' ? 401 : 400, { error: refusal });
      const token = randomBytes(24).toString('base64url');
      ends.set(token, now() + LIFETIME_SECONDS * 1000);
      send(response, 200, { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS });
    },
    translated(authorization) {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
      return (ends.get(token) ?? 0) > now() ? `Bearer ${secret()}` : authorization;
    },
    reset: () => ends.clear(),
  };
}

function refusalOf(request: IncomingMessage, form: URLSearchParams, secret: string): string | undefined {
  if (request.method !== 'POST') return 'invalid_request';
  if (form.get('grant_type') !== 'client_credentials') return 'unsupported_grant_type';
  const given = form.get('client_secret') ?? basicSecret(request.headers.authorization);
  return given === secret ? undefined : 'invalid_client';
}

/** The secret in a Basic header, whose parts are written as in a form. */
function basicSecret(authorization: string | undefined): string | undefined {
  const pair = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  const encoded = pair === undefined ? undefined : Buffer.from(pair, 'base64').toString('utf8').split(':')[1];
  return new URLSearchParams(`secret=${encoded ?? ''}`).get('secret') ?? undefined;
}

function send(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
