// One YAML 1.2 file -> located values. Messages are our own: the parser's quote the source, and a source line of a
// configuration can hold a secret. Sizes are bounded: file, depth, and the number of values after aliases expanded.
import { constants, open } from 'node:fs/promises';
import type { YAMLError } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedEntry, LocatedMap, Origin, Scalar } from './located.ts';
import { joinPath } from './located.ts';

const MAX_FILE_BYTES = 1024 * 1024;
/** To read; a pipe that nobody writes into is opened all the same, and found to be no file. */
const UNWAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const MAX_VALUES = 100_000;
const MAX_DEPTH = 50;
/** One missing quote can make an error of every line that follows. */
const MAX_FAULTS = 20;

export interface YamlFile {
  /** The top-level map; undefined when the file could not be read as one. */
  readonly root?: LocatedMap;
  readonly faults: readonly ConfigurationFault[];
}

/** Reads and parses; a file that cannot be read is a fault, `missing` says what to advise when it does not exist. */
export async function readYamlFile(path: string, missing: string): Promise<YamlFile> {
  const content = await readBounded(path);
  if (content.ok) return parseYaml(path, content.text);
  const advice = content.missing ? missing : 'Check the file and the rights of the user that runs scimsync.';
  return { faults: [{ file: path, path: '', message: content.message, advice }] };
}

type Content = { ok: true; text: string } | { ok: false; message: string; missing: boolean };

async function readBounded(path: string): Promise<Content> {
  try {
    await using handle = await open(path, UNWAITING);
    const status = await handle.stat();
    if (!status.isFile()) return { ok: false, message: 'This is not a file.', missing: false };
    if (status.size > MAX_FILE_BYTES) {
      return { ok: false, message: 'The file is larger than 1 MiB.', missing: false };
    }
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile()) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return { ok: false, message: 'The file does not exist.', missing: true };
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      return { ok: false, message: 'The file is not UTF-8 text.', missing: false };
    }
    return { ok: false, message: `The file cannot be read (${code}).`, missing: false };
  }
}

/** Never throws, whatever the text. */
export function parseYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    stringKeys: true,
    // The parser compares every key with every other one; the reader looks them up.
    uniqueKeys: false,
    // Silence would also accept a second document.
    logLevel: 'error',
  });
  const wrong = [...document.errors, ...document.warnings];
  const exhausted = wrong.filter(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (wrong.length > 0) {
    const named = exhausted.length > 0 ? exhausted.slice(0, 1) : wrong.slice(0, MAX_FAULTS);
    return { faults: named.map((error) => yamlFault(file, lines, error)) };
  }
  const reader = new YamlReader(file, lines);
  const root = reader.read(document.contents, { file, line: 1, column: 1, path: '' }, 0);
  // A value that could not be read would look wrong in other ways as well.
  if (reader.faults.length > 0) return { faults: [...reader.faults, ...reader.duplicates] };
  if (root.kind === 'map') return { root, faults: reader.duplicates };
  const empty = root.kind === 'scalar' && root.value === null;
  const message = empty ? 'The file is empty.' : 'The file must be a map of keys and values.';
  return { faults: [{ file, line: 1, column: 1, path: '', message, advice: 'Start from the example beside it.' }] };
}

const TOO_DEEP = 'The file is nested too deeply, or its aliases expand to too many values.';

const messages: Partial<Record<string, readonly [message: string, advice?: string]>> = {
  RESOURCE_EXHAUSTION: [TOO_DEEP],
  TAB_AS_INDENT: ['A tab is used as indentation.', 'Indent with blanks.'],
  BAD_INDENT: ['The indentation does not fit what stands around it.', 'Keys of one map begin in the same column.'],
  MISSING_CHAR: ['A character is missing here: a quote, a bracket or a colon.'],
  MULTIPLE_DOCS: ['The file has a second document.', 'Put every job into a file of its own.'],
  NON_STRING_KEY: ['This key is not text.'],
  BAD_SCALAR_START: ['A value cannot begin with this character.', 'Put the value in quotes.'],
  BLOCK_AS_IMPLICIT_KEY: ['A second colon makes a nested map on the same line.', 'Put the value in quotes.'],
  TAG_RESOLVE_FAILED: ['This tag is not supported.', 'Leave the tag (!…) out.'],
  UNEXPECTED_TOKEN: [
    'Something stands here that YAML does not expect.',
    'Put texts with special characters in quotes.',
  ],
};

