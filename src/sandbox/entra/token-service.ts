/**
 * Entra's token endpoint, as far as the client credentials flow (secret or assertion) needs it: discovery, keys, tokens. Error
 * codes are Entra's AADSTS numbers; nothing here says which part of a wrong secret was wrong.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ASSERTION_TYPE, type AssertionRefusal, type AssertionTrust, judgeAssertion } from './client-assertion.ts';
import { TENANT_DOMAIN } from './generate-people.ts';
import type { GraphReply } from './request.ts';
import type { TenantState } from './tenant-state.ts';
import type { TokenAuthority } from './tokens.ts';

/** The resource every Graph token is for, besides the origin of the sandbox itself. */
export const GRAPH_RESOURCE = 'https://graph.microsoft.com';

const JSON_HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
};

const tokenForm = z.object({
  client_id: z.string(),
  client_secret: z.string().optional(),
  client_assertion: z.string().optional(),
  client_assertion_type: z.string().optional(),
  scope: z.string(),
  grant_type: z.string(),
});

/** What the token service looks at besides the directory. */
export interface TokenServiceState {
  readonly tenant: TenantState;
  readonly tokens: TokenAuthority;
  /** The secret the application has now. */
  secret: { readonly value: string; readonly expired: boolean };
  /** Whose assertions are accepted instead of the secret. */
  trust: AssertionTrust;
}

/** Answers a request outside `/v1.0`; `undefined` when the path is none of the token service's. */
export function answerTokenService(
  service: TokenServiceState,
  request: { method: string; path: string; origin: string; form: URLSearchParams; audiences: readonly string[] },
): GraphReply | undefined {
  const [authority = '', ...rest] = request.path.split('/').filter((segment) => segment !== '');
  const endpoint = rest.join('/');
  if (authority === 'common' && endpoint === 'discovery/instance')
    return json(200, instanceDiscovery(service, request.origin));
  const known = ['v2.0/.well-known/openid-configuration', 'oauth2/v2.0/token', 'discovery/v2.0/keys'];
  if (!known.includes(endpoint)) return undefined;
  const { tenantId } = service.tenant.identity;
  if (![tenantId, TENANT_DOMAIN].includes(decodeURIComponent(authority).toLowerCase())) {
    return failure(service, 400, 'invalid_request', 90002, `Tenant '${authority.slice(0, 60)}' not found.`);
  }
  if (endpoint === 'oauth2/v2.0/token') return tokenAnswer(service, request);
  if (request.method !== 'GET')
    return failure(service, 405, 'invalid_request', 900561, 'The endpoint only accepts GET requests.');
  if (endpoint === 'discovery/v2.0/keys') return json(200, service.tokens.keys());
  return json(200, openIdConfiguration(request.origin, tenantId));
}

function openIdConfiguration(origin: string, tenantId: string): Record<string, unknown> {
  const base = `${origin}/${tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    claims_supported: ['iss', 'aud', 'exp', 'iat', 'tid'],
  };
}

function instanceDiscovery(service: TokenServiceState, origin: string): Record<string, unknown> {
  const host = new URL(origin).host;
  return {
    tenant_discovery_endpoint: `${origin}/${service.tenant.identity.tenantId}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

function tokenAnswer(
  service: TokenServiceState,
  request: { method: string; origin: string; form: URLSearchParams; audiences: readonly string[] },
): GraphReply {
  if (request.method !== 'POST')
    return failure(service, 405, 'invalid_request', 900561, 'The endpoint only accepts POST requests.');
  const form = tokenForm.safeParse(Object.fromEntries(request.form));
  if (!form.success) {
    return failure(
      service,
      400,
      'invalid_request',
      900144,
      'The request body must contain client_id, scope and grant_type.',
    );
  }
  const { identity, settings, granted } = service.tenant;
  if (form.data.grant_type !== 'client_credentials') {
    return failure(service, 400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  }
  if (form.data.client_id.toLowerCase() !== identity.clientId) {
    return failure(service, 400, 'unauthorized_client', 700016, 'Application was not found in the directory.');
  }
  const refusal = judgeProof(service, form.data, `${request.origin}/${identity.tenantId}/oauth2/v2.0/token`);
  if (refusal !== undefined) return failure(service, 401, 'invalid_client', refusal.code, refusal.text);
  const aud = /^(.+)\/\.default$/.exec(form.data.scope.trim())?.[1];
  // An API of somebody else: the tenant is taken to know every one, and nobody here accepts its tokens.
  const isOther = aud?.startsWith('api://') === true;
  if (aud === undefined || !(request.audiences.includes(aud) || isOther)) {
    const text = `The provided value for scope ${form.data.scope.slice(0, 80)} is not valid.`;
    return failure(service, 400, 'invalid_scope', 70011, text);
  }
  const seconds = settings.tokenLifetimeSeconds;
  const iss = `${request.origin}/${identity.tenantId}/v2.0`;
  const token = service.tokens.issue({ aud, iss, roles: [...granted], seconds });
  return json(200, { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token });
}

/** Why the caller is not believed to be the application. */
function judgeProof(
  service: TokenServiceState,
  form: z.infer<typeof tokenForm>,
  audience: string,
): AssertionRefusal | undefined {
  const { clientId } = service.tenant.identity;
  if (form.client_assertion !== undefined && form.client_assertion_type === ASSERTION_TYPE) {
    const now = service.tenant.clock.now();
    return judgeAssertion(form.client_assertion, service.trust, { clientId, audience, now });
  }
  if (!sameSecret(form.client_secret ?? '', service.secret.value)) {
    return { code: 7000215, text: 'Invalid client secret provided.' };
  }
  return service.secret.expired ? { code: 7000222, text: 'The provided client secret keys are expired.' } : undefined;
}

function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function json(status: number, body: unknown): GraphReply {
  return { status, headers: JSON_HEADERS, body };
}

function failure(service: TokenServiceState, status: number, error: string, code: number, text: string): GraphReply {
  const [trace, correlation] = [randomUUID(), randomUUID()];
  const timestamp = service.tenant.clock.now().toISOString().slice(0, 19).replace('T', ' ').concat('Z');
  const description = `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`;
  return json(status, {
    error,
    error_description: description,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
  });
}
