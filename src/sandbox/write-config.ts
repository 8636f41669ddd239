// Writes a configuration directory whose jobs point at a sandbox: no environment variable is needed, secrets are 0600
// files beside the jobs, and the store lives inside the directory.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { EntraTenant } from './entra/tenant.ts';

/** A target that a job is written for. */
export interface ConfiguredTarget {
  readonly jobId: string;
  /** Name of a gallery template. */
  readonly template: string;
  readonly url: string;
  readonly token: string;
  /** How the job speaks to it, where that is not as usual. */
  readonly dialect?: string;
}

/** Writes `scimsync.yaml`, one job per target, the secrets and the CA certificate; existing files are replaced. */
export async function writeSandboxConfiguration(
  directory: string,
  tenant: EntraTenant,
  targets: readonly ConfiguredTarget[],
): Promise<void> {
  await mkdir(join(directory, 'jobs'), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, 'secrets'), { recursive: true, mode: 0o700 });
  await writeFile(join(directory, 'sandbox-ca.pem'), tenant.caPem);
  await writeSecret(directory, 'graph', tenant.clientSecret);
  await writeYaml(
    join(directory, 'scimsync.yaml'),
    'scimsync',
    'The sandbox as a source. Written by scimsync sandbox --write-config.',
    {
      store: { url: 'sqlite:./data/scimsync.db' },
      sources: {
        sandbox: {
          type: 'graph',
          tenantId: tenant.tenantId,
          clientId: tenant.clientId,
          clientSecret: { fromFile: 'secrets/graph' },
          authorityHost: tenant.authorityHost,
          graphBaseUrl: tenant.graphBaseUrl,
          scope: tenant.scope,
          caFile: 'sandbox-ca.pem',
        },
      },
    },
  );
  for (const target of targets) {
    await writeSecret(directory, target.jobId, target.token);
    await writeYaml(
      join(directory, 'jobs', `${target.jobId}.yaml`),
      'job',
      `Provisions the sandbox's people into ${target.url}.`,
      {
        id: target.jobId,
        tenant: 'sandbox',
        template: target.template,
        mode: 'enforce',
        source: { use: 'sandbox', servicePrincipalId: tenant.servicePrincipalId },
        target: {
          baseUrl: target.url,
          ...(target.dialect === undefined ? {} : { dialect: target.dialect }),
          auth: { type: 'bearer', token: { fromFile: `secrets/${target.jobId}` } },
        },
      },
    );
  }
}

/** The same from src/sandbox and from dist/sandbox. */
const SCHEMAS = fileURLToPath(new URL('../../config/schemas/', import.meta.url));

/** Editors find the keys of the file by the schema that the first line names. */
async function writeYaml(path: string, schema: 'scimsync' | 'job', comment: string, content: unknown): Promise<void> {
  const line = `# yaml-language-server: $schema=${join(SCHEMAS, `${schema}.schema.json`)}`;
  await writeFile(path, `${line}\n# ${comment}\n${stringify(content)}`);
}

async function writeSecret(directory: string, name: string, value: string): Promise<void> {
  const path = join(directory, 'secrets', name);
  await writeFile(path, `${value}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
}
