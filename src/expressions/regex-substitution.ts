// The replacement text of .NET's Regex.Replace: `$1`, `${1}`, `${name}`, `$0`, `$&`, `` $` ``, `$'`, `$+`, `$_`, `$$`.
// A `$` that begins none of them is itself, as is one that names a group the pattern does not have.
import type { CompiledPattern, GroupSpans } from './regex.ts';

/** A text of the replacement, or what is put in for each match. */
type Part = string | ((source: string, match: GroupSpans) => string);

function groupText(source: string, match: GroupSpans, slot: number): string {
  const span = match[slot];
  return span === undefined ? '' : source.slice(span.start, span.end);
}

const ofGroup =
  (slot: number): Part =>
  (source, match) =>
    groupText(source, match, slot);

function specialPart(character: string, pattern: CompiledPattern): Part | undefined {
  switch (character) {
    case '$':
      return '$';
    case '&':
      return ofGroup(0);
    case '+':
      return ofGroup(pattern.lastSlot);
    case '_':
      return (source) => source;
    case '`':
      return (source, [whole]) => source.slice(0, whole.start);
    case "'":
      return (source, [whole]) => source.slice(whole.end);
    default:
      return undefined;
  }
}

/** Digits are read as far as they go: `$10` is the group 10, and never the group 1 before a 0. */
const GROUP = /^\$(?:([0-9]+)|\{([0-9]+|[\p{L}\p{Mn}\p{Pc}][\p{L}\p{Mn}\p{Nd}\p{Pc}]*)\})/u;

function partsOf(replacement: string, pattern: CompiledPattern): readonly Part[] {
  const parts: Part[] = [];
  let place = 0;
  while (place < replacement.length) {
    const dollar = replacement.indexOf('$', place);
    if (dollar < 0) break;
    parts.push(replacement.slice(place, dollar));
    const [written = '', number, name] = GROUP.exec(replacement.slice(dollar)) ?? [];
    const group = (number ?? name)?.replace(/^0+(?=[0-9])/, '');
    const slot = group === undefined ? undefined : pattern.slotOf(group);
    const special = slot === undefined ? specialPart(replacement.charAt(dollar + 1), pattern) : undefined;
    if (slot !== undefined) parts.push(ofGroup(slot));
    else parts.push(special ?? '$');
    place = dollar + (slot !== undefined ? written.length : special === undefined ? 1 : 2);
  }
  parts.push(replacement.slice(place));
  return parts;
}

/** The source with every match replaced; undefined when that would be longer than `limit`. */
export function substituted(
  source: string,
  matches: readonly GroupSpans[],
  replacement: string,
  pattern: CompiledPattern,
  limit: number,
): string | undefined {
  const parts = partsOf(replacement, pattern);
  return assembled(
    source,
    matches.map((match) => ({
      span: match[0],
      text: () => parts.map((part) => (typeof part === 'string' ? part : part(source, match))),
    })),
    limit,
  );
}

/** The source with the span of one group replaced in every match, literally; undefined when longer than `limit`. */
export function withGroupReplaced(
  source: string,
  matches: readonly GroupSpans[],
  slot: number,
  replacement: string,
  limit: number,
): string | undefined {
  const changes = matches.flatMap((match) => {
    const span = match[slot];
    return span === undefined ? [] : [{ span, text: () => [replacement] }];
  });
  return assembled(source, changes, limit);
}

interface Change {
  readonly span: GroupSpans[0];
  /** Called once it is known that what came before is short enough. */
  readonly text: () => readonly string[];
}

function assembled(source: string, changes: readonly Change[], limit: number): string | undefined {
  const pieces: string[] = [];
  let length = 0;
  let place = 0;
  const add = (piece: string) => {
    pieces.push(piece);
    length += piece.length;
    return length <= limit;
  };
  for (const { span, text } of changes) {
    // A group inside a lookaround may stand where an earlier match has been replaced already.
    if (span.start < place) continue;
    if (!add(source.slice(place, span.start)) || !text().every(add)) return undefined;
    place = span.end;
  }
  if (!add(source.slice(place))) return undefined;
  // Either half of a surrogate pair may have been replaced by itself; no system takes a text with the other half.
  return pieces.join('').toWellFormed();
}
