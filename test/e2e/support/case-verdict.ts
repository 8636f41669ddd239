// How a result of `scimsync eval --cases` is compared with what a case of the fixture expects, in the notation of the fixture.

/** A case as the fixture has it, as far as it is compared. */
export interface ExpectedCase {
  readonly id: string;
  /** A value, `{ error: kind }`, `{ flow: … }`, or `{ skip: true }` for results that are random. */
  readonly expected: unknown;
  /** What a random result has to look like. */
  readonly matches?: string;
}

/** An entry of the output. */
export interface CaseEntry {
  readonly id: string;
  readonly result?: unknown;
  readonly flow?: string;
  readonly error?: { readonly kind: string; readonly message: string; readonly position?: number };
}

/** What is wrong with the entry of a case; undefined when it is as expected. */
export function wrongWith(one: ExpectedCase, entry: CaseEntry | undefined): string | undefined {
  if (entry?.id !== one.id) return `${one.id}: no entry`;
  const got = notation(entry);
  if (isSkipped(one.expected)) {
    if (one.matches === undefined) return undefined;
    return typeof got === 'string' && new RegExp(one.matches).test(got) ? undefined : said(one, got);
  }
  return JSON.stringify(got) === JSON.stringify(one.expected) ? undefined : said(one, got);
}

function notation({ result, flow, error }: CaseEntry): unknown {
  if (error !== undefined) return { error: error.kind };
  return flow === undefined ? result : { flow };
}

function isSkipped(expected: unknown): boolean {
  return typeof expected === 'object' && expected !== null && 'skip' in expected && expected.skip === true;
}

function said({ id, expected, matches }: ExpectedCase, got: unknown): string {
  return `${id}: expected ${matches ?? JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
}
