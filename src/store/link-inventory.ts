// Links as an administrator looks at them: counted, listed, searched, sampled. What the engine does with links is links.ts.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { LinkTable } from './schema.ts';

/** A link with the name of its source object, where the shadow copy still has one. */
export type NamedLink = LinkTable & { readonly display_name: string | null };

/** Where a page of links ended. */
export interface LinkPosition {
  readonly kind: string;
  readonly sourceId: string;
}

function namedLinks(db: Db, jobId: string) {
  return db
    .selectFrom('link')
    .leftJoin('source_object', (join) =>
      join
        .onRef('source_object.job_id', '=', 'link.job_id')
        .onRef('source_object.kind', '=', 'link.kind')
        .onRef('source_object.id', '=', 'link.source_id'),
    )
    .selectAll('link')
    .select('source_object.display_name')
    .where('link.job_id', '=', jobId);
}

/** The next links after a position, by kind and source id. */
export function pageLinks(db: Db, jobId: string, after: LinkPosition | null, limit: number): Promise<NamedLink[]> {
  let query = namedLinks(db, jobId);
  if (after !== null)
    query = query.where((eb) =>
      eb.or([
        eb('link.kind', '>', after.kind),
        eb.and([eb('link.kind', '=', after.kind), eb('link.source_id', '>', after.sourceId)]),
      ]),
    );
  return query.orderBy('link.kind').orderBy('link.source_id').limit(limit).execute();
}

/** Links of a source id or a target id exactly, otherwise of a display name or userName whatever its case. */
export async function searchLinks(db: Db, jobId: string, text: string, limit: number): Promise<NamedLink[]> {
  const byId = await namedLinks(db, jobId)
    .where((eb) => eb.or([eb('link.source_id', '=', text), eb('link.target_id', '=', text)]))
    .orderBy('link.source_id')
    .limit(limit)
    .execute();
  if (byId.length > 0) return byId;
  const wanted = text.toLowerCase();
  const userName = `%"username":${likeText(JSON.stringify(wanted))}%`;
  return namedLinks(db, jobId)
    .where((eb) =>
      eb.or([
        eb(sql`lower(source_object.display_name)`, '=', wanted),
        sql<boolean>`lower(link.exported) like ${userName} escape '\\'`,
      ]),
    )
    .orderBy('link.source_id')
    .limit(limit)
    .execute();
}

function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** Number of all links, of people and groups. */
export async function countAllLinks(db: Db, jobId: string): Promise<number> {
  const row = await db
    .selectFrom('link')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * All links when there are at most `size`, otherwise `size` of them spread evenly over all. Only those of active accounts
 * while there are any: some targets forget an account that was disabled.
 */
export async function sampleLinks(db: Db, jobId: string, size: number): Promise<LinkTable[]> {
  const active = await sampleOf(db, jobId, 1, size);
  return active.length > 0 ? active : sampleOf(db, jobId, 0, size);
}

async function sampleOf(db: Db, jobId: string, active: 0 | 1, size: number): Promise<LinkTable[]> {
  const links = db.selectFrom('link').where('job_id', '=', jobId).where('active', '=', active);
  const counted = await links.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  const count = Number(counted.count);
  if (count <= size) return links.selectAll().orderBy('kind').orderBy('source_id').execute();
  const places = Array.from({ length: size }, (_, index) => Math.floor((index * count) / size) + 1);
  return db
    .selectFrom(
      links.selectAll().select(sql<number>`row_number() over (order by kind, source_id)`.as('place')).as('numbered'),
    )
    .selectAll()
    .where('place', 'in', places)
    .execute();
}
