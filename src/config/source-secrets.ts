// The credential of a source as the Graph client uses it: references become providers that read them.
import { JobFault } from '../model/errors.ts';
import type { SourceSettings } from '../model/job.ts';
import type { SourceCredential } from '../model/secret.ts';
import { openCertificate, readCertificateFile } from './certificate.ts';
import { freshSecretProvider, secretProvider } from './secret-provider.ts';
import { type Environment, resolveSecret } from './secrets.ts';
import { federatedTokenReference } from './source-credential.ts';

/** Where references are read, and who is told of every value. */
export interface SecretSurroundings {
  /** The configuration directory. */
  readonly directory: string;
  readonly environment: Environment;
  readonly remember: (value: string) => void;
}

/** The credential of a source. Throws JobFault `ConfigurationInvalid` when the source has none; reads nothing yet. */
export function sourceCredential(settings: SourceSettings, surroundings: SecretSurroundings): SourceCredential {
  const { directory, environment, remember } = surroundings;
  const { clientSecret, certificate, workloadIdentity, managedIdentity, azureCli } = settings;
  if (clientSecret !== undefined) {
    const secret = secretProvider(() => resolveSecret(clientSecret, directory, environment), remember);
    return { kind: 'clientSecret', secret };
  }
  if (certificate !== undefined) {
    // The key itself is never sent, so nobody can echo it; its password is remembered all the same.
    const pem = secretProvider(
      () => readCertificate(certificate, surroundings),
      () => undefined,
    );
    return { kind: 'certificate', pem };
  }
  if (workloadIdentity !== undefined) {
    const assertion = freshSecretProvider(async () => {
      const reference = federatedTokenReference(workloadIdentity.tokenFile, environment);
      if (reference !== undefined) return resolveSecret(reference, directory, environment);
      throw new JobFault('ConfigurationInvalid', 'Neither tokenFile nor AZURE_FEDERATED_TOKEN_FILE names a file.');
    }, remember);
    return { kind: 'workloadIdentity', assertion };
  }
  if (managedIdentity !== undefined) {
    const { clientId } = managedIdentity;
    return { kind: 'managedIdentity', ...(clientId === undefined ? {} : { clientId }) };
  }
  if (azureCli !== undefined) return { kind: 'azureCli' };
  throw new JobFault('ConfigurationInvalid', 'The source has no credential.');
}

/** Reads what a credential is made of, so that an unreadable secret is named before anything is sent. */
export async function readCredential(credential: SourceCredential): Promise<void> {
  if (credential.kind === 'clientSecret') await credential.secret.read();
  if (credential.kind === 'certificate') await credential.pem.read();
  if (credential.kind === 'workloadIdentity') await credential.assertion.read();
}

async function readCertificate(
  { file, password }: NonNullable<SourceSettings['certificate']>,
  { directory, environment, remember }: SecretSurroundings,
): Promise<string> {
  const value = password === undefined ? undefined : await resolveSecret(password, directory, environment);
  if (value !== undefined) remember(value);
  const read = await readCertificateFile(file, directory);
  const opened = read.ok ? openCertificate(read.text, value) : read;
  if (opened.ok) return opened.pem;
  throw new JobFault('ConfigurationInvalid', `${opened.message} ${opened.advice}`);
}
