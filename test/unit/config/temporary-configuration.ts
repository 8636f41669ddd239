// A configuration directory that lives as long as one test.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { sortedFaults } from '../../../src/config/fault.ts';
import type { ConfigurationFault, LoadedConfiguration, LoadResult } from '../../../src/config/load.ts';
import { loadConfiguration } from '../../../src/config/load.ts';

const SERVICE_PRINCIPAL = '11111111-2222-3333-4444-555555555555';

export const MAIN = `defaults: { mode: enforce }
sources:
  acme:
    type: graph
    tenantId: t
    clientId: c
    clientSecret: { fromEnv: GRAPH_SECRET }
`;

/** For those who write `defaults` of their own. */
export const SOURCES = MAIN.replace('defaults: { mode: enforce }', '');

const ENVIRONMENT = { GRAPH_SECRET: 'g', TOKEN: 't' };

/** The lines of a job that every job needs, `objectMappings` excepted; seven lines. */
export const JOB_HEAD = `id: wiki
source:
  use: acme
  servicePrincipalId: ${SERVICE_PRINCIPAL}
target:
  baseUrl: https://wiki.example.com/scim/v2
  auth: { type: bearer, token: { fromEnv: TOKEN } }
`;

/** A user mapping without fault; four lines. */
export const USER_MAPPING = `objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }
      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }
`;

export const JOB = `${JOB_HEAD}${USER_MAPPING}`;

export interface TemporaryConfiguration {
  readonly directory: string;
  load(environment?: Readonly<Record<string, string | undefined>>): Promise<LoadResult>;
}

export async function temporaryConfiguration(files: Readonly<Record<string, string>>): Promise<TemporaryConfiguration> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-config-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text, { mode: 0o600 });
  }
  return {
    directory,
    load: (environment = ENVIRONMENT) => loadConfiguration(directory, environment),
  };
}

/** `file:line:column path: first line of the message`, the file relative to the directory. */
export function summarize(directory: string, faults: readonly ConfigurationFault[]): string[] {
  return faults.map(({ file, line, column, path, message }) => {
    const place = line === undefined ? relative(directory, file) : `${relative(directory, file)}:${line}:${column}`;
    return `${place} ${path}: ${message.split('\n')[0]}`;
  });
}

/** Faults of all files, of those that only refuse a job as well. */
export function allFaults(result: LoadResult): readonly ConfigurationFault[] {
  return result.ok ? sortedFaults(result.configuration.refused.flatMap((file) => file.faults)) : result.faults;
}

/** Faults of these files; fails when there are none. */
export async function faultsOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const configuration = await temporaryConfiguration(files);
  const faults = allFaults(await configuration.load());
  if (faults.length === 0) throw new Error('expected faults');
  return summarize(configuration.directory, faults);
}

/** The configuration of these files; fails with the faults of any when there are some. */
export async function configurationOf(files: Readonly<Record<string, string>>): Promise<LoadedConfiguration> {
  const configuration = await temporaryConfiguration(files);
  const result = await configuration.load();
  const faults = allFaults(result);
  if (result.ok && faults.length === 0) return result.configuration;
  throw new Error(summarize(configuration.directory, faults).join('\n'));
}
