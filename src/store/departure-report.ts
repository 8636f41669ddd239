// Who left in a period and what came of it, as `scimsync report leavers` proves it. Reads only.
import type { Db } from './database.ts';
import type { DepartureTable } from './departure-table.ts';

/** A departure with what is known of the person, and what keeps it open. */
export interface ReportedDeparture extends DepartureTable {
  readonly display_name: string | null;
  /** Status of a removal that waits: staged, approved or rejected; null when none does. */
  readonly waiting: string | null;
  /** Error code of the last attempt; null while nothing failed. */
  readonly failing: string | null;
}

/** Departures that were first seen in a period, `to` not included, oldest first; of some jobs only when given. Milliseconds. */
export function readDepartures(
  db: Db,
  period: { readonly from: number; readonly to: number },
  jobIds?: readonly string[],
): Promise<ReportedDeparture[]> {
  const rows = db
    .selectFrom('departure')
    .leftJoin('source_object', (join) =>
      join
        .onRef('source_object.job_id', '=', 'departure.job_id')
        .on('source_object.kind', '=', 'user')
        .onRef('source_object.id', '=', 'departure.source_id'),
    )
    .leftJoin('escrow', (join) =>
      join
        .onRef('escrow.job_id', '=', 'departure.job_id')
        .on('escrow.kind', '=', 'user')
        .onRef('escrow.source_id', '=', 'departure.source_id'),
    )
    .selectAll('departure')
    .select((eb) => [
      'source_object.display_name',
      'escrow.code as failing',
      eb
        .selectFrom('change')
        .select((change) => change.fn.max('change.status').as('status'))
        .whereRef('change.job_id', '=', 'departure.job_id')
        .where('change.kind', '=', 'user')
        .whereRef('change.source_id', '=', 'departure.source_id')
        .where('change.event', 'is not', null)
        .where('change.status', 'in', ['staged', 'approved', 'rejected'])
        .as('waiting'),
    ])
    .where('departure.first_seen', '>=', period.from)
    .where('departure.first_seen', '<', period.to);
  return (jobIds === undefined ? rows : rows.where('departure.job_id', 'in', jobIds))
    .orderBy('departure.first_seen')
    .orderBy('departure.job_id')
    .orderBy('departure.source_id')
    .orderBy('departure.id')
    .execute();
}