function yamlFault(file: string, lines: LineCounter, error: YAMLError): ConfigurationFault {
  const { line, col } = lines.linePos(error.pos[0]);
  const [message, advice] = messages[error.code] ?? [`This is not valid YAML (${error.code}).`];
  const place = { file, line: Math.max(line, 1), column: Math.max(col, 1), path: '' };
  return { ...place, message, ...(advice === undefined ? {} : { advice }) };
}

/** Walks the parsed document once; holds the anchors seen and what is left of the budget. */
class YamlReader {
  readonly faults: ConfigurationFault[] = [];
  /** Keys given again; the first one counts, so that the rest of the file can be judged. */
  readonly duplicates: ConfigurationFault[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, unknown>();
  #values = 0;

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  read(node: unknown, at: Origin, depth: number): Located {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) return this.#tooLarge(at);
    if (isAlias(node)) return this.#readAlias(node.source, at, depth);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node);
    }
    if (isMap(node)) return this.#readMap(node.items, at, depth);
    if (isSeq(node)) {
      const items: Located[] = [];
      for (const [index, item] of node.items.entries()) {
        if (this.#exhausted) break;
        items.push(this.read(item, this.#origin(item, joinPath(at.path, index), at), depth + 1));
      }
      return { kind: 'list', items, at };
    }
    return { kind: 'scalar', value: isScalar(node) ? this.#scalar(node.value, at) : null, at };
  }

  #readMap(pairs: readonly { key: unknown; value: unknown }[], at: Origin, depth: number): Located {
    const entries = new Map<string, LocatedEntry>();
    for (const { key, value } of pairs) {
      if (this.#exhausted) break;
      const name = isScalar(key) ? String(key.value) : '';
      const keyOrigin = this.#origin(key, joinPath(at.path, name), at);
      // A value set under this name would be lost or change the object that is validated.
      if (name === '__proto__') this.faults.push({ ...keyOrigin, message: 'This key is not allowed.' });
      else if (entries.has(name)) {
        this.duplicates.push({ ...keyOrigin, message: 'This key is given twice.', advice: 'Keep one of them.' });
      } else {
        const container = isMap(value) || isSeq(value);
        const valueOrigin = container ? keyOrigin : this.#origin(value, keyOrigin.path, keyOrigin);
        entries.set(name, { key: keyOrigin, value: this.read(value, valueOrigin, depth + 1) });
      }
    }
    return { kind: 'map', entries, at };
  }

  #readAlias(name: string, at: Origin, depth: number): Located {
    if (this.#anchors.has(name)) return this.read(this.#anchors.get(name), at, depth + 1);
    // The name is not repeated: a secret that begins with an asterisk is read as an alias.
    const advice = 'A text that begins with * must be in quotes.';
    this.faults.push({ ...at, message: 'This alias (*…) refers to no anchor (&…) before it.', advice });
    return { kind: 'scalar', value: null, at };
  }

  #scalar(value: unknown, at: Origin): Scalar {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return value;
    }
    this.faults.push({ ...at, message: 'This kind of value is not supported.', advice: 'Put it in quotes.' });
    return null;
  }

  get #exhausted(): boolean {
    return this.#values > MAX_VALUES;
  }

  #tooLarge(at: Origin): Located {
    if (!this.faults.some(({ message }) => message === TOO_DEEP)) this.faults.push({ ...at, message: TOO_DEEP });
    return { kind: 'scalar', value: null, at };
  }

  #origin(node: unknown, path: string, otherwise: Origin): Origin {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range === undefined || range === null) return { ...otherwise, path };
    const { line, col } = this.#lines.linePos(range[0]);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1), path };
  }
}

/** One value on a command line, written as in YAML (`true`, `7`, `[a, b]`); the message quotes nothing of it. */
export function readYamlValue(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { ok: false, message: `it cannot be read (${error.code}).` };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch {
    // An alias without its anchor, or one of too many values.
    return { ok: false, message: 'its aliases cannot be resolved; a text that begins with * must be in quotes.' };
  }
}
