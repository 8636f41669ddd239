// Ids of rows: UUIDs that begin with the time (version 7, RFC 9562 section 5.7), in the order in which they were made. Rows
// that are written together then lie together in every index that begins or ends with an id. With random ones each row
// changes pages of its own, and all of them are written twice: into the log of SQLite, and from there into the file.
import { randomUUID } from 'node:crypto';

let latest = 0;
let sequence = 0;
/** How ids of the latest millisecond begin. */
let beginning = '00000000-0000-7';

/** A new id; later ones of this process sort after it, also when the clock was put back. */
export function newRowId(): string {
  const now = Date.now();
  if (now > latest || sequence === 0xf_ff) {
    latest = Math.max(now, latest + 1);
    sequence = 0;
    const time = latest.toString(16).padStart(12, '0');
    beginning = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  } else sequence += 1;
  return `${beginning}${sequence.toString(16).padStart(3, '0')}${randomUUID().slice(18)}`;
}
