// Where in a text a match can begin and end, known from the pattern alone: so that the places where it cannot begin are
// passed over, and so that a filter can be warned about a pattern that is found inside longer values.
import { ANYTHING, type CharacterSet, NOT_NEWLINE, onlyMember, union } from './regex-characters.ts';
import type { Assertion, RegexNode } from './regex-syntax.ts';

export interface PatternStart {
  /** The only place: the beginning of the text, or where the search begins (`\G`). */
  readonly only: 'text' | 'search' | undefined;
  /** What every match begins with, or the first part of it; may be empty. */
  readonly prefix: string;
  /** What a match begins with one of; undefined when it may be empty or begin with anything. */
  readonly first: CharacterSet | undefined;
  /**
   * The pattern begins with a greedy `.*`: where it fails, it fails at every later place of the same line (of the text
   * when the dot means line feeds too), as what follows was tried at all of them.
   */
  readonly oncePer: 'line' | 'text' | undefined;
}

export function startOf(root: RegexNode): PatternStart {
  const only = beginsWith(root, 'start') ? 'text' : beginsWith(root, 'contiguous') ? 'search' : undefined;
  const { sets, mayBeEmpty } = firstOf(root);
  const first = mayBeEmpty || sets === undefined ? undefined : union(sets);
  const oncePer = asksCaptures(root) ? undefined : leadingDot(root);
  return { only, prefix: prefixOf(root), first, oncePer };
}

export function mayBeEmpty(node: RegexNode): boolean {
  return firstOf(node).mayBeEmpty;
}

/** The item, or the items, without sequences in them. */
export function flattened(node: RegexNode): readonly RegexNode[] {
  return node.kind === 'sequence' ? node.items.flatMap(flattened) : [node];
}

/** Longer ones make looking for them slower in a text that nearly has them everywhere. */
const LONGEST_PREFIX = 16;

function prefixOf(root: RegexNode): string {
  let prefix = '';
  for (const item of flattened(root)) {
    const unit = item.kind === 'set' ? onlyMember(item.set) : undefined;
    if (unit === undefined || prefix.length === LONGEST_PREFIX) break;
    prefix += String.fromCharCode(unit);
  }
  return prefix;
}

interface First {
  /** Undefined for anything. */
  readonly sets: readonly CharacterSet[] | undefined;
  readonly mayBeEmpty: boolean;
}

function firstOf(node: RegexNode): First {
  switch (node.kind) {
    case 'set':
      return { sets: [node.set], mayBeEmpty: false };
    case 'sequence': {
      let sets: First['sets'] = [];
      for (const item of node.items) {
        const first = firstOf(item);
        sets = joined(sets, first.sets);
        if (!first.mayBeEmpty) return { sets, mayBeEmpty: false };
      }
      return { sets, mayBeEmpty: true };
    }
    case 'choice':
      return eitherOf(node.branches);
    case 'condition':
      return eitherOf([node.yes, node.no]);
    case 'repeat': {
      if (node.max === 0) return { sets: [], mayBeEmpty: true };
      const first = firstOf(node.item);
      return { sets: first.sets, mayBeEmpty: first.mayBeEmpty || node.min === 0 };
    }
    case 'capture':
    case 'atomic':
      return firstOf(node.item);
    case 'look':
    case 'assertion':
      return { sets: [], mayBeEmpty: true };
    case 'backreference':
      return { sets: undefined, mayBeEmpty: true };
  }
}

function joined(left: First['sets'], right: First['sets']): First['sets'] {
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

function eitherOf(nodes: readonly RegexNode[]): First {
  const firsts = nodes.map(firstOf);
  return {
    sets: firsts.reduce<First['sets']>((sets, first) => joined(sets, first.sets), []),
    mayBeEmpty: firsts.some((first) => first.mayBeEmpty),
  };
}

/** Whether every match has the assertion before its first character. */
function beginsWith(node: RegexNode, assertion: Assertion): boolean {
  switch (node.kind) {
    case 'assertion':
      return node.assertion === assertion;
    case 'sequence': {
      const end = node.items.findIndex((item) => item.kind !== 'look' && item.kind !== 'assertion');
      const asked = end < 0 ? node.items : node.items.slice(0, end + 1);
      return asked.some((item) => beginsWith(item, assertion));
    }
    case 'choice':
      return node.branches.every((branch) => beginsWith(branch, assertion));
    case 'repeat':
      return node.min > 0 && beginsWith(node.item, assertion);
    case 'capture':
    case 'atomic':
      return beginsWith(node.item, assertion);
    case 'set':
    case 'look':
    case 'backreference':
    case 'condition':
      return false;
  }
}

function leadingDot(node: RegexNode): PatternStart['oncePer'] {
  switch (node.kind) {
    case 'sequence': {
      const [first] = node.items;
      return first === undefined ? undefined : leadingDot(first);
    }
    case 'capture':
    case 'atomic':
      return leadingDot(node.item);
    case 'repeat': {
      if (node.lazy || node.max !== Number.POSITIVE_INFINITY || node.item.kind !== 'set') return undefined;
      if (node.item.set === ANYTHING) return 'text';
      return node.item.set === NOT_NEWLINE ? 'line' : undefined;
    }
    case 'set':
    case 'choice':
    case 'look':
    case 'assertion':
    case 'backreference':
    case 'condition':
      return undefined;
  }
}

/** Whether what a group captured, or where the search began, decides anything. */
function asksCaptures(node: RegexNode): boolean {
  switch (node.kind) {
    case 'backreference':
    case 'condition':
      return true;
    case 'assertion':
      return node.assertion === 'contiguous';
    case 'set':
      return false;
    case 'sequence':
      return node.items.some(asksCaptures);
    case 'choice':
      return node.branches.some(asksCaptures);
    case 'capture':
      return node.releases !== undefined || asksCaptures(node.item);
    case 'repeat':
    case 'atomic':
    case 'look':
      return asksCaptures(node.item);
  }
}

export type Side = 'start' | 'end';

const ANCHORS: Readonly<Record<Side, readonly Assertion[]>> = {
  start: ['start', 'lineStart', 'contiguous'],
  end: ['end', 'endOrNewline', 'lineEnd'],
};

/** Whether the pattern says on this side where the text ends, or that anything may stand there (`.*`). */
export function isSettled(node: RegexNode, side: Side): boolean {
  switch (node.kind) {
    case 'assertion':
      return ANCHORS[side].includes(node.assertion);
    case 'choice':
      return node.branches.every((branch) => isSettled(branch, side));
    case 'condition':
      return isSettled(node.yes, side) && isSettled(node.no, side);
    case 'capture':
    case 'atomic':
      return isSettled(node.item, side);
    case 'repeat': {
      const set = node.item.kind === 'set' ? node.item.set : undefined;
      if (node.max === Number.POSITIVE_INFINITY && (set === ANYTHING || set === NOT_NEWLINE)) return true;
      return node.min > 0 && isSettled(node.item, side);
    }
    case 'sequence': {
      const items = side === 'start' ? node.items : node.items.toReversed();
      const first = items.find((item) => !isPassedOver(item, side));
      return first !== undefined && isSettled(first, side);
    }
    case 'look':
    case 'set':
    case 'backreference':
      return false;
  }
}

/** What has no width and is no anchor. */
function isPassedOver(node: RegexNode, side: Side): boolean {
  return node.kind === 'look' || (node.kind === 'assertion' && !ANCHORS[side].includes(node.assertion));
}
