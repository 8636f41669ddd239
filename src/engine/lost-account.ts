// The account of somebody who left and whose link is missing or leads nowhere: a creation that was never confirmed, or an
// account that answers 404. Forgotten, it would stay active for ever, because nothing links it to its person.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import { readPath } from '../scim/read.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { LinkTable } from '../store/schema.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import { EMAIL_PATHS, emailOf } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import type { Matcher } from './match.ts';

/** Faults that say that the account, if there is one, is not this person's. */
const NOT_THEIRS: readonly ObjectFault['code'][] = ['DuplicateSourceEntries', 'ImportSkipped', 'TargetOwnedByOther'];

/** Looks in the target for the account of an object without link; the link to it is new and not stored yet. */
export async function findLostAccount(
  context: CycleContext,
  row: SourceObjectRow,
  view: (name: string) => SourceValue,
  matcher: Matcher,
): Promise<{ readonly link: LinkTable | null } | { readonly fault: ObjectFault }> {
  const match = await matcher(row.id, view, true);
  if (match.type === 'fault') return NOT_THEIRS.includes(match.fault.code) ? { link: null } : { fault: match.fault };
  if (match.type === 'none') return { link: null };
  return {
    link: {
      job_id: context.job.id,
      kind: row.kind,
      source_id: row.id,
      target_id: match.targetId,
      matched_by: match.by,
      exported: '{}',
      active: 1,
      email: emailIn(match.resource),
      cycle_id: context.cycleId,
      protected: 0,
      verify: 0,
      linked_at: context.io.clock.now().toISOString(),
    },
  };
}

/** What a reference to the account is written as where references are e-mails. */
function emailIn(resource: ScimResource): string | null {
  const held = EMAIL_PATHS.map((path) => [path.text, readPath(resource, path) ?? null] as const);
  return emailOf(Object.fromEntries(held));
}

/**
 * Looks for an account that answered 404, which a gateway or a base URL that is wrong today does as well: only a search
 * that works and finds nobody says that it is gone.
 */
export async function searchVanished(
  row: SourceObjectRow,
  link: LinkTable,
  view: (name: string) => SourceValue,
  aid: { readonly context: CycleContext; readonly matcher: Matcher },
): ReturnType<typeof findLostAccount> {
  const found = await findLostAccount(aid.context, row, view, aid.matcher);
  if ('fault' in found || found.link?.target_id !== link.target_id) return found;
  return { fault: listedButGone(link.target_id) };
}

/** The fault of an account that a search shows and a read does not. */
export function listedButGone(targetId: string): ObjectFault {
  const message = `The target lists the account ${targetId}, but answers 404 when asked for it.`;
  return { code: 'IncompatibleAnswer', message };
}
