// What several jobs and the sources have to agree on.
import type { ConfigurationFault } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import type { Located, Origin } from './located.ts';
import { child, descend, faultAt } from './located.ts';
import { suggestion } from './suggestion.ts';

/** Sources that jobs name but nobody defined; `sources` is undefined when that file could not be read. */
export function checkUses(jobs: readonly JobDraft[], sources: Located | undefined): ConfigurationFault[] {
  if (sources?.kind !== 'map') return [];
  const names = [...sources.entries.keys()];
  return jobs.flatMap((job) => {
    const node = descend(job.root, 'source', 'use');
    if (node === undefined || job.use === undefined || names.includes(job.use)) return [];
    const advice = suggestion(job.use, names) ?? 'Define it under sources in scimsync.yaml.';
    return [faultAt(node.at, `There is no source "${job.use}".`, advice)];
  });
}

/** The state of a job is kept under its id. */
export function checkIds(jobs: readonly JobDraft[]): ConfigurationFault[] {
  const first = new Map<string, Origin>();
  return jobs.flatMap((job) => {
    const node = child(job.root, 'id');
    if (node === undefined || job.id === undefined) return [];
    const earlier = first.get(job.id);
    if (earlier === undefined) first.set(job.id, node.at);
    if (earlier === undefined) return [];
    const place = `${earlier.file}:${earlier.line}`;
    return [
      faultAt(node.at, `The id "${job.id}" is taken by another job.`, `It is in ${place}. Give this job its own.`),
    ];
  });
}

/** Two enabled jobs that write the same kind of object to one target would undo each other's work. */
export function checkTargets(jobs: readonly JobDraft[]): ConfigurationFault[] {
  const first = new Map<string, Origin>();
  return jobs.flatMap((job) => {
    const node = descend(job.root, 'target', 'baseUrl');
    if (!job.enabled || node === undefined || job.baseUrl === undefined || !URL.canParse(job.baseUrl)) return [];
    const url = new URL(job.baseUrl);
    const target = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
    const kinds = new Set(job.objectMappings.filter(({ enabled }) => enabled).map(({ kind }) => kind));
    return [...kinds].flatMap((kind) => {
      const earlier = first.get(`${kind} ${target}`);
      if (earlier === undefined) first.set(`${kind} ${target}`, node.at);
      if (earlier === undefined) return [];
      const message = `Another job provisions ${kind}s to this target already.`;
      return [
        faultAt(node.at, message, `It is in ${earlier.file}:${earlier.line}. Let one job do it, or disable one.`),
      ];
    });
  });
}
