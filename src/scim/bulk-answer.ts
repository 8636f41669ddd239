// Reading the answer to a bulk request (RFC 7644 section 3.7.3), which comes in three shapes: a status is "201", 201 or
// {"code":"201"}. Operations are found by their bulkId. Some servers say it for creations only, or lose or repeat operations:
// what cannot be told apart is left open, because a creation that is taken for somebody else's gives a person the
// account of another.
import type { BulkOperation } from './bulk.ts';

/** What a target answered to one operation. */
export interface BulkAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** The resource, or the error; undefined when there is none. */
  readonly response: unknown;
}

interface ReadAnswer extends BulkAnswer {
  readonly bulkId: string | undefined;
  readonly method: string | undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The answers, in the order of the operations; undefined for an operation that has none, or none that is surely its own.
 * Undefined when this is no answer to a bulk request at all.
 */
export function readBulkAnswer(
  json: unknown,
  operations: readonly BulkOperation[],
): readonly (BulkAnswer | undefined)[] | undefined {
  const listed = isObject(json) ? (json['Operations'] ?? json['operations']) : undefined;
  if (!Array.isArray(listed)) return undefined;
  const answers = listed.map(readAnswer);
  const own = ownAnswers(operations, answers);
  return operations.map((operation, index) => {
    const [first, ...others] = own[index] ?? [];
    if (first === undefined || !isAbout(operation, first)) return undefined;
    return others.every((other) => saysTheSame(first, other)) ? first : undefined;
  });
}

/** The id of a created resource; undefined when the answer has none, or two. */
export function createdId(operation: BulkOperation, { location, response }: BulkAnswer): string | undefined {
  const held = isObject(response) ? response['id'] : undefined;
  const shown = typeof held === 'number' ? String(held) : held;
  const placed = placeOf(location);
  const isElsewhere = placed !== undefined && placed.endpoint.toLowerCase() !== endpointOf(operation);
  if (isElsewhere) return undefined;
  if (typeof shown !== 'string' || shown.trim() === '') return placed?.id;
  return placed === undefined || placed.id === shown ? shown : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Undefined for what has no status: nobody knows what became of it. */
function readAnswer(entry: unknown): ReadAnswer | undefined {
  if (!isObject(entry)) return undefined;
  const status = statusOf(entry['status']);
  if (status === undefined) return undefined;
  return {
    status,
    location: textOf(entry['location']),
    response: responseOf(entry['response']),
    bulkId: textOf(entry['bulkId']),
    method: textOf(entry['method'])?.toUpperCase(),
  };
}

function statusOf(status: unknown): number | undefined {
  const said = isObject(status) ? status['code'] : status;
  if (typeof said !== 'string' && typeof said !== 'number') return undefined;
  const code = /^\s*([1-5]\d\d)\b/.exec(String(said))?.[1];
  return code === undefined ? undefined : Number(code);
}

function responseOf(response: unknown): unknown {
  if (typeof response !== 'string') return response ?? undefined;
  try {
    return JSON.parse(response) as unknown;
  } catch {
    return response; // a plain text is what the target says
  }
}

/** For every operation the answers that may be its own. */
function ownAnswers(
  operations: readonly BulkOperation[],
  answers: readonly (ReadAnswer | undefined)[],
): (readonly ReadAnswer[])[] {
  const places = new Map(operations.map(({ bulkId }, index) => [bulkId, index]));
  const named = answers.map((answer) => (answer?.bulkId === undefined ? undefined : places.get(answer.bulkId)));
  const own: ReadAnswer[][] = operations.map(() => []);
  answers.forEach((answer, index) => {
    const place = named[index];
    if (answer !== undefined && place !== undefined) own[place]?.push(answer);
  });
  // Positions mean something only where nothing is missing or added, and nothing that has a name is elsewhere.
  const inOrder =
    answers.length === operations.length && named.every((place, at) => place === undefined || place === at);
  const nameless = answers.map((answer) => (answer?.bulkId === undefined ? answer : undefined));
  if (nameless.every((answer) => answer === undefined)) return own;
  operations.forEach((operation, index) => {
    if ((own[index]?.length ?? 0) > 0) return;
    const alike = nameless.filter((answer) => answer !== undefined && isRecognised(operation, answer));
    const isOnly = (): boolean => operations.filter((other) => isSameRequest(operation, other)).length === 1;
    if (alike.length > 0 && isOnly()) own[index]?.push(...alike.filter((answer) => answer !== undefined));
    else if (inOrder) {
      const [here] = nameless.slice(index, index + 1);
      if (here !== undefined && mayBePlaced(operation, here)) own[index]?.push(here);
    }
  });
  return own;
}

/** Whether an answer without a name can be only about this operation: by its place, or by what was created. */
function isRecognised(operation: BulkOperation, answer: ReadAnswer): boolean {
  if (answer.method !== undefined && answer.method !== operation.method) return false;
  if (operation.method !== 'POST') return answer.method !== undefined && isAt(operation, answer);
  const { data } = operation;
  const { response } = answer;
  if (!isObject(data) || !isObject(response)) return false;
  const key = ['externalId', 'userName', 'displayName'].find((name) => textOf(response[name]) !== undefined);
  return key !== undefined && data[key] === response[key];
}

/** By its position alone nobody is given an account; that a creation was refused does no harm when it is another's. */
function mayBePlaced(operation: BulkOperation, answer: ReadAnswer): boolean {
  if (answer.method !== undefined && answer.method !== operation.method) return false;
  if (operation.method === 'POST') return answer.status >= 400 && answer.status < 500;
  return answer.location === undefined || isAt(operation, answer);
}

function isSameRequest(one: BulkOperation, other: BulkOperation): boolean {
  if (one.method !== other.method || one.path !== other.path) return false;
  if (one.method !== 'POST') return true;
  const [mine, theirs] = [one.data, other.data];
  return (
    isObject(mine) &&
    isObject(theirs) &&
    ['externalId', 'userName', 'displayName'].some((key) => mine[key] !== undefined && mine[key] === theirs[key])
  );
}

/** Whether an answer that has the right name does not contradict it otherwise. */
function isAbout(operation: BulkOperation, answer: ReadAnswer): boolean {
  if (answer.method !== undefined && answer.method !== operation.method) return false;
  if (operation.method === 'POST') return true;
  const placed = placeOf(answer.location);
  return placed === undefined || placed.endpoint.toLowerCase() !== endpointOf(operation) || isAt(operation, answer);
}

function isAt(operation: BulkOperation, { location }: ReadAnswer): boolean {
  const [wanted, placed] = [placeOf(operation.path), placeOf(location)];
  if (placed === undefined || placed.endpoint.toLowerCase() !== endpointOf(operation)) return false;
  return wanted?.id.toLowerCase() === placed.id.toLowerCase();
}

function endpointOf({ path }: BulkOperation): string {
  return (path.split('/')[1] ?? '').toLowerCase();
}

/** The last two parts of a path or URL. Where it leads is never followed: servers answer relative and wrong ones. */
function placeOf(location: string | undefined): { readonly endpoint: string; readonly id: string } | undefined {
  const parts = (location ?? '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
    .split('/');
  const [endpoint, id] = parts.slice(-2);
  if (endpoint === undefined || id === undefined || id === '') return undefined;
  try {
    return { endpoint, id: decodeURIComponent(id) };
  } catch {
    return undefined; // not percent-encoded as a URL has to be: it names nothing that could be asked for
  }
}

function saysTheSame(one: ReadAnswer, other: ReadAnswer): boolean {
  return one.status === other.status && placeOf(one.location)?.id === placeOf(other.location)?.id;
}
