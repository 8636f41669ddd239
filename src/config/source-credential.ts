// How a source proves its identity to Microsoft Entra: exactly one of several kinds. Checked as part of the configuration;
// nothing is sent, and no command is run.
import type { SourceSettings } from '../model/job.ts';
import { openCertificate } from './certificate.ts';
import { checkCertificateNode, withExpiry } from './check-certificate.ts';
import { addFindings, type Findings, noFindings } from './fault.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, faultAt, joinPath, textOf } from './located.ts';
import type { JudgedPaths } from './schema-faults.ts';
import { checkSecretNode, type SecretContext } from './secret-node.ts';
import { readSecret } from './secrets.ts';

/** The keys of which a source has exactly one. */
const CREDENTIAL_KINDS = [
  'clientSecret',
  'certificate',
  'managedIdentity',
  'workloadIdentity',
  'azureCli',
] as const satisfies readonly (keyof SourceSettings)[];

/** Kinds that belong to an app registration, which has to be named. */
const WITH_CLIENT_ID: readonly string[] = ['clientSecret', 'certificate', 'workloadIdentity'];

/** Findings, and the keys of the source that the schema need not judge again. */
export interface CredentialCheck {
  readonly findings: Findings;
  readonly judged: JudgedPaths;
}

/** Faults and warnings of the credential of a source. */
export async function checkSourceCredential(source: Located, context: SecretContext): Promise<CredentialCheck> {
  const findings = noFindings();
  if (source.kind !== 'map') return { findings, judged: [] };
  const given = CREDENTIAL_KINDS.filter((kind) => source.entries.has(kind));
  const judged: string[][] = [];
  if (given.length !== 1) findings.faults.push(notOne(source, given));
  if (given.some((kind) => WITH_CLIENT_ID.includes(kind)) && !source.entries.has('clientId')) {
    const advice = 'It takes the application (client) id of the app registration.';
    findings.faults.push(
      faultAt({ ...source.at, path: joinPath(source.at.path, 'clientId') }, 'This key is missing.', advice),
    );
  }
  const secret = child(source, 'clientSecret');
  if (secret !== undefined) {
    judged.push(['clientSecret']);
    addFindings(findings, await checkSecretNode(secret, context));
  }
  const certificate = child(source, 'certificate');
  if (certificate?.kind === 'map') {
    if (certificate.entries.has('password')) judged.push(['certificate', 'password']);
    addFindings(findings, await checkCertificateNode(certificate, context, openCertificate));
  }
  const federated = child(source, 'workloadIdentity');
  if (federated?.kind === 'map') addFindings(findings, await checkWorkloadIdentity(federated, context));
  return { findings, judged };
}

function notOne(source: LocatedMap, given: readonly string[]) {
  const [, second = ''] = given;
  const at = source.entries.get(second)?.key ?? source.at;
  const message = given.length === 0 ? 'The source has no credential.' : `${listed(given, 'and')} exclude each other.`;
  return faultAt(at, message, `Give exactly one of ${listed(CREDENTIAL_KINDS, 'or')}.`);
}

async function checkWorkloadIdentity(node: LocatedMap, context: SecretContext): Promise<Findings> {
  const findings = noFindings();
  const problems = context.used ? findings.faults : findings.warnings;
  const fileNode = child(node, 'tokenFile');
  if (fileNode !== undefined && textOf(fileNode) === undefined) return findings;
  const reference = federatedTokenReference(textOf(fileNode), context.environment);
  const reading = reference && (await readSecret(reference, context.directory, context.environment));
  if (reading?.ok === true) return findings;
  const message = reading?.message ?? 'AZURE_FEDERATED_TOKEN_FILE is not set.';
  problems.push(faultAt((fileNode ?? node).at, message, 'Name the file of the federated token in tokenFile.'));
  return findings;
}

/** Where the federated token is; undefined when neither the configuration nor the environment names a file. */
export function federatedTokenReference(
  tokenFile: string | undefined,
  environment: SecretContext['environment'],
): { readonly fromFile: string } | undefined {
  const fromFile = tokenFile ?? environment['AZURE_FEDERATED_TOKEN_FILE'];
  return fromFile === undefined || fromFile === '' ? undefined : { fromFile };
}

/**
 * The source with the last day of its certificate as `certificate.expires`, unless it has one written there. Read now, since
 * the file may have been replaced; as it is when the file cannot be read.
 */
export async function withCertificateExpiry(source: SourceSettings, directory: string): Promise<SourceSettings> {
  const { certificate } = source;
  return certificate === undefined ? source : { ...source, certificate: await withExpiry(certificate, directory) };
}

function listed(words: readonly string[], conjunction: string): string {
  return words.join(', ').replace(/, ([^,]*)$/, ` ${conjunction} $1`);
}
