// Writes that could have shared a request, sent one by one.
import type { BulkResult, ScimTarget } from '../engine/ports.ts';
import type { BulkWrite } from '../scim/bulk.ts';

/** The requests for single writes. */
export type SingleWrites = Pick<ScimTarget, 'create' | 'patch' | 'remove'>;

/**
 * Sends them at once, as many as the realm admits.
 * @throws what the first of them threw, after all of them have ended: nothing goes on behind the caller's back.
 */
export async function sendSingly(
  single: SingleWrites,
  writes: readonly BulkWrite[],
  signal: AbortSignal,
): Promise<readonly BulkResult[]> {
  const ended = await Promise.allSettled(writes.map((write) => sendOne(single, write, signal)));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

async function sendOne(single: SingleWrites, write: BulkWrite, signal: AbortSignal): Promise<BulkResult> {
  switch (write.type) {
    case 'create':
      return { type: 'create', result: await single.create(write.kind, write.resource, signal) };
    case 'patch':
      return { type: 'patch', result: await single.patch(write.kind, write.id, write.operations, signal) };
    case 'remove':
      return { type: 'remove', result: await single.remove(write.kind, write.id, signal) };
  }
}
