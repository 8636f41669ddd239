// One source of scimsync.yaml: a fault of it concerns the jobs that use it, and no other.
import { sourceSchema } from '../model/job.ts';
import type { Findings } from './fault.ts';
import { addFindings, noFindings } from './fault.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, faultAt, textOf } from './located.ts';
import { schemaFaults } from './schema-faults.ts';
import type { SecretContext } from './secret-node.ts';
import { checkSourceCredential } from './source-credential.ts';
import { checkCaFile } from './trusted-file.ts';

/** Form, addresses, certificate file and credential of one source. */
export async function checkSource(source: Located, context: SecretContext): Promise<Findings> {
  const findings = noFindings();
  if (source.kind === 'map') checkCloud(source, findings);
  findings.faults.push(...(await checkCaFile(child(source, 'caFile'), context.directory)));
  const credential = await checkSourceCredential(source, context);
  addFindings(findings, credential.findings);
  findings.faults.push(...schemaFaults(sourceSchema, source, credential.judged));
  return findings;
}

/** A cloud of its own is three addresses; one of them alone would send credentials to the wrong place. */
function checkCloud(source: LocatedMap, findings: Findings): void {
  const keys = ['authorityHost', 'graphBaseUrl', 'scope'];
  const given = keys.filter((key) => source.entries.has(key));
  if (given.length === 0) return;
  const missing = keys.filter((key) => !source.entries.has(key));
  const at = source.entries.get(given[0] ?? '')?.key ?? source.at;
  if (missing.length > 0) {
    const message = `authorityHost, graphBaseUrl and scope go together; missing: ${missing.join(', ')}.`;
    findings.faults.push(faultAt(at, message, 'Add what is missing, or remove all three and set cloud.'));
  }
  const cloud = child(source, 'cloud');
  if (cloud !== undefined && textOf(cloud) !== 'global') {
    const message = 'cloud has no effect beside authorityHost, graphBaseUrl and scope.';
    findings.warnings.push(faultAt(cloud.at, message, 'Remove cloud, or the three addresses.'));
  }
}
