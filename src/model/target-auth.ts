// How a target knows who is asking, as an administrator writes it: a closed list of kinds. What the keys of one kind exclude
// among themselves is judged with the configuration (config/check-target-auth.ts).
import { z } from 'zod';
import { certificateSchema, secretReferenceSchema } from './secret-reference.ts';

/** Signature algorithms of a client assertion (RFC 7518 section 3.1, RFC 8037). */
const ASSERTION_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type AssertionAlgorithm = (typeof ASSERTION_ALGORITHMS)[number];

/** What a key signs by, the usual one first; `type` and `curve` as Node names them. Empty when it cannot sign assertions. */
export function algorithmsOf(type: string | undefined, curve: string | undefined): readonly AssertionAlgorithm[] {
  if (type === 'rsa') return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  if (type === 'ed25519' || type === 'ed448') return ['EdDSA'];
  if (type !== 'ec') return [];
  if (curve === 'prime256v1') return ['ES256'];
  if (curve === 'secp384r1') return ['ES384'];
  return curve === 'secp521r1' ? ['ES512'] : [];
}

const tokenUrl = z.url({ protocol: /^https?$/ }).describe('Where access tokens are asked for.');
const scope = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .describe('What the token is asked for; several with blanks between.');

/** Proves the client by a signed assertion instead of a secret (RFC 7523 section 2.2). */
const privateKeyJwt = certificateSchema.extend({
  file: z
    .string()
    .min(1)
    .describe(
      'A PEM file with the private key, and its certificate where there is one; counts from the configuration directory.',
    ),
  keyId: z.string().min(1).max(200).optional().describe('The kid under which the target knows the key.'),
  algorithm: z
    .enum(ASSERTION_ALGORITHMS)
    .optional()
    .describe(
      'How assertions are signed; RS256, ES256, ES384, ES512 or EdDSA after the kind of key, unless it is written.',
    ),
  audience: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('Whom the assertion is for, where the target does not expect tokenUrl there.'),
});

export const targetAuthSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('bearer').describe('A bearer token that somebody issued by hand (RFC 6750).'),
    token: secretReferenceSchema.describe('The token, as a reference.'),
  }),
  z.strictObject({
    type: z.literal('basic').describe('A user name and a password (RFC 7617).'),
    username: z.string().min(1).max(255).describe('The user name; it has no colon.'),
    password: secretReferenceSchema.describe('The password, as a reference.'),
  }),
  z.strictObject({
    type: z
      .literal('oauth2ClientCredentials')
      .describe('Access tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4).'),
    tokenUrl,
    clientId: z.string().min(1).max(500).describe('The id of the client.'),
    // Exactly one of the following proves the client.
    clientSecret: secretReferenceSchema.optional().describe('The secret of the client, as a reference.'),
    privateKeyJwt: privateKeyJwt.optional().describe('A key that signs an assertion; it is never sent (RFC 7523).'),
    mtls: z
      .strictObject({})
      .optional()
      .describe('{}: the certificate of target.clientCertificate proves the client (RFC 8705).'),
    sendSecretIn: z
      .enum(['body', 'header'])
      .default('body')
      .describe('Where clientSecret is sent: client_secret_post or client_secret_basic (RFC 6749 section 2.3.1).'),
    scope,
    audience: z.string().min(1).max(1000).optional().describe('Sent as audience, where the target wants one.'),
    parameters: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Further parameters of the token request, such as resource; nothing secret.'),
  }),
  z.strictObject({
    type: z
      .literal('workloadIdentity')
      .describe(
        "Access tokens for the identity of the job's source in Microsoft Entra; no secret of the target at all.",
      ),
    tokenUrl,
    clientId: z.string().min(1).max(500).describe('The id of the client.'),
    audience: z
      .string()
      .min(1)
      .max(1000)
      .describe('Whom the token of Microsoft Entra is for: api:// and the application id that the target expects.'),
    scope,
    parameters: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Further parameters of the token request, such as resource; nothing secret.'),
  }),
  z.strictObject({
    type: z.literal('none').describe('Nothing but target.headers or target.clientCertificate.'),
  }),
]);

export type TargetAuth = z.infer<typeof targetAuthSchema>;

/** A certificate that proves this machine to the target and to its token endpoint; both may stand in one file. */
export const clientCertificateSchema = certificateSchema.extend({
  file: z
    .string()
    .min(1)
    .describe(
      'The PEM file with the certificate, what it was issued by, and its key; counts from the configuration directory.',
    ),
  keyFile: z.string().min(1).optional().describe('The PEM file with the private key, when it is another one.'),
});

/** Headers of every request to the target, by name. */
export const targetHeadersSchema = z.record(z.string(), secretReferenceSchema);
