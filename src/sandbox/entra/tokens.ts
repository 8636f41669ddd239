/**
 * Access tokens of the sandbox: JWTs signed with RS256, as Entra's are. Clients never read them; the Graph side checks
 * signature, audience, tenant and lifetime by the tenant's clock, and holds revoked ones off.
 */
import { createHash, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { TenantClock } from './clock.ts';
import type { TenantIdentity } from './generate.ts';
import { GraphFault } from './graph-fault.ts';

/** What a token says. `serial` is the sandbox's own claim: revocation holds off every token up to a serial number. */
interface TokenClaims {
  readonly aud: string;
  readonly iss: string;
  readonly tid: string;
  readonly appid: string;
  readonly roles: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly serial: number;
}

/** Issues and checks tokens of one tenant. */
export interface TokenAuthority {
  /** The public key for `/discovery/v2.0/keys`. */
  readonly keys: () => { keys: readonly Record<string, unknown>[] };
  issue(grant: { aud: string; iss: string; roles: readonly string[]; seconds: number }): string;
  /** The claims of an acceptable token; a GraphFault with status 401 otherwise. */
  check(authorization: string | undefined, audiences: readonly string[], origin: string): TokenClaims;
  /** Refuses every token issued until now; with `cae` the answer asks for claims, as continuous access evaluation does. */
  revokeAll(cae: boolean): void;
}

const CACHE_LIMIT = 1000;

/** An authority with a fresh key. */
export function makeTokenAuthority(identity: TenantIdentity, clock: TenantClock): TokenAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url').slice(0, 27);
  const header = encode({ typ: 'JWT', alg: 'RS256', x5t: kid, kid });
  const checked = new Map<string, TokenClaims>();
  let serial = 0;
  let revokedUpTo = 0;
  let claimsChallenge = false;

  const unauthorized = (message: string, origin: string, challenge = ''): GraphFault => {
    const authorization = `authorization_uri="${origin}/${identity.tenantId}/oauth2/v2.0/authorize"`;
    const header = `Bearer realm="", ${authorization}, client_id="00000003-0000-0000-c000-000000000000"${challenge}`;
    return new GraphFault(401, 'InvalidAuthenticationToken', message, { 'WWW-Authenticate': header });
  };
  const read = (token: string): TokenClaims | undefined => {
    const known = checked.get(token);
    if (known !== undefined) return known;
    const parts = token.split('.');
    if (parts.length !== 3) return undefined;
    const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
    if (!verify('RSA-SHA256', signed, publicKey, Buffer.from(parts[2] ?? '', 'base64url'))) return undefined;
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString()) as TokenClaims;
    if (checked.size >= CACHE_LIMIT) checked.clear();
    checked.set(token, claims);
    return claims;
  };
  return {
    keys: () => ({ keys: [{ ...jwk, use: 'sig', kid, x5t: kid }] }),
    issue({ aud, iss, roles, seconds }) {
      serial += 1;
      const iat = Math.floor(clock.now().getTime() / 1000);
      const claims: TokenClaims = {
        aud,
        iss,
        tid: identity.tenantId,
        appid: identity.clientId,
        roles,
        iat,
        nbf: iat,
        exp: iat + seconds,
        jti: randomUUID(),
        serial,
      };
      const text = `${header}.${encode(claims)}`;
      return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    check(authorization, audiences, origin) {
      const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) throw unauthorized('Access token is empty.', origin);
      const claims = read(token);
      if (claims === undefined || claims.tid !== identity.tenantId) {
        throw unauthorized('Access token validation failure. Invalid signature.', origin);
      }
      if (!audiences.includes(claims.aud))
        throw unauthorized('Access token validation failure. Invalid audience.', origin);
      if (claims.exp * 1000 <= clock.now().getTime()) {
        throw unauthorized('Lifetime validation failed, the token is expired.', origin);
      }
      if (claims.serial <= revokedUpTo) {
        if (!claimsChallenge) throw unauthorized('Access token has been revoked.', origin);
        const wanted = {
          access_token: { nbf: { essential: true, value: String(Math.floor(clock.now().getTime() / 1000)) } },
        };
        const claimsText = Buffer.from(JSON.stringify(wanted)).toString('base64');
        const challenge = `, error="insufficient_claims", claims="${claimsText}"`;
        throw unauthorized('Continuous access evaluation resulted in challenge.', origin, challenge);
      }
      return claims;
    },
    revokeAll(cae) {
      revokedUpTo = serial;
      claimsChallenge = cae;
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
