// scimsync.yaml: where the state is kept, which directories are read, what all jobs have in common. `defaults` is left
// open here; its values are judged as part of every job they end up in.
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { jobSchema, sourceSchema } from '../model/job.ts';
import { smtpSchema } from './check-smtp.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { noFindings } from './fault.ts';
import type { LocatedMap } from './located.ts';
import { child, faultAt, textOf } from './located.ts';
import { suggestion } from './suggestion.ts';

const networkSchema = z.strictObject({
  privateTargets: z
    .enum(['allow', 'deny'])
    .default('allow')
    .describe(
      'Whether connections may go to this machine and to private addresses; deny where the people who write jobs must not reach into your network. Link-local addresses and metadata services are never reached.',
    ),
});

/** Everything but `sources` and `defaults` after validation. */
export const mainFileSchema = z.strictObject({
  store: z
    .strictObject({
      url: z
        .string()
        .min(1)
        .default('sqlite:./data/scimsync.db')
        .describe('sqlite: and the path of a file, which counts from the configuration directory.'),
    })
    .prefault({})
    .describe('Where links, watermarks and the provisioning log are kept.'),
  sources: z
    .record(z.string(), sourceSchema)
    .describe('Microsoft Entra tenants that are read, by a name of your choice.'),
  defaults: z
    .looseObject({})
    .optional()
    .describe('Any key of a job except id and extends, for all jobs; the weakest layer.'),
  smtp: smtpSchema.optional().describe('The server through which e-mail is sent.'),
  network: networkSchema.prefault({}).describe('Where targets, their token endpoints and heartbeats may be.'),
  daemon: z
    .strictObject({ maxConcurrentJobs: z.int().min(1).max(64).default(4).describe('Jobs that run at the same time.') })
    .prefault({})
    .describe('The long-running program.'),
  logging: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .optional()
        .describe('How much is logged; info unless it is written.'),
      personalData: z
        .enum(['ids', 'full'])
        .default('ids')
        .describe('ids: log lines name objects by their ids; full: they may name people.'),
    })
    .prefault({})
    .describe('The log of the program, on stderr.'),
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
  const defaults = child(root, 'defaults');
  if (defaults?.kind === 'map') {
    for (const [key, { key: at }] of defaults.entries) {
      if (key === 'id') findings.faults.push(faultAt(at, 'Every job has an id of its own.', 'Move it into the job.'));
      else if (key === 'extends')
        findings.faults.push(faultAt(at, 'Only a job extends a file.', 'Write here what the file says.'));
      else if (!JOB_KEYS.includes(key))
        findings.faults.push(faultAt(at, `Unknown key "${key}".`, suggestion(key, JOB_KEYS)));
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
