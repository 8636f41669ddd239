// Why people who are entitled are not in scope, in numbers. Asks the same rules as planning does, of the rows as they are.
import { lifecycleEvent } from '../rules/lifecycle.ts';
import { countDefaultAccess } from '../store/assignments.ts';
import { pageLeftOut, type SourceObjectRow } from '../store/source-objects.ts';
import { breathe, type CycleContext } from './context.ts';
import { scopeFactsOf } from './named-groups.ts';
import { viewOf } from './planned-object.ts';

const PAGE = 500;

/** See the comment of the file. */
export interface LeftOut {
  /** People who are entitled and not in scope. */
  readonly total: number;
  readonly reasons: { because: string; count: number }[];
  /** Assignments with Default Access that are left out. */
  readonly defaultAccess: number;
}

/** Who is left out, by reason; the most frequent reason first. */
export async function countLeftOut(context: CycleContext): Promise<LeftOut> {
  const { job, io } = context;
  const counts = new Map<string, number>();
  let total = 0;
  for (let after = 0; ; ) {
    const page = await pageLeftOut(io.store.db, job.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const row of page) {
      const because = reasonOf(context, row);
      counts.set(because, (counts.get(because) ?? 0) + 1);
    }
    total += page.length;
    after = last.row_id;
    await breathe(context);
  }
  const reasons = [...counts].map(([because, count]) => ({ because, count }));
  const defaultAccess = context.excludesDefaultAccess ? await countDefaultAccess(io.store.db, job.id) : 0;
  return { total, reasons: reasons.toSorted((a, b) => b.count - a.count), defaultAccess };
}

function reasonOf(context: CycleContext, row: SourceObjectRow): string {
  if (row.state === 'unread') return 'not returned by Microsoft Graph yet';
  const view = viewOf(context, row, false);
  const event = lifecycleEvent({
    kind: 'user',
    state: row.state as 'present' | 'softDeleted' | 'hardDeleted',
    entitled: true,
    passesScope: context.job.user.scope?.evaluate(view, scopeFactsOf(row, context.io.clock.now())).inScope ?? true,
    accountEnabled: view('accountEnabled') !== false,
  });
  switch (event) {
    case 'hardDeleted':
    case 'softDeleted':
      return 'deleted in the directory';
    case 'blocked':
      return 'blocked from sign-in';
    case 'outOfScope':
      return filterName(context);
    case 'unassigned':
    case null:
      return 'not planned yet';
    default:
      return event satisfies never;
  }
}

function filterName({ job }: CycleContext): string {
  const mapping = job.settings.objectMappings.find((each) => each.enabled && each.sourceObjectName === 'user');
  const [only, ...others] = mapping?.scope?.groups ?? [];
  return only?.name === undefined || others.length > 0 ? 'by the scoping filters' : `by filter "${only.name}"`;
}
