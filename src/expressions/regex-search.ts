// Looks through a text for the matches of a program, passing over the places where none can begin.
import { NO_MATCH, run, type StepBudget, TOO_COMPLEX } from './regex-machine.ts';
import { Memory } from './regex-memory.ts';
import { isMember, type Program } from './regex-program.ts';

/** UTF-16 units of the text, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a pattern matched, by slot; undefined for groups that took no part. */
export type GroupSpans = readonly [Span, ...(Span | undefined)[]];

/** What it costs to begin at a place of the text, and to keep a match. */
const STEPS_TO_BEGIN = 4;
const STEPS_TO_KEEP = 16;

/** Looks for matches of one program in one text. */
export interface Searcher {
  /** The first match that begins at this place or later; `\G` is where the match before it ended. */
  next(from: number, previousEnd: number): GroupSpans | 'too-complex' | undefined;
}

export function newMemory({ registers, slots }: Program): Memory {
  return new Memory(registers, slots);
}

export function createSearcher(program: Program, memory: Memory, text: string, budget: StepBudget): Searcher {
  return {
    next(from, previousEnd) {
      const found = search(program, memory, text, from, previousEnd, budget);
      memory.shrink();
      return found;
    },
  };
}

function search(
  program: Program,
  memory: Memory,
  text: string,
  from: number,
  previousEnd: number,
  budget: StepBudget,
): GroupSpans | 'too-complex' | undefined {
  for (let start = placeFrom(program, text, from, previousEnd); start >= 0; start = placeAfter(program, text, start)) {
    budget.left -= STEPS_TO_BEGIN;
    memory.reset();
    const end = run(program, text, start, previousEnd, memory, budget);
    if (end === TOO_COMPLEX) return 'too-complex';
    if (end === NO_MATCH) continue;
    budget.left -= STEPS_TO_KEEP;
    return spansOf(program, memory, start, end);
  }
  return undefined;
}

/** The first place from here on where a match can begin; -1 for none. */
function placeFrom({ start, first }: Program, text: string, from: number, previousEnd = 0): number {
  if (start.only === 'text') return from === 0 ? 0 : -1;
  if (start.only === 'search') return from === previousEnd ? from : -1;
  if (start.prefix !== '') return text.indexOf(start.prefix, from);
  if (first === undefined) return from <= text.length ? from : -1;
  for (let place = from; place < text.length; place += 1) if (isMember(first, text.charCodeAt(place))) return place;
  return -1;
}

function placeAfter(program: Program, text: string, failed: number): number {
  const { only, oncePer } = program.start;
  if (only !== undefined || oncePer === 'text') return -1;
  if (oncePer !== 'line') return placeFrom(program, text, failed + 1);
  const newline = text.indexOf('\n', failed);
  return newline < 0 ? -1 : placeFrom(program, text, newline + 1);
}

function spansOf({ slots }: Program, memory: Memory, start: number, end: number): GroupSpans {
  const spans: [Span, ...(Span | undefined)[]] = [{ start, end }];
  for (let slot = 1; slot < slots; slot += 1) {
    const has = memory.hasCaptured(slot);
    spans.push(has ? { start: memory.startOf(slot), end: memory.endOf(slot) } : undefined);
  }
  return spans;
}
