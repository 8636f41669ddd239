// Removes what a run made: first what answers named, then what may have been made by requests whose answer did not say. Goes on
// after the run was stopped; a second signal ends the process.
import { listed, succeeded } from './exchange.ts';
import { nameAttribute, type OwnKind, type OwnResource } from './ownership.ts';
import type { Session } from './session.ts';

/** Something that is still there. */
export type Leftover = OwnResource;

const MOST_UNANSWERED = 3;

/** Removes everything that can be removed; what cannot stays in `session.own.remaining()`. */
export async function cleanUp(session: Session): Promise<void> {
  const { signal } = new AbortController();
  for (const doubtful of session.own.doubtful()) await claim(session, doubtful, signal);
  let unanswered = 0;
  // Where one of a kind is gone after its deletion, the others are believed to be.
  const reallyGone = new Set<OwnKind>();
  for (const resource of session.own.remaining()) {
    const { kind, id } = resource;
    if (id === null) continue;
    const path = `/${kind}/${encodeURIComponent(id)}`;
    const deleted = await session.send({ method: 'DELETE', path }, signal);
    if (succeeded(deleted) && !reallyGone.has(kind)) {
      if (succeeded(await session.send({ method: 'GET', path }, signal))) session.own.stillThere(resource);
      else reallyGone.add(kind);
    }
    unanswered = deleted.failure === null ? 0 : unanswered + 1;
    // Whoever does not answer any more would be waited for each time; the report names what is left.
    if (unanswered >= MOST_UNANSWERED) return;
  }
  // Somebody who cannot be deleted is at least no active account any more.
  for (const { kind, id } of session.own.remaining())
    if (kind === 'Users' && id !== null) await disable(session, id, signal);
}

/** Finds what a request without a clear answer may have made; only resources of exactly this name are the probe's. */
async function claim(session: Session, doubtful: OwnResource, signal: AbortSignal): Promise<void> {
  const { kind, name } = doubtful;
  if (name === null) return;
  const attribute = nameAttribute(kind);
  const found = await session.send(
    { method: 'GET', path: `/${kind}`, query: { filter: `${attribute} eq ${JSON.stringify(name)}` } },
    signal,
  );
  if (!succeeded(found)) return;
  for (const resource of listed(found) ?? []) {
    const { id } = resource;
    const shown = resource[attribute];
    if (typeof id === 'string' && typeof shown === 'string' && shown.toLowerCase() === name.toLowerCase())
      session.own.claim(doubtful, id);
  }
}

async function disable(session: Session, id: string, signal: AbortSignal): Promise<void> {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  };
  await session.send({ method: 'PATCH', path: `/Users/${encodeURIComponent(id)}`, body }, signal);
}
