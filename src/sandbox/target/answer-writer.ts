// Writes answers to a socket, whole or spoiled on purpose. Knows no SCIM beyond an `id` to leave out.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FaultAction } from './faults.ts';
import type { ScimJson } from './scim-json.ts';

/** An answer ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** undefined: no body, no content type. */
  readonly text: string | undefined;
}

const OVERSIZE_DEFAULT = 33_554_432;
const DRIP_MS = 100;
const CHUNK = ' '.repeat(65_536);

/** Turns a SCIM answer into what is sent. */
export function toAnswer(
  response: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: ScimJson },
  contentType: string,
): Answer {
  const text = response.body === undefined ? undefined : JSON.stringify(response.body);
  return { status: response.status, headers: response.headers ?? {}, contentType, text };
}

/** The answer without the resource's id. */
export function withoutId(body: ScimJson): ScimJson {
  const { id: _id, ...rest } = body;
  return rest;
}

/** Sends the answer. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const bytes = answer.text === undefined ? undefined : Buffer.from(answer.text);
  const type = bytes === undefined ? {} : { 'content-type': answer.contentType, 'content-length': bytes.length };
  response.writeHead(answer.status, { ...type, ...answer.headers });
  response.end(bytes);
}

/** Announces the whole answer, sends half of it and cuts the connection. */
export function sendTruncated(response: ServerResponse, answer: Answer): void {
  const bytes = Buffer.from(answer.text ?? '');
  const headers = { 'content-type': answer.contentType, ...answer.headers };
  response.writeHead(answer.status, { ...headers, 'content-length': bytes.length + 1 });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** Sends the answer a byte at a time, with a tenth of a second in between. */
export function sendDripped(response: ServerResponse, answer: Answer): void {
  const bytes = Buffer.from(answer.text ?? ' ');
  response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers });
  let sent = 0;
  const next = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent < bytes.length) return;
    clearInterval(next);
    response.end();
  }, DRIP_MS);
  response.once('close', () => clearInterval(next));
}

/** Sends the answer with blanks after it, so that it has at least the size that was asked for. */
export async function sendOversize(
  response: ServerResponse,
  answer: Answer,
  oversize: NonNullable<FaultAction['oversize']>,
): Promise<void> {
  const size = typeof oversize === 'number' ? oversize : OVERSIZE_DEFAULT;
  response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers });
  await pipeline(Readable.from(padded(answer.text ?? '{}', size)), response);
}

function* padded(text: string, size: number): Generator<string> {
  yield text;
  for (let sent = 0; sent < size; sent += CHUNK.length) yield CHUNK.slice(0, size - sent);
}
