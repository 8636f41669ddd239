// The tree of a pattern, between .NET's notation (regex-parse.ts) and the program that is run (regex-compile.ts), and
// the limits of what may be written.
import type { CharacterSet } from './regex-characters.ts';

/** UTF-16 units of a pattern. */
export const MAX_PATTERN_LENGTH = 2_000;
/** The largest number in `{n,m}`: no text that is matched is longer. */
export const MAX_REPETITION = 1_000_000;
/** Groups within groups. */
export const MAX_DEPTH = 100;
/** Classes within classes: every one is asked for every character. */
export const MAX_CLASS_DEPTH = 4;

/** Names as .NET's documentation explains them; `end` is `\z`, `endOrNewline` is `\Z` and `$`, `contiguous` is `\G`. */
export type Assertion =
  | 'start'
  | 'end'
  | 'endOrNewline'
  | 'lineStart'
  | 'lineEnd'
  | 'boundary'
  | 'notBoundary'
  | 'contiguous';

/** Groups are named by their slot: their place in the ascending order of all numbers, 0 being the whole match. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly RegexNode[] }
  | RepeatNode
  | CaptureNode
  | { readonly kind: 'atomic'; readonly item: RegexNode }
  | LookNode
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'backreference'; readonly slot: number; readonly ignoreCase: boolean }
  | ConditionNode;

export interface RepeatNode {
  readonly kind: 'repeat';
  readonly item: RegexNode;
  readonly min: number;
  /** Infinity for no limit. */
  readonly max: number;
  readonly lazy: boolean;
}

/** `(?<a-b>…)` captures for `a` and takes back the last capture of `b`; `(?<-b>…)` only takes back. */
export interface CaptureNode {
  readonly kind: 'capture';
  readonly slot: number | undefined;
  readonly releases: number | undefined;
  readonly item: RegexNode;
}

export interface LookNode {
  readonly kind: 'look';
  readonly ahead: boolean;
  readonly negated: boolean;
  readonly item: RegexNode;
}

/** `(?(1)yes|no)`, or with something to look for in the place of the number. */
export interface ConditionNode {
  readonly kind: 'condition';
  readonly test: number | RegexNode;
  readonly yes: RegexNode;
  readonly no: RegexNode;
}

export interface RegexGroup {
  readonly number: number;
  /** Undefined for groups that have a number only. */
  readonly name: string | undefined;
}

export interface ParsedPattern {
  readonly root: RegexNode;
  /** In the order of their slots; the first is group 0. */
  readonly groups: readonly RegexGroup[];
}

/** Why a pattern cannot be used; `position` counts UTF-16 units of the pattern from 0. */
export interface PatternFault {
  readonly message: string;
  readonly position: number;
}

/** Carries a fault out of the parser; never leaves regex.ts. */
export class PatternError extends Error {
  readonly fault: PatternFault;

  constructor(message: string, position: number) {
    super(message);
    this.fault = { message, position };
  }
}
