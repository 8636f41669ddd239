// A place in the configuration where a certificate or a private key is due: whether its file can be read and opened, and when
// it ends. Nothing is sent, and no command is run.
import { secretReferenceSchema } from '../model/secret-reference.ts';
import { certificateExpiry, readCertificateFiles } from './certificate.ts';
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
