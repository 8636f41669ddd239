// Requests before those that are measured, so that the target is compiled when scimsync begins as it is when undici alone does.
import { Pool } from 'undici';

const REQUESTS = 4000;
const IN_FLIGHT = 32;
const BODY = JSON.stringify({ userName: 'somebody@example.com', note: 'x'.repeat(800) });

/** Sends creations as large as those of people, and lets the target forget them. */
export async function warmUp(address: string): Promise<void> {
  const pool = new Pool(address, { connections: IN_FLIGHT });
  let left = REQUESTS;
  const work = async (): Promise<void> => {
    for (; left > 0; left -= 1) {
      const headers = { 'Content-Type': 'application/scim+json' };
      const answer = await pool.request({ method: 'POST', path: '/scim/Users', headers, body: BODY });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await pool.request({ method: 'POST', path: '/_bench/reset' });
  await pool.close();
}
