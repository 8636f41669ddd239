// Places of a pattern that name a group which is written elsewhere: `\1`, `\k<name>`, the condition of `(?(1)…|…)`.
import type { GroupTable } from './regex-groups.ts';
import { type PatternReader, peek } from './regex-parse-class.ts';
import { PatternError } from './regex-syntax.ts';

/** `known` is undefined while the groups are only counted; slot 0 stands for every group then. */
export type KnownGroups = GroupTable | undefined;

export function slotOfName(known: KnownGroups, name: string, position: number): number {
  if (known === undefined) return 0;
  const slot = known.slotOf(name);
  if (slot !== undefined) return slot;
  throw new PatternError(`the pattern has no group ${name}`, position);
}

/**
 * The slot of the backreference that stands at this backslash; undefined when it is another escape. As in .NET, `\10`
 * is the group 10 if there is one and otherwise a character by its octal number.
 */
export function readBackreference(reader: PatternReader, known: KnownGroups): number | undefined {
  const { position } = reader;
  const rest = reader.text.slice(position);
  const digits = /^\\([1-9][0-9]*)/.exec(rest)?.[1];
  if (digits !== undefined) {
    if (digits.length > 1 && known?.slotOf(digits) === undefined) return undefined;
    reader.position += 1 + digits.length;
    return slotOfName(known, digits, position);
  }
  // `\<name>` is an old way to write `\k<name>`, which .NET still reads.
  const named = /^\\k?(?:<([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)>|'([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)')/u.exec(rest);
  if (named !== null) {
    reader.position += named[0].length;
    return slotOfName(known, named[1] ?? named[2] ?? '', position);
  }
  if (peek(reader, 1) === 'k') throw new PatternError('a backreference by name is written \\k<name>', position);
  return undefined;
}

/** The slot in `(1)` or `(name)` of a condition, read; undefined when something to look for stands there. */
export function readCondition(reader: PatternReader, known: KnownGroups): number | undefined {
  const { position } = reader;
  const rest = reader.text.slice(position);
  const [whole = '', name = ''] = /^\(([\p{L}\p{Mn}\p{Nd}\p{Pc}]+)\)/u.exec(rest) ?? [];
  if (/^\([0-9]/.test(rest) && !/^[0-9]+$/.test(name)) {
    throw new PatternError('a condition is the number or the name of a group in parentheses', position);
  }
  if (name === '' || (!/^[0-9]/.test(name) && known?.slotOf(name) === undefined)) {
    if (/^\(\?(?:#|'|<(?![=!]))/.test(rest)) {
      throw new PatternError('a condition holds neither a comment nor a named group', position);
    }
    return undefined;
  }
  reader.position += whole.length;
  return slotOfName(known, name, position);
}
