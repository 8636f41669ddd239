// Reads request bodies with a limit. The rest of a body that is too large is thrown away unread by memory, so that the
// client gets its 413 instead of a broken connection.
import type { IncomingMessage } from 'node:http';

/** Largest request body in bytes. */
export const MAX_BODY_BYTES = 1_048_576;

/** A body, or the word that it is too large. */
export type RequestBody = { readonly kind: 'read'; readonly bytes: Buffer } | { readonly kind: 'tooLarge' };

/** Reads the whole body; rejects if the client breaks off. */
export async function readRequestBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
    else chunks.length = 0;
  }
  return size > MAX_BODY_BYTES ? { kind: 'tooLarge' } : { kind: 'read', bytes: Buffer.concat(chunks) };
}
