// Tree -> program. Its size grows with the pattern only: repetitions are counted, not written out.
import { onlyMember } from './regex-characters.ts';
import {
  ASSERT,
  ASSERTIONS,
  BACKREFERENCE,
  BALANCE,
  CAPTURE,
  CUT,
  ENTER,
  GREEDY,
  JUMP,
  LAZY,
  MARK,
  MATCH,
  type Program,
  REFUSE,
  REPEAT,
  RETURN,
  SET,
  type SetTable,
  SPLIT,
  setTable,
  TEXT,
  UNIT,
  UNLESS,
  ZERO,
} from './regex-program.ts';
import { flattened, mayBeEmpty, startOf } from './regex-start.ts';
import type { CaptureNode, ConditionNode, LookNode, ParsedPattern, RegexNode, RepeatNode } from './regex-syntax.ts';

interface Writer {
  readonly code: number[];
  readonly sets: SetTable[];
  readonly texts: string[];
  registers: number;
}

type Step = 1 | -1;

export function compileProgram({ root, groups }: ParsedPattern): Program {
  const writer: Writer = { code: [], sets: [], texts: [], registers: groups.length };
  write(writer, root, 1);
  writer.code.push(MATCH);
  const { sets, texts, registers } = writer;
  const start = startOf(root);
  const first = start.first === undefined ? undefined : setTable(start.first);
  return { code: Int32Array.from(writer.code), sets, texts, slots: groups.length, registers, start, first };
}

function write(writer: Writer, node: RegexNode, step: Step): void {
  switch (node.kind) {
    case 'set':
      writeText(writer, [node], step);
      return;
    case 'sequence':
      writeSequence(writer, flattened(node), step);
      return;
    case 'choice':
      writeChoice(writer, node.branches, step);
      return;
    case 'repeat':
      writeRepeat(writer, node, step);
      return;
    case 'capture':
      writeCapture(writer, node, step);
      return;
    case 'atomic': {
      const register = registersOf(writer, 2);
      writer.code.push(ENTER, register);
      write(writer, node.item, step);
      writer.code.push(CUT, register);
      return;
    }
    case 'look':
      writeLook(writer, node);
      return;
    case 'assertion':
      writer.code.push(ASSERT, ASSERTIONS.indexOf(node.assertion));
      return;
    case 'backreference':
      writer.code.push(BACKREFERENCE, node.slot, step, node.ignoreCase ? 1 : 0);
      return;
    case 'condition':
      writeCondition(writer, node, step);
      return;
  }
}

function registersOf(writer: Writer, count: number): number {
  const first = writer.registers;
  writer.registers += count;
  return first;
}

/** Writes an instruction that ends with an address, and gives the place of that address. */
function withAddress(writer: Writer, ...instruction: readonly number[]): number {
  writer.code.push(...instruction, 0);
  return writer.code.length - 1;
}

function patch(writer: Writer, place: number): void {
  writer.code[place] = writer.code.length;
}

type SetNode = RegexNode & { readonly kind: 'set' };

/** Neighbouring characters become one text; what is read to the left is written from the right. */
function writeSequence(writer: Writer, items: readonly RegexNode[], step: Step): void {
  const parts: (RegexNode | SetNode[])[] = [];
  for (const item of items) {
    const last = parts.at(-1);
    if (item.kind !== 'set' || onlyMember(item.set) === undefined) parts.push(item);
    else if (Array.isArray(last)) last.push(item);
    else parts.push([item]);
  }
  for (const part of step === 1 ? parts : parts.toReversed()) {
    if (Array.isArray(part)) writeText(writer, part, step);
    else write(writer, part, step);
  }
}

function writeText(writer: Writer, nodes: readonly SetNode[], step: Step): void {
  const units = nodes.map((node) => onlyMember(node.set));
  const [first] = units;
  const [node] = nodes;
  if (node !== undefined && first === undefined) writer.code.push(SET, indexOfSet(writer, node), step);
  else if (units.length === 1 && first !== undefined) writer.code.push(UNIT, first, step);
  else {
    writer.code.push(TEXT, writer.texts.length, step);
    writer.texts.push(String.fromCharCode(...units.map((unit) => unit ?? 0)));
  }
}

