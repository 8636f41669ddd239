// What proves to a target who is asking, as its client uses it: references become providers that read them.
import { JobFault } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { SecretProvider } from '../model/secret.ts';
import type { SecretReference } from '../model/secret-reference.ts';
import type { TargetAuth } from '../model/target-auth.ts';
import type { ClientProof, TargetCredential } from '../model/target-credential.ts';
import { openCertificate, openPrivateKey, readCertificateFile, readCertificateFiles } from './certificate.ts';
import { secretProvider } from './secret-provider.ts';
import { resolveSecret } from './secrets.ts';
import type { SecretSurroundings } from './source-secrets.ts';

/** Issues an assertion for an audience by the identity of the job's source. */
export type IssueAssertion = (audience: string, signal: AbortSignal) => Promise<string>;

type OAuth = Extract<TargetAuth, { type: 'oauth2ClientCredentials' }>;

/** The credential of a target; reads nothing yet. */
export function targetCredential(
  auth: TargetAuth,
  surroundings: SecretSurroundings,
  issueAssertion: IssueAssertion,
): TargetCredential {
  switch (auth.type) {
    case 'bearer':
      return { kind: 'bearer', token: referred(auth.token, surroundings) };
    case 'basic':
      return { kind: 'basic', username: auth.username, password: referred(auth.password, surroundings) };
    case 'oauth2ClientCredentials': {
      const { tokenUrl, clientId } = auth;
      const proof = clientProof(auth, surroundings);
      return { kind: 'tokenClient', client: { tokenUrl, clientId, proof, parameters: parametersOf(auth) } };
    }
    case 'workloadIdentity': {
      const { tokenUrl, clientId, audience, scope, parameters } = auth;
      const proof: ClientProof = { kind: 'assertion', issue: (signal) => issueAssertion(audience, signal) };
      return {
        kind: 'tokenClient',
        client: { tokenUrl, clientId, proof, parameters: parametersOf({ scope, parameters }) },
      };
    }
    case 'none':
      return { kind: 'none' };
    default:
      return auth satisfies never;
  }
}

/** The values of `target.headers`, by name. */
export function targetHeaders(
  { headers = {} }: Job['target'],
  surroundings: SecretSurroundings,
): ReadonlyMap<string, SecretProvider> {
  return new Map(Object.entries(headers).map(([name, reference]) => [name, referred(reference, surroundings)]));
}

/** Reads what does not change with every request, so that an unreadable secret is named before anything is sent. */
export async function readTargetCredential(credential: TargetCredential): Promise<void> {
  if (credential.kind === 'bearer') await credential.token.read();
  if (credential.kind === 'basic') await credential.password.read();
  if (credential.kind !== 'tokenClient') return;
  const { proof } = credential.client;
  if (proof.kind === 'clientSecret') await proof.secret.read();
  if (proof.kind === 'privateKey') await proof.pem.read();
}

/** The certificate of `target.clientCertificate`, opened. Throws JobFault `ConfigurationInvalid`. */
export async function readClientCertificate(
  { clientCertificate }: Job['target'],
  surroundings: SecretSurroundings,
): Promise<{ readonly certificate: string; readonly key: string } | undefined> {
  if (clientCertificate === undefined) return undefined;
  const password = await passwordOf(clientCertificate.password, surroundings);
  const read = await readCertificateFiles(clientCertificate, surroundings.directory);
  const opened = read.ok ? openCertificate(read.text, password) : read;
  if (opened.ok) return { certificate: opened.chain, key: opened.key };
  throw new JobFault('ConfigurationInvalid', `${opened.message} ${opened.advice}`);
}

function referred(
  reference: SecretReference,
  { directory, environment, remember }: SecretSurroundings,
): SecretProvider {
  return secretProvider(() => resolveSecret(reference, directory, environment), remember);
}

function clientProof(auth: OAuth, surroundings: SecretSurroundings): ClientProof {
  const { clientSecret, privateKeyJwt: key, mtls } = auth;
  if (clientSecret !== undefined)
    return { kind: 'clientSecret', secret: referred(clientSecret, surroundings), sentIn: auth.sendSecretIn };
  if (key !== undefined) {
    // The key itself is never sent, so nobody can echo it; its password is remembered all the same.
    const pem = secretProvider(
      () => readKey(key, surroundings),
      () => undefined,
    );
    return { kind: 'privateKey', pem, keyId: key.keyId, algorithm: key.algorithm, audience: key.audience };
  }
  if (mtls !== undefined) return { kind: 'mtls' };
  throw new JobFault('ConfigurationInvalid', 'target.auth has no clientSecret, privateKeyJwt or mtls.');
}

async function readKey(key: NonNullable<OAuth['privateKeyJwt']>, surroundings: SecretSurroundings): Promise<string> {
  const password = await passwordOf(key.password, surroundings);
  const read = await readCertificateFile(key.file, surroundings.directory);
  const opened = read.ok ? openPrivateKey(read.text, password) : read;
  if (opened.ok) return opened.pem;
  throw new JobFault('ConfigurationInvalid', `${opened.message} ${opened.advice}`);
}

async function passwordOf(
  reference: SecretReference | undefined,
  { directory, environment, remember }: SecretSurroundings,
): Promise<string | undefined> {
  if (reference === undefined) return undefined;
  const password = await resolveSecret(reference, directory, environment);
  remember(password);
  return password;
}

function parametersOf({
  scope,
  audience,
  parameters,
}: Pick<OAuth, 'scope' | 'parameters'> & Partial<Pick<OAuth, 'audience'>>): Readonly<Record<string, string>> {
  return {
    ...parameters,
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
  };
}
