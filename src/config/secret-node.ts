// A place in the configuration where a secret is due: judged here instead of by the schema, so that a literal secret
// gets advice and is never repeated, and so that an unset reference is found before anything runs.
import { secretReferenceSchema } from '../model/secret-reference.ts';
import { credentialExpiry, endText } from '../rules/credential-expiry.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { noFindings } from './fault.ts';
import type { Located } from './located.ts';
import { child, faultAt } from './located.ts';
import { parsed, schemaFaults } from './schema-faults.ts';
import type { Environment } from './secrets.ts';
import { inspectSecret } from './secrets.ts';

export interface SecretContext {
  readonly directory: string;
  readonly environment: Environment;
  /** False for what no enabled job uses: an unset secret is a warning there. */
  readonly used: boolean;
}

const KINDS = ['fromEnv', 'fromFile', 'fromCommand'];
const EXAMPLE =
  'Write { fromEnv: NAME_OF_VARIABLE }, { fromFile: /run/secrets/name } or { fromCommand: [program, argument] }.';

/** Faults and warnings of one secret reference; an absent one is left to the schema. */
export async function checkSecretNode(node: Located, context: SecretContext): Promise<Findings> {
  const findings = noFindings();
  if (node.kind !== 'map') {
    const empty = node.kind === 'scalar' && node.value === null;
    const message = empty ? 'A reference to a secret is missing.' : 'A secret must not stand in the configuration.';
    findings.faults.push(faultAt(node.at, message, EXAMPLE));
    return findings;
  }
  const given = KINDS.filter((key) => node.entries.has(key));
  if (given.length !== 1) {
    const message =
      given.length === 0 ? 'A reference to a secret is missing.' : `${given.join(' and ')} exclude each other.`;
    findings.faults.push(faultAt(node.at, message, EXAMPLE));
    return findings;
  }
  const reference = parsed(secretReferenceSchema, node);
  if (reference === undefined) {
    findings.faults.push(...schemaFaults(secretReferenceSchema, node));
    return findings;
  }
  const at = child(node, given[0] ?? '')?.at ?? node.at;
  const reading = await inspectSecret(reference, context.directory, context.environment);
  if (!reading.ok) {
    const fault = faultAt(at, reading.message, reading.advice);
    (context.used ? findings.faults : findings.warnings).push(fault);
  } else if (reading.warning !== undefined) {
    findings.warnings.push(faultAt(at, reading.warning, 'Take the rights of others away: chmod 600.'));
  }
  if (context.used) findings.warnings.push(...expiryWarnings(child(node, 'expires'), reference.expires));
  return findings;
}

/** A warning at the value that says, or implies, when a credential ends. */
export function expiryWarnings(node: Located | undefined, expires: string | undefined): ConfigurationFault[] {
  const expiry = expires === undefined ? null : credentialExpiry(expires, new Date());
  if (node === undefined || expires === undefined || expiry === null) return [];
  const message = `This credential ${endText(expires, expiry.daysLeft)}.`;
  return [faultAt(node.at, message, 'Create a new one, put it in the place of this one, and correct the date.')];
}
