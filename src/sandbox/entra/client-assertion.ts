/**
 * Client assertions (RFC 7523): a JWT instead of a secret. Entra takes one that is signed with the key of a registered
 * certificate, or one of a foreign issuer that the application trusts (workload identity federation).
 */
import { constants, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';

/** The value of client_assertion_type. */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The audience of federated tokens, as Entra recommends it. */
const FEDERATED_AUDIENCE = 'api://AzureADTokenExchange';

/** What the application trusts besides its secret. */
export interface AssertionTrust {
  /** PEM of registered certificates. */
  readonly certificates: readonly string[];
  readonly federated: readonly FederatedCredential[];
}

export const federatedCredentialSchema = z.strictObject({
  issuer: z.string().min(1),
  subject: z.string().min(1),
  /** PEM of the key that the issuer signs with. */
  publicKey: z.string().min(1),
});
type FederatedCredential = z.infer<typeof federatedCredentialSchema>;

/** Nothing but the secret. */
export const NO_TRUST: AssertionTrust = { certificates: [], federated: [] };

/** Why an assertion is refused: Entra's number and words. */
export interface AssertionRefusal {
  readonly code: number;
  readonly text: string;
}

const headerSchema = z.object({
  alg: z.enum(['RS256', 'PS256']),
  'x5t#S256': z.string().optional(),
  x5t: z.string().optional(),
});
const claimsSchema = z.object({
  aud: z.string(),
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
});

interface Assertion {
  readonly header: z.infer<typeof headerSchema>;
  readonly claims: z.infer<typeof claimsSchema>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Undefined when the assertion proves that the caller is the application; `audience` is the token endpoint. */
export function judgeAssertion(
  text: string,
  trust: AssertionTrust,
  expected: { readonly clientId: string; readonly audience: string; readonly now: Date },
): AssertionRefusal | undefined {
  const assertion = read(text);
  if (assertion === undefined) return { code: 50027, text: 'JWT token is invalid or malformed.' };
  const { claims } = assertion;
  const seconds = expected.now.getTime() / 1000;
  if (claims.exp <= seconds || (claims.nbf ?? 0) > seconds + 300) {
    return { code: 700024, text: 'Client assertion is not within its valid time range.' };
  }
  return claims.iss === expected.clientId && claims.sub === expected.clientId
    ? judgeOwn(assertion, trust, expected.audience)
    : judgeFederated(assertion, trust);
}

function judgeOwn(
  assertion: Assertion,
  { certificates }: AssertionTrust,
  audience: string,
): AssertionRefusal | undefined {
  if (assertion.claims.aud !== audience) return { code: 700023, text: 'Client assertion audience claim is wrong.' };
  const { header } = assertion;
  const registered = certificates
    .map((pem) => new X509Certificate(pem))
    .find(
      (each) => thumbprint(each.fingerprint256) === header['x5t#S256'] || thumbprint(each.fingerprint) === header.x5t,
    );
  if (registered !== undefined && isSignedBy(assertion, registered.publicKey)) return undefined;
  return { code: 700027, text: 'The certificate with identifier used to sign the client assertion is not registered.' };
}

function judgeFederated(assertion: Assertion, { federated }: AssertionTrust): AssertionRefusal | undefined {
  const { iss, sub, aud } = assertion.claims;
  const trusted = federated.some(
    ({ issuer, subject, publicKey }) =>
      issuer === iss &&
      subject === sub &&
      aud === FEDERATED_AUDIENCE &&
      isSignedBy(assertion, createPublicKey(publicKey)),
  );
  return trusted
    ? undefined
    : { code: 70021, text: 'No matching federated identity record found for presented assertion.' };
}

function isSignedBy({ header, signed, signature }: Assertion, key: KeyObject): boolean {
  if (header.alg === 'RS256') return verify('RSA-SHA256', signed, key, signature);
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify('RSA-SHA256', signed, pss, signature);
}

/** `AB:CD` -> base64url of the bytes. */
function thumbprint(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
}

function read(text: string): Assertion | undefined {
  const [head = '', body = '', signature, ...rest] = text.split('.');
  if (signature === undefined || rest.length > 0) return undefined;
  const header = headerSchema.safeParse(decoded(head));
  const claims = claimsSchema.safeParse(decoded(body));
  if (!header.success || !claims.success) return undefined;
  return {
    header: header.data,
    claims: claims.data,
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
