// The assertion by which a client proves that it has a private key (RFC 7523 sections 2.2 and 3): a JWT of five minutes, made
// anew for every request and used once. It verifies nothing.
import { constants, createPrivateKey, type KeyObject, randomUUID, sign, X509Certificate } from 'node:crypto';
import { JobFault } from '../model/errors.ts';
import { type AssertionAlgorithm, algorithmsOf } from '../model/target-auth.ts';

/** The value of client_assertion_type (RFC 7523 section 2.2). */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const LIFETIME_SECONDS = 300;

/** What is asserted, by which key. */
export interface AssertionRequest {
  readonly clientId: string;
  readonly audience: string;
  /** PEM of the private key, and of its certificate where there is one. */
  readonly pem: string;
  readonly keyId: string | undefined;
  readonly algorithm: AssertionAlgorithm | undefined;
  readonly now: Date;
}

/** The signed JWT. Throws JobFault `ConfigurationInvalid` when the key does not go with the algorithm. */
export function signAssertion(request: AssertionRequest): string {
  const key = createPrivateKey(request.pem);
  const usable = algorithmsOf(key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve);
  const algorithm = request.algorithm ?? usable[0];
  if (algorithm === undefined || !usable.includes(algorithm)) {
    const message = `The private key of target.auth cannot sign by ${algorithm ?? 'any algorithm that is known here'}.`;
    throw new JobFault('ConfigurationInvalid', message);
  }
  const seconds = Math.floor(request.now.getTime() / 1000);
  const head = encode({ alg: algorithm, typ: 'JWT', ...keyName(request) });
  const claims = encode({
    iss: request.clientId,
    sub: request.clientId,
    aud: request.audience,
    jti: randomUUID(),
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
  });
  const text = `${head}.${claims}`;
  return `${text}.${signature(text, algorithm, key).toString('base64url')}`;
}

/** The key id that was configured; of a certificate also its thumbprint (RFC 7515 section 4.1.8). */
function keyName({ keyId, pem }: AssertionRequest): Record<string, string> {
  const named: Record<string, string> = keyId === undefined ? {} : { kid: keyId };
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return named;
  const thumbprint = new X509Certificate(pem).fingerprint256.replaceAll(':', '');
  return { ...named, 'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url') };
}

function signature(text: string, algorithm: AssertionAlgorithm, key: KeyObject): Buffer {
  const data = Buffer.from(text);
  if (algorithm === 'EdDSA') return sign(null, data, key);
  const digest = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
  if (algorithm.startsWith('RS')) return sign(digest, data, key);
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(digest, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
