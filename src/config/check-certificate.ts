// A place in the configuration where a certificate or a private key is due: whether its file can be read and opened, and when
// it ends. Nothing is sent, and no command is run.
import type { Job } from '../model/job.ts';
import { secretReferenceSchema } from '../model/secret-reference.ts';
import { certificateExpiry, readCertificateFile, readCertificateFiles } from './certificate.ts';
import { addFindings, type Findings, noFindings } from './fault.ts';
import type { LocatedMap } from './located.ts';
import { child, faultAt, textOf } from './located.ts';
import { parsed } from './schema-faults.ts';
import { checkSecretNode, expiryWarnings, type SecretContext } from './secret-node.ts';
import { readSecret } from './secrets.ts';

/** Opens the text of a file; a refusal says what is wrong with it. */
export type OpenPem = (
  text: string,
  password: string | undefined,
) => { readonly ok: true } | { readonly ok: false; readonly message: string; readonly advice: string };

/** Faults and warnings of `file`, `keyFile`, `password` and `expires`. */
export async function checkCertificateNode(node: LocatedMap, context: SecretContext, open: OpenPem): Promise<Findings> {
  const findings = noFindings();
  const problems = context.used ? findings.faults : findings.warnings;
  const passwordNode = child(node, 'password');
  if (passwordNode !== undefined) addFindings(findings, await checkSecretNode(passwordNode, context));
  const fileNode = child(node, 'file');
  const file = textOf(fileNode);
  if (fileNode === undefined || file === undefined || findings.faults.length > 0) return findings;
  const read = await readCertificateFiles({ file, keyFile: textOf(child(node, 'keyFile')) }, context.directory);
  if (!read.ok) {
    problems.push(faultAt(fileNode.at, read.message, read.advice));
    return findings;
  }
  if (read.warning !== undefined)
    findings.warnings.push(faultAt(fileNode.at, read.warning, 'Take the rights of others away: chmod 600.'));
  const password = parsed(secretReferenceSchema, passwordNode);
  // A command is not run for a check, so nobody knows yet whether its password fits.
  if (password === undefined || !('fromCommand' in password)) {
    const value = password && (await readSecret(password, context.directory, context.environment));
    const opened = open(read.text, value?.ok === true ? value.value : undefined);
    if (!opened.ok) problems.push(faultAt(fileNode.at, opened.message, opened.advice));
  }
  if (context.used) {
    const expiresNode = child(node, 'expires');
    const expires = textOf(expiresNode) ?? certificateExpiry(read.text);
    findings.warnings.push(...expiryWarnings(expiresNode ?? fileNode, expires));
  }
  return findings;
}

/**
 * A certificate or key with the last day that its file says as `expires`, unless one is written. Read now, since the file may
 * have been replaced; as it is when the file cannot be read, or holds no certificate.
 */
export async function withExpiry<T extends { readonly file: string; readonly expires?: string | undefined }>(
  certificate: T,
  directory: string,
): Promise<T> {
  if (certificate.expires !== undefined) return certificate;
  const read = await readCertificateFile(certificate.file, directory);
  const expires = read.ok ? certificateExpiry(read.text) : undefined;
  return expires === undefined ? certificate : { ...certificate, expires };
}

/** A job with the last days of its certificates, as `withExpiry` reads them. */
export async function withTargetExpiry(job: Job, directory: string): Promise<Job> {
  const { auth, clientCertificate } = job.target;
  const certificate = clientCertificate && (await withExpiry(clientCertificate, directory));
  const key = auth.type === 'oauth2ClientCredentials' ? auth.privateKeyJwt : undefined;
  const dated = key && (await withExpiry(key, directory));
  return {
    ...job,
    target: {
      ...job.target,
      ...(certificate === undefined ? {} : { clientCertificate: certificate }),
      ...(dated === undefined || auth.type !== 'oauth2ClientCredentials'
        ? {}
        : { auth: { ...auth, privateKeyJwt: dated } }),
    },
  };
}
