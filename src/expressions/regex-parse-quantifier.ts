// `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}` and their lazy forms.
import { type PatternReader, peek, take } from './regex-parse-class.ts';
import { MAX_REPETITION, PatternError } from './regex-syntax.ts';

export interface Quantifier {
  readonly min: number;
  /** Infinity for no limit. */
  readonly max: number;
  readonly lazy: boolean;
}

interface Written {
  readonly min: number;
  readonly max: number;
  readonly length: number;
}

export function isQuantifierAt(reader: PatternReader): boolean {
  return writtenAt(reader) !== undefined;
}

/** The quantifier that stands here, read; undefined when there is none. A brace that begins none is a character. */
export function readQuantifier(reader: PatternReader): Quantifier | undefined {
  const { position } = reader;
  const written = writtenAt(reader);
  if (written === undefined) return undefined;
  const { min, max, length } = written;
  if (max < min) throw new PatternError(`{${min},${max}} is in reverse order`, position);
  if (min > MAX_REPETITION || (max !== Number.POSITIVE_INFINITY && max > MAX_REPETITION)) {
    throw new PatternError(`a repetition counts up to ${MAX_REPETITION}`, position);
  }
  reader.position += length;
  return { min, max, lazy: take(reader, '?') };
}

export function refuseSecondQuantifier(reader: PatternReader): void {
  if (!isQuantifierAt(reader)) return;
  const possessive = peek(reader) === '+' ? '; possessive quantifiers do not exist in .NET, write (?>…)' : '';
  throw new PatternError(`a quantifier cannot follow a quantifier${possessive}`, reader.position);
}

function writtenAt(reader: PatternReader): Written | undefined {
  switch (peek(reader)) {
    case '*':
      return { min: 0, max: Number.POSITIVE_INFINITY, length: 1 };
    case '+':
      return { min: 1, max: Number.POSITIVE_INFINITY, length: 1 };
    case '?':
      return { min: 0, max: 1, length: 1 };
    case '{':
      return countedAt(reader);
    default:
      return undefined;
  }
}

function countedAt(reader: PatternReader): Written | undefined {
  const written = /^\{(\d{1,10})(,(\d{0,10}))?\}/.exec(reader.text.slice(reader.position, reader.position + 25));
  if (written === null) return undefined;
  const [whole, low, comma, high] = written;
  const min = Number(low);
  if (comma === undefined) return { min, max: min, length: whole.length };
  return { min, max: high === '' ? Number.POSITIVE_INFINITY : Number(high), length: whole.length };
}
