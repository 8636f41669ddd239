// Which writes the probe may send: creations under names of its own, and changes of what it created. What it cannot prove to
// be its own it does not touch, whatever an answer says.
import { objectOf, type ProbeExchange, succeeded } from './exchange.ts';

export type OwnKind = 'Users' | 'Groups';

/** Something the probe made, or may have made. */
export interface OwnResource {
  readonly kind: OwnKind;
  /** Null when no answer named it: it is looked for by its name. */
  readonly id: string | null;
  /** The userName or displayName under which it was sent; null where it was sent without one. */
  readonly name: string | null;
}

const NAME_OF: Readonly<Record<OwnKind, string>> = { Users: 'userName', Groups: 'displayName' };

/** The attribute by which resources of a kind are looked for. */
export function nameAttribute(kind: OwnKind): string {
  return NAME_OF[kind];
}

/** Keeps what the probe made, and judges writes by it. */
export class Ownership {
  readonly #prefix: string;
  readonly #made = new Map<string, OwnResource>();
  readonly #doubtful = new Map<string, OwnResource>();
  /** Ids by the name under which something was made; they stay when it is gone. */
  readonly #named = new Map<string, string>();
  readonly #invented = new Set<string>();
  /** How many resources were made, and are gone. */
  removed = 0;

  /** Everything that is created has a name that begins with `prefix`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** An id that no resource has, for requests that are to be answered 404. */
  invented(id: string): string {
    this.#invented.add(id);
    return id;
  }

  /** Why a request must not be sent; null when it may. Reads may always. */
  refusal(method: string, path: string, body: unknown): string | null {
    if (method === 'GET') return null;
    const [, root = '', id = '', rest] = path.split('/');
    if (root === 'Bulk' && method === 'POST') return this.#refusalOfBulk(body);
    if (root !== 'Users' && root !== 'Groups') return `${method} ${path} is no request of the probe`;
    if (method === 'POST' && id === '.search') return null;
    if (method === 'POST' && id === '') return this.#refusalOfName(root, body);
    if (id === '' || rest !== undefined) return `${method} ${path} is no request of the probe`;
    const decoded = decodeURIComponent(id);
    const isOwn = this.#invented.has(decoded) || this.#made.has(`${root}/${decoded}`);
    return isOwn ? null : `${path} was not made by this run`;
  }

  /** What an answered, or unanswered, creation left behind. */
  note(method: string, path: string, body: unknown, exchange: ProbeExchange): void {
    const [, root = '', id = ''] = path.split('/');
    if (root === 'Bulk') this.#noteBulk(body);
    if (root !== 'Users' && root !== 'Groups') return;
    if (method === 'DELETE' && (succeeded(exchange) || exchange.status === 404)) {
      if (this.#made.delete(`${root}/${decodeURIComponent(id)}`)) this.removed += 1;
      return;
    }
    if (method !== 'POST' || id !== '') return;
    const name = nameIn(root, body);
    const made = objectOf(exchange.json)?.['id'];
    if (succeeded(exchange) && typeof made === 'string' && made !== '' && this.#isAbout(root, name, exchange))
      this.#keep({ kind: root, id: made, name });
    else if (succeeded(exchange) || exchange.status === 0 || exchange.status >= 500) this.#doubt(root, name);
  }

  /** The id of what was made under a name; undefined when nothing was. */
  idOf(kind: OwnKind, name: string): string | undefined {
    return this.#named.get(`${kind} ${name.toLowerCase()}`);
  }

  /** Everything that is to be removed: groups first, the youngest first. */
  remaining(): readonly OwnResource[] {
    const all = [...this.#made.values()].toReversed();
    return [...all.filter(({ kind }) => kind === 'Groups'), ...all.filter(({ kind }) => kind === 'Users')];
  }

  /** Names under which something may have been made that no answer named. */
  doubtful(): readonly OwnResource[] {
    return [...this.#doubtful.values()];
  }

  /** It was looked for, and an answer came: what it found was claimed. */
  settle({ kind, name }: OwnResource): void {
    this.#doubtful.delete(`${kind} ${name}`);
  }

  /** A resource that was found under a doubtful name is the probe's. */
  claim({ kind, name }: OwnResource, id: string): void {
    this.#keep({ kind, id, name });
  }

  /** What was answered as deleted, and can still be read. */
  stillThere(resource: OwnResource): void {
    const { kind, id, name } = resource;
    if (id === null) return;
    this.removed -= 1;
    this.#keep({ kind, id, name });
  }

  #keep({ kind, id, name }: OwnResource & { readonly id: string }): void {
    this.#made.set(`${kind}/${id}`, { kind, id, name });
    if (name !== null) this.#named.set(`${kind} ${name.toLowerCase()}`, id);
  }

  #doubt(kind: OwnKind, name: string | null): void {
    if (name !== null) this.#doubtful.set(`${kind} ${name}`, { kind, id: null, name });
  }

  // An answer that shows another name than was sent is about something else, whatever its id. Where none was sent the service
  // may invent one; then something else of this run has to be in it.
  #isAbout(kind: OwnKind, name: string | null, { json }: ProbeExchange): boolean {
    const shown = nameIn(kind, json);
    if (shown === null) return true;
    if (name !== null) return shown.toLowerCase() === name.toLowerCase();
    return JSON.stringify(json).toLowerCase().includes(this.#prefix.toLowerCase());
  }

  #refusalOfName(kind: OwnKind, body: unknown): string | null {
    const name = nameIn(kind, body);
    const isOwn = name === null || name.toLowerCase().startsWith(this.#prefix.toLowerCase());
    return isOwn ? null : `${name} is no name of this run`;
  }

  #refusalOfBulk(body: unknown): string | null {
    for (const operation of operationsOf(body)) {
      if (operation.method === 'POST' && operation.kind !== undefined) {
        const refused = this.#refusalOfName(operation.kind, operation.data);
        if (refused !== null) return refused;
      } else return 'a bulk request of the probe only creates';
    }
    return null;
  }

  #noteBulk(body: unknown): void {
    for (const { kind, data } of operationsOf(body)) if (kind !== undefined) this.#doubt(kind, nameIn(kind, data));
  }
}

interface BulkOperation {
  readonly method: unknown;
  readonly kind: OwnKind | undefined;
  readonly data: unknown;
}

function operationsOf(body: unknown): BulkOperation[] {
  const operations = objectOf(body)?.['Operations'];
  if (!Array.isArray(operations)) return [];
  return operations.map((each) => {
    const operation = objectOf(each) ?? {};
    const path = operation['path'];
    return {
      method: operation['method'],
      kind: path === '/Users' ? 'Users' : path === '/Groups' ? 'Groups' : undefined,
      data: operation['data'],
    };
  });
}

function nameIn(kind: OwnKind, body: unknown): string | null {
  const name = objectOf(body)?.[nameAttribute(kind)];
  return typeof name === 'string' ? name : null;
}
