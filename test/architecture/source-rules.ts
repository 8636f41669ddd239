// Rules about the text of source files, one function each: a path and a text come in, findings go out. They read code
// without its comments and strings, so that a word in a message or an explanation is no finding.

/** Comments, and on demand the contents of strings, replaced by blanks; line breaks stay. */
export function blank(text: string, alsoStrings: boolean): string {
  let out = '';
  let index = 0;
  const templates: number[] = [];
  const skip = (end: number, keep: boolean): void => {
    const part = text.slice(index, end);
    out += keep ? part : part.replace(/[^\n]/g, ' ');
    index = end;
  };
  const endOfQuoted = (quote: string): number => {
    let at = index + 1;
    while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
    return at + 1;
  };
  const endOfTemplatePart = (from: number): number => {
    let at = from;
    while (at < text.length && text[at] !== '`' && text.slice(at, at + 2) !== '${') at += text[at] === '\\' ? 2 : 1;
    return text[at] === '`' ? at + 1 : at + 2;
  };
  const template = (from: number): void => {
    const end = endOfTemplatePart(from);
    if (text[end - 1] === '{') templates.push(0);
    skip(end, !alsoStrings);
  };
  while (index < text.length) {
    const two = text.slice(index, index + 2);
    const one = text[index] ?? '';
    if (two === '//') skip(endOr(text, '\n', index), false);
    else if (two === '/*') skip(endOr(text, '*/', index) + 2, false);
    else if (one === "'" || one === '"') skip(endOfQuoted(one), !alsoStrings);
    else if (one === '`') template(index + 1);
    else if (one === '/' && beginsRegex(out)) skip(endOfRegex(text, index), !alsoStrings);
    else if (one === '}' && templates.at(-1) === 0) {
      templates.pop();
      template(index + 1);
    } else {
      const depth = templates.pop();
      if (depth !== undefined) templates.push(depth + (one === '{' ? 1 : one === '}' ? -1 : 0));
      skip(index + 1, true);
    }
  }
  return out;
}

