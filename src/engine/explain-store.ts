// What the store knows about one person or group of a job. Reads only, and takes no lease: a cycle may run meanwhile.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Candidate, Named } from '../model/directory-facts.ts';
import { mostParticular } from '../model/directory-facts.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { Db } from '../store/database.ts';
import { findDepartures, type KnownDeparture } from '../store/departures.ts';
import { findEscrows } from '../store/escrows.ts';
import { findJob } from '../store/jobs.ts';
import { findLinks } from '../store/links.ts';
import { readLog } from '../store/provisioning-log.ts';
import type { AssignmentTable, EscrowTable, JobTable, LinkTable } from '../store/schema.ts';
import { findObjects, type SourceObjectRow } from '../store/source-objects.ts';

/** See the comment of the file. */
export interface StoredFacts {
  readonly job: JobTable | undefined;
  readonly row: SourceObjectRow | undefined;
  readonly link: LinkTable | undefined;
  readonly escrow: EscrowTable | undefined;
  /** What is known of a person who left, or is back. */
  readonly departure: KnownDeparture | undefined;
  /** Changes that are not settled, those of an observed plan included. */
  readonly open: readonly Pick<
    StoredChange,
    'action' | 'status' | 'event' | 'guard_class' | 'created_at' | 'decided_by' | 'decided_until' | 'decision_reason'
  >[];
  /** Newest last. */
  readonly history: readonly ProvisioningLogEntry[];
  /** Assigned groups that hold it, as the last cycle read them. */
  readonly groups: readonly Named[];
  /** Assignments of the object itself and of those groups. */
  readonly assignments: readonly AssignmentTable[];
}

const HISTORY = 3;
const NAMESAKES = 50;
const UNSETTLED = ['observed', 'planned', 'pending', 'sent', 'staged', 'approved', 'rejected'];
const NAMES = ['userPrincipalName', 'mail', 'employeeId'] as const;

/** Whom of a job a text may mean: the bearers of the most particular name that anybody has. */
export async function findInStore(db: Db, jobId: string, text: string): Promise<readonly Candidate[]> {
  // The pattern only narrows down: what is no plain letter matches anything, and the names are compared below.
  const plain = text.replaceAll(/[^\u0020-\u007e]|["\\%_]/g, '%').toLowerCase();
  const rows = await db
    .selectFrom('source_object')
    .select(['kind', 'id', 'display_name', 'attributes'])
    .where('job_id', '=', jobId)
    .where((eb) =>
      eb.or([
        eb('id', '=', text.toLowerCase()),
        eb('id', '=', text),
        eb('display_name', '=', text),
        ...NAMES.map((name) =>
          eb(eb.fn<string>('lower', ['attributes']), 'like', `%"${name.toLowerCase()}":"${plain}"%`),
        ),
      ]),
    )
    .limit(NAMESAKES)
    .execute();
  return mostParticular(
    rows.flatMap((row) => {
      const names = JSON.parse(row.attributes) as Record<string, unknown>;
      const same = (value: unknown): boolean => typeof value === 'string' && value.toLowerCase() === text.toLowerCase();
      const by = same(row.id)
        ? 'id'
        : (NAMES.find((name) => same(names[name])) ?? (same(row.display_name) ? 'displayName' : null));
      if (by === null) return [];
      return [
        { kind: row.kind as ObjectKind, id: row.id, displayName: row.display_name, address: addressOf(names), by },
      ];
    }),
  );
}

/** userPrincipalName, or mail, of Graph properties. */
export function addressOf(properties: Readonly<Record<string, unknown>>): string | null {
  const found = [properties['userPrincipalName'], properties['mail']].find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : null;
}

/** Reads it all. */
export async function readStored(db: Db, jobId: string, kind: ObjectKind, id: string): Promise<StoredFacts> {
  const groups = await groupsOf(db, jobId, id);
  const [log, open, assignments] = await Promise.all([
    readLog(db, { jobId, object: id, limit: HISTORY }),
    db
      .selectFrom('change')
      .select([
        'action',
        'status',
        'event',
        'guard_class',
        'created_at',
        'decided_by',
        'decided_until',
        'decision_reason',
      ])
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('source_id', '=', id)
      .where('status', 'in', UNSETTLED)
      .orderBy('created_at', 'desc')
      .execute(),
    db
      .selectFrom('assignment')
      .selectAll()
      .where('job_id', '=', jobId)
      .where('principal_id', 'in', [id, ...groups.map((group) => group.id)])
      .execute(),
  ]);
  return {
    job: await findJob(db, jobId),
    row: (await findObjects(db, jobId, kind, [id])).get(id),
    link: (await findLinks(db, jobId, kind, [id])).get(id),
    departure: (await findDepartures(db, jobId, kind === 'user' ? [id] : [])).get(id),
    escrow: (await findEscrows(db, jobId, kind, [id])).get(id),
    open,
    history: log.map(({ entry }) => entry),
    groups,
    assignments,
  };
}

async function groupsOf(db: Db, jobId: string, id: string): Promise<Named[]> {
  const rows = await db
    .selectFrom('member')
    .leftJoin('source_object', (join) =>
      join
        .onRef('source_object.job_id', '=', 'member.job_id')
        .onRef('source_object.id', '=', 'member.group_id')
        .on('source_object.kind', '=', 'group'),
    )
    .select(['member.group_id', 'source_object.display_name'])
    .where('member.job_id', '=', jobId)
    .where('member.member_id', '=', id)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('assignment')
          .select('assignment.role_id')
          .where('assignment.job_id', '=', jobId)
          .whereRef('assignment.principal_id', '=', 'member.group_id'),
      ),
    )
    .orderBy('member.group_id')
    .limit(100)
    .execute();
  return rows.map((row) => ({ id: row.group_id, displayName: row.display_name }));
}
