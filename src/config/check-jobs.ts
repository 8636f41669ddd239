// What several jobs have to agree on. Of two that do not, the later one (by file name) is refused; a job that is refused
// for something else keeps its claims, so that a typo never hands its state or its target to another job.
import type { Findings } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import type { Origin } from './located.ts';
import { child, descend, faultAt } from './located.ts';

/** A job and what was found about it so far. */
export interface CheckedJob {
  readonly draft: JobDraft;
  readonly findings: Findings;
}

/** The state of a job is kept under its id. */
export function checkIds(jobs: readonly CheckedJob[]): void {
  const first = new Map<string, Origin>();
  for (const { draft, findings } of jobs) {
    const node = child(draft.root, 'id');
    if (node === undefined || draft.id === undefined) continue;
    const earlier = first.get(draft.id);
    if (earlier === undefined) first.set(draft.id, node.at);
    else {
      const advice = `It is in ${earlier.file}:${earlier.line}. Give this job its own.`;
      findings.faults.push(faultAt(node.at, `The id "${draft.id}" is taken by another job.`, advice));
    }
  }
}

/** Two enabled jobs that write the same kind of object to one target would undo each other's work. */
export function checkTargets(jobs: readonly CheckedJob[]): void {
  const first = new Map<string, Origin>();
  for (const { draft, findings } of jobs) {
    const node = descend(draft.root, 'target', 'baseUrl');
    if (!draft.enabled || node === undefined || draft.baseUrl === undefined) continue;
    const kinds = new Set(draft.objectMappings.filter(({ enabled }) => enabled).map(({ kind }) => kind));
    for (const kind of kinds) {
      const claim = claimOf(kind, draft.baseUrl);
      const earlier = first.get(claim);
      if (earlier === undefined) first.set(claim, node.at);
      else {
        const message = `Another job provisions ${kind}s to this target already.`;
        const advice = `It is in ${earlier.file}:${earlier.line}. Let one job do it, or disable one.`;
        findings.faults.push(faultAt(node.at, message, advice));
      }
    }
  }
}

/** One kind of object in one target, whatever the spelling of its address; only one enabled job may have it. */
export function claimOf(kind: 'user' | 'group', baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return `${kind} ${baseUrl}`;
  const url = new URL(baseUrl);
  return `${kind} ${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
