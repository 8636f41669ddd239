// Removes what a run made: first what answers named, then what may have been made by requests whose answer did not say. Goes on
// after the run was stopped; a second signal ends the process.
import { Unmet } from './check.ts';
import { listed, succeeded } from './exchange.ts';
import { nameAttribute, type OwnKind, type OwnResource } from './ownership.ts';
import { PATIENCE_OF_CLEANUP, PATIENCE_OF_DISABLING } from './patience.ts';
import type { Session } from './session.ts';

/** Something that is still there. */
export type Leftover = OwnResource;

/**
 * Removes everything that can be removed; what cannot stays in `session.own.remaining()`. An endpoint that does not answer is not
 * waited for each time; what it does answer is done all the same.
 */
export async function cleanUp(session: Session): Promise<void> {
  session.newPatience(PATIENCE_OF_CLEANUP);
  const { signal } = new AbortController();
  for (const doubtful of session.own.doubtful()) await asFarAsAnswered(claim(session, doubtful, signal));
  // Where one of a kind is gone after its deletion, the others are believed to be.
  const reallyGone = new Set<OwnKind>();
  for (const resource of session.own.remaining()) await asFarAsAnswered(remove(session, resource, reallyGone, signal));
  session.newPatience(PATIENCE_OF_DISABLING);
  // Somebody who cannot be deleted is at least no active account any more.
  for (const { kind, id } of session.own.remaining())
    if (kind === 'Users' && id !== null) await asFarAsAnswered(disable(session, id, signal));
}

/** The report names what is left. */
async function asFarAsAnswered(step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!(error instanceof Unmet)) throw error;
  }
}

async function remove(
  session: Session,
  resource: OwnResource,
  reallyGone: Set<OwnKind>,
  signal: AbortSignal,
): Promise<void> {
  const { kind, id } = resource;
  if (id === null) return;
  const path = `/${kind}/${encodeURIComponent(id)}`;
  const deleted = await session.send({ method: 'DELETE', path }, signal);
  if (!succeeded(deleted) || reallyGone.has(kind)) return;
  if (succeeded(await session.send({ method: 'GET', path }, signal))) session.own.stillThere(resource);
  else reallyGone.add(kind);
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
  if (found.failure !== null || found.status === 429) return;
  session.own.settle(doubtful);
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