function indexOfSet(writer: Writer, { set }: SetNode): number {
  const known = writer.sets.findIndex((table) => table.set === set);
  if (known >= 0) return known;
  writer.sets.push(setTable(set));
  return writer.sets.length - 1;
}

function writeChoice(writer: Writer, branches: readonly RegexNode[], step: Step): void {
  const ends: number[] = [];
  for (const [index, branch] of branches.entries()) {
    if (index === branches.length - 1) write(writer, branch, step);
    else {
      const next = withAddress(writer, SPLIT);
      write(writer, branch, step);
      ends.push(withAddress(writer, JUMP));
      patch(writer, next);
    }
  }
  for (const end of ends) patch(writer, end);
}

function writeRepeat(writer: Writer, { item, min, max, lazy }: RepeatNode, step: Step): void {
  if (max === 0) return;
  if (min === 1 && max === 1) {
    write(writer, item, step);
    return;
  }
  const limit = max === Number.POSITIVE_INFINITY ? -1 : max;
  if (item.kind === 'set') {
    writer.code.push(lazy ? LAZY : GREEDY, indexOfSet(writer, item), min, limit, step);
    return;
  }
  const [counter, mark] = [registersOf(writer, 1), registersOf(writer, 1)];
  const isCounted = min > 1 || limit > 1 || mayBeEmpty(item);
  if (isCounted) writer.code.push(ZERO, counter);
  const exit = min === 0 ? writeSkip(writer, lazy) : undefined;
  const body = writer.code.length;
  if (isCounted) {
    writer.code.push(MARK, mark);
    write(writer, item, step);
    writer.code.push(REPEAT, counter, mark, min, limit, body, lazy ? 1 : 0);
  } else {
    write(writer, item, step);
    if (limit === -1) writeAgain(writer, body, lazy);
  }
  if (exit !== undefined) patch(writer, exit);
}

/** The choice before a part that may be left out; gives the place of the address behind it. */
function writeSkip(writer: Writer, lazy: boolean): number {
  if (!lazy) return withAddress(writer, SPLIT);
  const body = withAddress(writer, SPLIT);
  const exit = withAddress(writer, JUMP);
  patch(writer, body);
  return exit;
}

/** The choice behind a part that may be repeated without end. */
function writeAgain(writer: Writer, body: number, lazy: boolean): void {
  if (lazy) {
    writer.code.push(SPLIT, body);
    return;
  }
  const end = withAddress(writer, SPLIT);
  writer.code.push(JUMP, body);
  patch(writer, end);
}

function writeCapture(writer: Writer, { slot, releases, item }: CaptureNode, step: Step): void {
  const mark = registersOf(writer, 1);
  writer.code.push(MARK, mark);
  write(writer, item, step);
  if (releases !== undefined) writer.code.push(BALANCE, slot ?? -1, releases, mark);
  else writer.code.push(CAPTURE, slot ?? 0, mark);
}

function writeLook(writer: Writer, { ahead, negated, item }: LookNode): void {
  const register = registersOf(writer, 2);
  writer.code.push(ENTER, register);
  const otherwise = negated ? withAddress(writer, SPLIT) : undefined;
  write(writer, item, ahead ? 1 : -1);
  writer.code.push(negated ? REFUSE : RETURN, register);
  if (otherwise !== undefined) patch(writer, otherwise);
}

function writeCondition(writer: Writer, { test, yes, no }: ConditionNode, step: Step): void {
  let otherwise: number;
  if (typeof test === 'number') otherwise = withAddress(writer, UNLESS, test);
  else {
    const register = registersOf(writer, 2);
    writer.code.push(ENTER, register);
    otherwise = withAddress(writer, SPLIT);
    write(writer, test, step);
    writer.code.push(RETURN, register);
  }
  write(writer, yes, step);
  const end = withAddress(writer, JUMP);
  patch(writer, otherwise);
  write(writer, no, step);
  patch(writer, end);
}
