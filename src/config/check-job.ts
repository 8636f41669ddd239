// One merged job: form first (the schema), then meaning, on whatever has the right form.
import { z } from 'zod';
import { jobSchema } from '../model/job.ts';
import { policyOf } from '../model/lifecycle.ts';
import { baseUrlProblems } from './base-url.ts';
import { checkObjectMapping } from './check-object-mapping.ts';
import { checkProtect } from './check-protect.ts';
import { targetSecretPaths } from './check-target-auth.ts';
import type { Findings } from './fault.ts';
import { addFindings, noFindings } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import { child, descend, faultAt, toPlain } from './located.ts';
import type { JudgedPaths } from './schema-faults.ts';
import { schemaFaults } from './schema-faults.ts';
import { targetKey } from './target-key.ts';

const HEARTBEAT = ['heartbeat', 'url'] as const;

/** With the keys that are gone once layers are merged, so that they are offered for a misspelt one. */
const writtenSchema = jobSchema.extend({ template: z.string().optional(), extends: z.string().optional() });

/** Everything but secrets, the source, and what concerns several jobs. Mappings are not judged without the template. */
export function checkJob(job: JobDraft, withTemplate: boolean): Findings {
  const findings = noFindings();
  findings.faults.push(...schemaFaults(writtenSchema, job.root, judgedPaths(job, withTemplate)));
  checkBaseUrl(job, findings);
  findings.faults.push(...checkProtect(child(job.root, 'protect')));
  if (!withTemplate) return findings;
  const kinds = new Set<string>();
  for (const object of job.objectMappings) {
    addFindings(findings, checkObjectMapping(job, object));
    if (kinds.has(object.kind)) {
      const message = `There are two mappings of "${object.kind}"; there can be one.`;
      findings.faults.push(faultAt(object.node.at, message, 'Put all attribute mappings into one.'));
    }
    kinds.add(object.kind);
  }
  checkPeople(job, findings);
  checkMembers(job, findings);
  if (job.template === 'peakon') checkPeakon(job, findings);
  return findings;
}

/** Groups alone would have no members: these are references to people whom the job provisions. */
function checkPeople({ root, complete, objectMappings }: JobDraft, findings: Findings): void {
  const list = child(root, 'objectMappings');
  // What is missing or malformed is a fault of its own.
  if (!complete || list?.kind !== 'list' || list.items.length !== objectMappings.length) return;
  const user = objectMappings.find(({ kind }) => kind === 'user');
  if (user?.enabled === true) return;
  const advice =
    'Add a mapping of user, or remove enabled: false from it; enabled: false at the top switches a job off.';
  const message = 'The job has no enabled mapping of user, so it cannot run.';
  findings.warnings.push(faultAt(user?.node.at ?? list.at, message, advice));
}

/** Members that cannot be read cannot be taken over with an adopted group. */
function checkMembers({ root }: JobDraft, findings: Findings): void {
  const readable = descend(root, 'profile', 'membersReadable');
  const taken = descend(root, 'adoption', 'groupMembers');
  if (readable === undefined || taken === undefined) return;
  if (toPlain(readable) !== false || toPlain(taken) !== 'remove') return;
  const message = 'This has no effect: groups of this target do not show their members (profile.membersReadable).';
  findings.warnings.push(faultAt(taken.at, message, 'Take members of others out in the target itself.'));
}

function judgedPaths(job: JobDraft, withTemplate: boolean): JudgedPaths {
  return [
    ...targetSecretPaths(child(job.root, 'target')).map((path) => ['target', ...path]),
    ...(descend(job.root, ...HEARTBEAT) === undefined ? [] : [HEARTBEAT]),
    ...(withTemplate ? [] : [['objectMappings']]),
  ];
}

function checkBaseUrl(job: JobDraft, findings: Findings): void {
  const node = descend(job.root, 'target', 'baseUrl');
  if (node === undefined || job.baseUrl === undefined) return;
  for (const { message, advice } of baseUrlProblems(job.baseUrl))
    findings.faults.push(faultAt(node.at, message, advice));
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
    const { action: at, deleteAfter } = policyOf(action);
    if ((at !== 'delete' && deleteAfter === null) || node === undefined) continue;
    const message = 'Peakon cannot restore a deleted person; survey answers are lost to them.';
    findings.warnings.push(faultAt(node.at, message, 'Write disable unless records have to be wiped.'));
  }
}
