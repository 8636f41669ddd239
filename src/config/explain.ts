// The job in effect, each value with the place that it comes from. Secrets are in it as the references that were written; a
// text with a fault is not shown, because it could be a secret in the wrong place.
import { jobSchema } from '../model/job.ts';
import type { CheckedJob } from './check-jobs.ts';
import type { ConfigurationFault } from './fault.ts';
import type { Located, Origin, Scalar } from './located.ts';
import { child, joinPath, toPlain } from './located.ts';

/** A value of the job; `origin` is null for what nobody wrote: the default of the key. */
export type Explained =
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly origin: Origin | null }
  | { readonly kind: 'list'; readonly items: readonly Explained[]; readonly origin: Origin | null }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Explained>; readonly origin: Origin | null };

/** One value without parts: a scalar, or a list or map that is empty. */
export interface ExplainedLeaf {
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin | null;
}

/** What stands for a value that is not shown. */
export const NOT_SHOWN = '(not shown, it has a fault)';

/** The whole job; of one with faults only what was written, because its defaults are not known. */
export function explainJob({ draft, findings }: CheckedJob): Explained {
  const parsed = jobSchema.safeParse(toPlain(draft.root));
  const found = [...findings.faults, ...findings.warnings];
  const isHidden = (origin: Origin): boolean => found.some((fault) => conceals(fault, origin));
  return explain(parsed.success ? parsed.data : toPlain(draft.root), draft.root, isHidden);
}

/** A fault conceals the value it is about; one of a secret, or of a key that nobody knows, also what is below. */
function conceals(fault: ConfigurationFault, { file, path }: Origin): boolean {
  if (fault.file !== file || fault.path === '' || /attributeMappings\[/.test(path)) return false;
  if (fault.path === path) return true;
  const reaches =
    fault.message.startsWith('Unknown key') ||
    /(^|\.)(token|url|password|clientSecret|fromCommand)$|(^|\.)headers\b/.test(fault.path);
  return reaches && (path.startsWith(`${fault.path}.`) || path.startsWith(`${fault.path}[`));
}

function explain(value: unknown, located: Located | undefined, isHidden: (origin: Origin) => boolean): Explained {
  const origin = located?.at ?? null;
  if (Array.isArray(value)) {
    const items = located?.kind === 'list' ? located.items : [];
    return { kind: 'list', items: value.map((item, index) => explain(item, items[index], isHidden)), origin };
  }
  if (typeof value === 'object' && value !== null) {
    const given = Object.entries(value).filter(([, each]) => each !== undefined);
    const entries = given.map(([key, each]) => [key, explain(each, child(located, key), isHidden)] as const);
    return { kind: 'map', entries: new Map(entries), origin };
  }
  const couldBeSecret = typeof value === 'string' || typeof value === 'number';
  const shown = couldBeSecret && origin !== null && isHidden(origin) ? NOT_SHOWN : (value as Scalar);
  return { kind: 'scalar', value: shown, origin };
}

/** All leaves in the order of the job schema. */
export function leavesOf(node: Explained, path = ''): ExplainedLeaf[] {
  switch (node.kind) {
    case 'scalar':
      return [{ path, value: node.value, origin: node.origin }];
    case 'list':
      if (node.items.length === 0) return [{ path, value: [], origin: node.origin }];
      return node.items.flatMap((item, index) => leavesOf(item, joinPath(path, index)));
    case 'map':
      if (node.entries.size === 0) return [{ path, value: {}, origin: node.origin }];
      return [...node.entries].flatMap(([key, entry]) => leavesOf(entry, joinPath(path, key)));
  }
}
