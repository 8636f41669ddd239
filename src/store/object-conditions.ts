// What keeps the row of an object from being forgotten: conditions on source_object that several statements share.
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { ChangeStatus } from '../model/cycle.ts';
import type { Tables } from './schema.ts';

type Rows = ExpressionBuilder<Tables, 'source_object'>;

/** Whether the object has an account in the target. */
export function hasLink(eb: Rows): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('link')
      .select('link.target_id')
      .whereRef('link.job_id', '=', 'source_object.job_id')
      .whereRef('link.kind', '=', 'source_object.kind')
      .whereRef('link.source_id', '=', 'source_object.id'),
  );
}

/** Whether a change of the object has one of these statuses: without its object nobody would give it up. */
export function hasChange(eb: Rows, statuses: readonly ChangeStatus[]): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('change')
      .select('change.id')
      .whereRef('change.job_id', '=', 'source_object.job_id')
      .where('change.status', 'in', statuses)
      .whereRef('change.kind', '=', 'source_object.kind')
      .whereRef('change.source_id', '=', 'source_object.id'),
  );
}

/** Whether the object failed and waits for its next attempt. */
export function isEscrowed(eb: Rows): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('escrow')
      .select('escrow.code')
      .whereRef('escrow.job_id', '=', 'source_object.job_id')
      .whereRef('escrow.kind', '=', 'source_object.kind')
      .whereRef('escrow.source_id', '=', 'source_object.id'),
  );
}
