// JSON over HTTP for the sandbox's own interfaces; every refusal fails the test with what was said.
import { type Dispatcher, fetch } from 'undici';

export type Json = Readonly<Record<string, unknown>>;

/** Sends one request; the parsed answer, or undefined when there was no body. */
export async function requestJson(
  method: string,
  url: string,
  body?: unknown,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly dispatcher?: Dispatcher } = {},
): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    body: body === undefined ? null : JSON.stringify(body),
    ...(options.dispatcher === undefined ? {} : { dispatcher: options.dispatcher }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text.slice(0, 500)}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** True for a JSON object. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object, as an object; empty when it is none. */
export function member(value: unknown, name: string): Json {
  const found = isJson(value) ? value[name] : undefined;
  return isJson(found) ? found : {};
}

/** A member of an object, as a list of objects. */
export function list(value: unknown, name: string): readonly Json[] {
  const found = isJson(value) ? value[name] : undefined;
  return Array.isArray(found) ? found.filter(isJson) : [];
}

/** A member of an object, as text; empty when it is none. */
export function text(value: unknown, name: string): string {
  const found = isJson(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}
