// One merged job: form first (the schema), then meaning, on whatever has the right form.
import { jobSchema } from '../model/job.ts';
import { checkObjectMapping } from './check-object-mapping.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { addFindings, noFindings } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import { child, descend, faultAt, textOf } from './located.ts';
import type { JudgedPaths } from './schema-faults.ts';
import { schemaFaults } from './schema-faults.ts';
import { targetKey } from './target-key.ts';

const TOKEN = ['target', 'auth', 'token'] as const;

/** Everything but secrets and what concerns several jobs. `withTemplate` is false when the template is not known. */
export function checkJob(job: JobDraft, withTemplate: boolean): Findings {
  const findings = noFindings();
  const judged = judgedPaths(job, withTemplate);
  findings.faults.push(...checkMode(job), ...schemaFaults(jobSchema, job.root, judged));
  checkBaseUrl(job, findings);
  const kinds = new Map<string, number>();
  for (const object of job.objectMappings) {
    addFindings(findings, checkObjectMapping(job, object));
    if (kinds.has(object.kind)) {
      const message = `There are two mappings of "${object.kind}"; there can be one.`;
      findings.faults.push(faultAt(object.node.at, message, 'Put all attribute mappings into one.'));
    }
    kinds.set(object.kind, 1);
  }
  if (job.template === 'peakon') checkPeakon(job, findings);
  return findings;
}

function judgedPaths(job: JobDraft, withTemplate: boolean): JudgedPaths {
  const paths: (readonly string[])[] = [];
  if (isObserve(job)) paths.push(['mode']);
  if (descend(job.root, ...TOKEN) !== undefined) paths.push(TOKEN);
  if (!withTemplate && child(job.root, 'objectMappings') === undefined) paths.push(['objectMappings']);
  return paths;
}

function isObserve(job: JobDraft): boolean {
  return textOf(child(job.root, 'mode')) === 'observe';
}

function checkMode(job: JobDraft): ConfigurationFault[] {
  const mode = child(job.root, 'mode');
  if (mode === undefined || !isObserve(job)) return [];
  const advice = 'Leave mode out, and see what would happen with: scimsync --sync-now --dry-run';
  return [faultAt(mode.at, 'The mode "observe" is not available in this version.', advice)];
}

function checkBaseUrl(job: JobDraft, findings: Findings): void {
  const node = descend(job.root, 'target', 'baseUrl');
  if (node === undefined || job.baseUrl === undefined || !URL.canParse(job.baseUrl)) return;
  const url = new URL(job.baseUrl);
  const complain = (message: string, advice: string) => findings.faults.push(faultAt(node.at, message, advice));
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    complain('Plain http would send the token and personal data unprotected.', 'Write https://.');
  }
  if (url.username !== '' || url.password !== '') {
    complain('The URL must not contain credentials.', 'Put the secret where target.auth.token points.');
  }
  if (url.search !== '' || url.hash !== '') {
    complain('The URL must end with its path, without ? or #.', 'Give the SCIM root only.');
  }
  const resource = /\/(Users|Groups|Schemas|ServiceProviderConfig|ResourceTypes|Bulk)\/*$/i.exec(url.pathname)?.[1];
  if (resource !== undefined) {
    complain(`The URL ends in /${resource}; the SCIM root is expected.`, `Leave /${resource} out.`);
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** Peakon wants userName and work e-mail equal, and cannot restore what was deleted. */
function checkPeakon(job: JobDraft, findings: Findings): void {
  const user = job.objectMappings.find(({ kind }) => kind === 'user');
  const mappingTo = (target: string) =>
    user?.attributes.find(({ mapping }) => targetKey(mapping.targetAttributeName) === targetKey(target));
  const userName = mappingTo('userName');
  const email = mappingTo('emails[type eq "work"].value');
  if (
    userName !== undefined &&
    email !== undefined &&
    JSON.stringify(userName.mapping.source) !== JSON.stringify(email.mapping.source)
  ) {
    const at = child(userName.node, 'source')?.at ?? userName.node.at;
    const message = 'Peakon requires userName to equal the work e-mail, but they are mapped from different sources.';
    findings.warnings.push(faultAt(at, message, 'Map userName and emails[type eq "work"].value from the same source.'));
  }
  for (const [event, action] of Object.entries(job.lifecycle ?? {})) {
    const node = descend(job.root, 'lifecycle', event);
    if (action !== 'delete' || node === undefined) continue;
    const message = 'Peakon cannot restore a deleted person; survey answers are lost to them.';
    findings.warnings.push(faultAt(node.at, message, 'Write disable unless records have to be wiped.'));
  }
}
