// References that were sent while the person they name got another account or e-mail. The account then holds the former one,
// and nobody was told: when the other change was settled, there was no account yet that refers to it.
import { sameValue } from '../scim/equal.ts';
import type { Db } from '../store/database.ts';
import { accountsOf } from '../store/referenced-accounts.ts';
import type { PendingReferenceTable } from '../store/schema.ts';
import { referenceValue } from './change-payload.ts';
import type { ChangeOutcome } from './execute.ts';

/** Those of successful changes that are to be written again. Read in the transaction that settles them, links stored. */
export async function movedReferences(
  trx: Db,
  jobId: string,
  outcomes: readonly ChangeOutcome[],
): Promise<PendingReferenceTable[]> {
  const sent = outcomes
    .filter(({ change, fault }) => change.kind === 'user' && fault === null)
    .flatMap(({ change, payload, written }) =>
      payload.references.flatMap(({ name, form, path, referencedId }) => {
        const value = written.find((each) => each.path.text === path.text)?.value;
        return value === undefined ? [] : [{ sourceId: change.source_id, name, form, referencedId, value }];
      }),
    );
  if (sent.length === 0) return [];
  const accounts = await accountsOf(trx, jobId, [...new Set(sent.map(({ referencedId }) => referencedId))]);
  return sent.flatMap(({ sourceId, name, form, referencedId, value }) => {
    const now = referenceValue(form, accounts.get(referencedId));
    if (now === null || sameValue(value, now, form === 'email')) return [];
    return [{ job_id: jobId, source_id: sourceId, target_attribute: name, referenced_id: referencedId }];
  });
}
