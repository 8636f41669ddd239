// The forms in which a plan is printed. Objects are written one after the other, so that a plan of a large company needs
// no more memory than a small one.

import { listPlan } from '../engine/plan-listing.ts';
import type { CycleSummary } from '../model/cycle.ts';
import type { Job } from '../model/job.ts';
import type { Db } from '../store/database.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { markdownPlan } from './plan-markdown.ts';
import { textPlan } from './plan-text.ts';
import type { RunFault } from './run-fault.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';
import type { WhatIf } from './what-if.ts';

/** Writes plans in one form. */
export interface PlanWriter {
  begin(): void;
  plan(job: Job, summary: CycleSummary, db: Db): Promise<void>;
  fault(job: Job, fault: RunFault): void;
  end(): void;
}

/** What changes how a plan is shown. */
export interface PlanShown {
  /** Every object instead of the first ones. */
  readonly all: boolean;
  readonly whatIfs: readonly WhatIf[];
}

/** A writer of plans to standard output. */
export function createPlanWriter(
  format: 'text' | 'json' | 'md',
  shown: PlanShown,
  options: GlobalOptions,
  terminal: Terminal,
): PlanWriter {
  if (format === 'json') return jsonWriter(shown, terminal);
  const print = format === 'md' ? markdownPlan : textPlan;
  return {
    begin: () => undefined,
    plan: (job, summary, db) => print(job, summary, listPlan(db, job.id), shown, sameConfiguration(options), terminal),
    fault: (job, { code, message, advice }) =>
      terminal.out(`${job.id}  could not be planned\n  ${code}: ${printable(message)}\n  ${printable(advice)}\n`),
    end: () => undefined,
  };
}

/** `{"jobs":[{id, whatIf, counts, report, objects:[…]}]}`, or `error` in place of the plan. */
function jsonWriter({ whatIfs }: PlanShown, { out }: Terminal): PlanWriter {
  let jobs = 0;
  const next = (): string => {
    jobs += 1;
    return jobs === 1 ? '\n' : ',\n';
  };
  const whatIf = Object.fromEntries(whatIfs.map(({ path, value }) => [path.join('.'), value]));
  return {
    begin: () => out('{"jobs":['),
    plan: async (job, { counts, requests, report, configuration }, db) => {
      const head = JSON.stringify({
        id: job.id,
        mode: job.mode,
        whatIf,
        counts,
        requests,
        configuration,
        report: report ?? null,
      });
      out(`${next()}${head.slice(0, -1)},"objects":[`);
      let objects = 0;
      for await (const object of listPlan(db, job.id)) {
        out(`${objects === 0 ? '\n' : ',\n'}${JSON.stringify(object)}`);
        objects += 1;
      }
      out(']}');
    },
    fault: (job, fault) => out(`${next()}${JSON.stringify({ id: job.id, mode: job.mode, whatIf, error: fault })}`),
    end: () => out('\n]}\n'),
  };
}
