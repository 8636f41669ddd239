// scimsync.yaml: where the state is kept, which directories are read, what all jobs have in common. `defaults` is left
// open here; its values are judged as part of every job they end up in.
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { jobSchema, sourceSchema } from '../model/job.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { noFindings } from './fault.ts';
import type { LocatedMap } from './located.ts';
import { child, faultAt, textOf } from './located.ts';
import { suggestion } from './suggestion.ts';

/** Everything but `sources` and `defaults` after validation. */
export const mainFileSchema = z.strictObject({
  store: z.strictObject({ url: z.string().min(1).default('sqlite:./data/scimsync.db') }).prefault({}),
  sources: z.record(z.string(), sourceSchema),
  defaults: z.looseObject({}).optional(),
  daemon: z.strictObject({ maxConcurrentJobs: z.int().min(1).max(64).default(4) }).prefault({}),
  logging: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
      personalData: z.enum(['ids', 'full']).default('ids'),
    })
    .prefault({}),
});

/** Keys a job file may have; `template` is gone once layers are merged. */
const JOB_KEYS: readonly string[] = [...Object.keys(jobSchema.shape), 'template'];

/** `sqlite:` with an absolute path; a relative one counts from the configuration directory. */
export function absoluteStoreUrl(url: string, directory: string): string {
  const path = url.slice('sqlite:'.length);
  return `sqlite:${isAbsolute(path) ? path : resolve(directory, path)}`;
}

/** What the schema does not say about the file itself. */
export function checkMainFile(root: LocatedMap): Findings {
  const findings = noFindings();
  const store = checkStore(root);
  if (store !== undefined) findings.faults.push(store);
  const sources = child(root, 'sources');
  if (sources?.kind === 'map') {
    for (const source of sources.entries.values()) {
      if (source.value.kind !== 'map') continue;
      checkCloud(source.value, findings);
    }
  }
  const defaults = child(root, 'defaults');
  if (defaults?.kind === 'map') {
    for (const [key, { key: at }] of defaults.entries) {
      if (!JOB_KEYS.includes(key))
        findings.faults.push(faultAt(at, `Unknown key "${key}".`, suggestion(key, JOB_KEYS)));
      if (key === 'id') findings.faults.push(faultAt(at, 'Every job has an id of its own.', 'Move it into the job.'));
    }
  }
  return findings;
}

function checkStore(root: LocatedMap): ConfigurationFault | undefined {
  const node = child(child(root, 'store'), 'url');
  const url = textOf(node);
  if (node === undefined || url === undefined) return undefined;
  const advice = 'Write for instance sqlite:./data/scimsync.db.';
  if (/^postgres(ql)?:/i.test(url)) {
    return faultAt(node.at, 'PostgreSQL is not available in this version.', advice);
  }
  if (!url.startsWith('sqlite:')) return faultAt(node.at, 'This is not the URL of a store.', advice);
  const path = url.slice('sqlite:'.length);
  const usable = path !== '' && !path.startsWith(':') && !path.startsWith('//') && !path.includes('?');
  return usable ? undefined : faultAt(node.at, 'The store needs the path of a file.', advice);
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
