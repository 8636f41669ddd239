// A dialect that adapts to nothing is meant for trying an endpoint: whoever chose it for something else is told before people fail.
import { DIALECTS, STRATEGIES } from '../model/dialect.ts';
import type { Findings } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import { descend, faultAt, textOf } from './located.ts';

/** Adds a warning for an enabled job; what is no dialect at all is a fault elsewhere. */
export function checkDialect(job: JobDraft, findings: Findings): void {
  const node = descend(job.root, 'target', 'dialect');
  const dialect = DIALECTS.find((each) => each === textOf(node));
  if (node === undefined || dialect === undefined || STRATEGIES[dialect].adapts || !job.enabled) return;
  const message = `The dialect ${dialect} adapts to nothing: what the target refuses of it fails, from the first cycle on.`;
  const advice = `See first what that would be: scimsync probe ${job.baseUrl ?? 'URL'} --suite entra-cycle --dialect ${dialect} (docs/probe/README.md). To provision people, write rfc7644.`;
  findings.warnings.push(faultAt(node.at, message, advice));
}
