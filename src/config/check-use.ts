// A job together with the source it uses: whether that exists and is sound, and what is stricter where the source is a
// real directory of a real company.
import { isMicrosoftCloud } from '../model/microsoft-cloud.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import type { Located } from './located.ts';
import { child, descend, faultAt, textOf } from './located.ts';
import { suggestion } from './suggestion.ts';

/** What is known of the sources of scimsync.yaml. */
export interface KnownSources {
  /** The value of `sources`; undefined when that file could not be read. */
  readonly node: Located | undefined;
  /** The first fault of each source that has any. */
  readonly broken: ReadonlyMap<string, ConfigurationFault>;
}

/** Adds what is wrong between the job and its source. */
export function checkUse(job: JobDraft, sources: KnownSources, findings: Findings): void {
  const use = descend(job.root, 'source', 'use');
  const source = job.use === undefined ? undefined : child(sources.node, job.use);
  if (use !== undefined && job.use !== undefined && sources.node?.kind === 'map') {
    const fault =
      source === undefined ? unknownSource(use, job.use, sources.node) : brokenSource(use, job.use, sources);
    if (fault !== undefined) findings.faults.push(fault);
  }
  if (source !== undefined && isReal(source)) checkMode(job, findings);
  const real = source === undefined || isReal(source);
  for (const path of [
    ['target', 'baseUrl'],
    ['target', 'auth', 'tokenUrl'],
  ])
    checkPlainHttp(descend(job.root, ...path), real, findings);
}

function unknownSource(use: Located, name: string, sources: Located): ConfigurationFault {
  const names = sources.kind === 'map' ? [...sources.entries.keys()] : [];
  const advice = suggestion(name, names) ?? 'Define it under sources in scimsync.yaml.';
  return faultAt(use.at, `There is no source "${name}".`, advice);
}

function brokenSource(use: Located, name: string, { broken }: KnownSources): ConfigurationFault | undefined {
  const fault = broken.get(name);
  if (fault === undefined) return undefined;
  const place = [fault.file, fault.line].filter((part) => part !== undefined).join(':');
  return faultAt(use.at, `The source "${name}" has a fault.`, `See ${place}.`);
}

/** A malformed address is judged elsewhere; until it is corrected the stricter rules hold. */
function isReal(source: Located): boolean {
  const graphBaseUrl = textOf(child(source, 'graphBaseUrl'));
  return graphBaseUrl === undefined || !URL.canParse(graphBaseUrl) || isMicrosoftCloud({ graphBaseUrl });
}

/** Whether a job writes to a company's application must stand in black and white. */
function checkMode(job: JobDraft, findings: Findings): void {
  if (!job.complete || child(job.root, 'mode') !== undefined) return;
  const message = 'A job that reads a real directory must say its mode.';
  const advice =
    'mode: observe imports and plans on schedule and sends the target no write. mode: enforce writes to the target.';
  findings.faults.push(faultAt({ ...job.root.at, path: 'mode' }, message, advice));
}

function checkPlainHttp(node: Located | undefined, real: boolean, findings: Findings): void {
  const text = textOf(node);
  if (node === undefined || text === undefined || !URL.canParse(text)) return;
  const url = new URL(text);
  if (url.protocol !== 'http:' || isLoopback(url.hostname)) return;
  if (real) {
    const message = 'Plain http would send the token and personal data unprotected.';
    findings.faults.push(faultAt(node.at, message, 'Write https://.'));
  } else {
    const message = 'Plain http sends the token unprotected; accepted because the source is no Microsoft cloud.';
    findings.warnings.push(
      faultAt(node.at, message, 'With a real directory this job is refused until it says https://.'),
    );
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