function endOr(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

/** A slash begins a regular expression where a value may begin. */
function beginsRegex(before: string): boolean {
  return /(?:^|[=(,:[!&|?{};>+\n]|\breturn|\bcase)\s*$/.test(before.slice(-40));
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  for (; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) break;
  }
  return at + 1;
}

const PURE_FOLDERS = ['model', 'scim', 'expressions', 'rules'];

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\basync\b|\bawait\b|\bnew Promise\b/, 'is asynchronous'],
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b/, 'reads the clock'],
  [/\bprocess\s*[.?[]/, 'reads the process'],
  [/\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/, 'uses randomness'],
  [/\bfetch\(|\bconsole\.|\bset(?:Timeout|Interval|Immediate)\b|\bglobalThis\b/, 'does I/O'],
];

/** A pure folder decides from its arguments alone. */
export function impurities(file: string, code: string): string[] {
  if (!PURE_FOLDERS.includes(file.split('/')[0] ?? '')) return [];
  return IMPURE.flatMap(([pattern, what]) => (pattern.test(code) ? [`${file} ${what}`] : []));
}

/** The longest a file may be, in lines. */
const MAX_LINES = 300;

/** A file that is longer holds more than one concept. */
export function tooLong(file: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > MAX_LINES ? [`${file} has ${lines} lines, at most ${MAX_LINES}`] : [];
}

const DRY_RUN_READERS = [
  'engine/rebuild-links.ts', // opens a cycle that moves nothing
  'engine/cycle.ts', // does not apply
  'engine/plan.ts', // moves nothing
  'engine/open.ts', // leaves an unfinished cycle alone
  'engine/close.ts', // reports it
  'engine/explain-account.ts', // plans one object without a cycle
  'model/cycle.ts',
];

/** A dry run is a value that two stages read, not a branch in adapters. */
export function dryRunReaders(file: string, code: string): string[] {
  const isEntry = ['cli', 'cli.ts', 'daemon.ts'].includes(file.split('/')[0] ?? '');
  if (isEntry || DRY_RUN_READERS.includes(file) || !/\bdryRun\b/.test(code)) return [];
  return [`${file} reads dryRun`];
}

const TARGET_WRITERS = ['engine/execute.ts', 'engine/references.ts', 'engine/memberships.ts'];

/** What they write together is sent here. */
const BULK_WRITER = 'engine/together.ts';

/** Every write to a target passes through three files. */
export function targetWriters(file: string, code: string): string[] {
  if (file.startsWith('sandbox/')) return [];
  const isBulk = file !== BULK_WRITER && /\bbulk\s*\??\.\s*send\b/.test(code);
  const bulk = isBulk ? [`${file} calls bulk.send`] : [];
  if (TARGET_WRITERS.includes(file)) return bulk;
  const call = /\btarget\s*\??\.\s*(create|patch|replace|remove)\b/.exec(code)?.[1];
  return call === undefined ? bulk : [...bulk, `${file} calls target.${call}`];
}

const STYLE: readonly (readonly [RegExp, string])[] = [
  [/\bexport\s+default\b/, 'has a default export'],
  [/\bexport\s+\*/, 'exports everything of another file'],
  [/\benum\s+[A-Za-z_$]/, 'has an enum'],
  [/\bnamespace\s+[A-Za-z_$][\w$]*\s*\{/, 'has a namespace'],
  [/(?<![.\w$])any\b(?!\s*[:(?=.])/, 'uses any'],
];

/** Habits that the whole code base keeps. */
export function styleFaults(file: string, code: string): string[] {
  const faults = STYLE.flatMap(([pattern, what]) => (pattern.test(code) ? [`${file} ${what}`] : []));
  const statements = code.replace(/\bexport\s+(?:type\s+)?\{[^}]*\}\s*from\b/g, '').replace(/[\s;'"]/g, '');
  const isBarrel = /(?:^|\/)index\.ts$/.test(file) || (statements === '' && /\bexport\b/.test(code));
  return isBarrel ? [...faults, `${file} is a barrel`] : faults;
}

/** A pattern that names a group twice: Node 22, the oldest that `engines` allows, ends at it while the program starts. */
export function unreadablePatterns(file: string, text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const names = [...line.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name);
    return new Set(names).size < names.length ? [`${file} names a group of a pattern twice`] : [];
  });
}

const EMPTY_NAMES = /^(?:utils?|helpers?|managers?|common|misc|shared|stuff)$/;

/** Names say what a file is about: kebab-case, and no word that fits everything. */
export function nameFaults(file: string): string[] {
  const words = file.replace(/\.(?:test\.|contract\.)?ts$/, '').split(/[/.-]/);
  const faults = words.filter((word) => EMPTY_NAMES.test(word)).map((word) => `${file} is named ${word}`);
  return /^[a-z0-9./-]+$/.test(file) ? faults : [...faults, `${file} is not in kebab-case`];
}

/** A file opens with a comment that says what its name does not. */
export function missingOpening(file: string, text: string): string[] {
  return /^(?:#![^\n]*\n)?\s*(?:\/\/|\/\*)/.test(text) ? [] : [`${file} does not open with a comment`];
}

/** Names of one list that the other one lacks, both ways. */
export function differences(ours: readonly string[], theirs: readonly string[]): string[] {
  return [
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${name} is not documented`),
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `${name} is documented but does not exist`),
  ];
}

/** Values of the first column of the tables below a heading of a Markdown text, without their code marks. */
export function firstColumn(markdown: string, heading: string): string[] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) return [];
  const level = lines[start]?.match(/^#+/)?.[0].length ?? 1;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => (line.match(/^(#+) /)?.[1]?.length ?? 99) <= level);
  return rest.slice(0, end < 0 ? rest.length : end).flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? []);
}

/** Targets of a Markdown page's links that are files beside it, without fragments. */
export function localLinks(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.split('#')[0] ?? '');
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** Traces of the machine on which a file was written, and of registries other than the public default. */
export function traces(file: string, text: string): string[] {
  const foreign = [['', 'work', ''].join('/'), ['..', 'shared'].join('/')].filter((mark) => text.includes(mark));
  const faults = foreign.map((mark) => `${file} mentions ${mark}`);
  const address = file.endsWith('package-lock.json') && /"resolved"\s*:\s*"https?:/.test(text);
  return address ? [...faults, `${file} holds download addresses`] : faults;
}
