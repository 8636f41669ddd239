// Runs a program on a text from one place, by backtracking as .NET does, so that it finds what .NET finds. What would take
// too long is given up after a number of steps, which is counted and not measured: the same pattern and text always end
// the same.
import type { Memory } from './regex-memory.ts';
import * as op from './regex-program.ts';
import { endOfRun, holds, isRepeated } from './regex-reading.ts';
import type { Assertion } from './regex-syntax.ts';

/** Steps that are left to one evaluation, whatever it runs; some 15 to 50 nanoseconds each. */
export interface StepBudget {
  left: number;
}

/** What runs over a set of characters within one instruction is that much cheaper a character. */
const CHARACTERS_A_STEP = 4;

/** In the place of an end: the budget or the memory is used up, or there is no match here. */
export const TOO_COMPLEX = -2;
export const NO_MATCH = -1;

/** The end of the match that begins exactly at `start`; `memory` holds its captures then. */
export function run(
  program: op.Program,
  text: string,
  start: number,
  previousEnd: number,
  memory: Memory,
  budget: StepBudget,
): number {
  const { code, sets, texts } = program;
  const operand = (place: number): number => code[place] as number;
  let address = 0;
  let place = start;
  let left = budget.left;
  for (;;) {
    left -= 1;
    if (left < 0) {
      budget.left = 0;
      return TOO_COMPLEX;
    }
    let goesOn = true;
    let hasRoom = true;
    switch (operand(address)) {
      case op.UNIT: {
        const step = operand(address + 2);
        goesOn = text.charCodeAt(step > 0 ? place : place - 1) === code[address + 1];
        place += step;
        address += 3;
        break;
      }
      case op.SET: {
        const step = operand(address + 2);
        const table = sets[operand(address + 1)] as op.SetTable;
        goesOn = op.isMember(table, text.charCodeAt(step > 0 ? place : place - 1));
        place += step;
        address += 3;
        break;
      }
      case op.TEXT: {
        const wanted = texts[operand(address + 1)] as string;
        if (operand(address + 2) > 0) {
          goesOn = text.startsWith(wanted, place);
          place += wanted.length;
        } else {
          goesOn = place >= wanted.length && text.startsWith(wanted, place - wanted.length);
          place -= wanted.length;
        }
        left -= Math.trunc(wanted.length / CHARACTERS_A_STEP);
        address += 3;
        break;
      }
      case op.GREEDY: {
        const step = operand(address + 4);
        const end = endOfRun(sets[operand(address + 1)] as op.SetTable, text, place, step, operand(address + 3));
        const length = (end - place) * step;
        const min = operand(address + 2);
        left -= Math.trunc(length / CHARACTERS_A_STEP);
        goesOn = length >= min;
        if (length > min) hasRoom = memory.open(address, end, length - min);
        place = end;
        address += 5;
        break;
      }
      case op.LAZY: {
        const step = operand(address + 4);
        const min = operand(address + 2);
        const max = operand(address + 3);
        if (min > 0) {
          const end = endOfRun(sets[operand(address + 1)] as op.SetTable, text, place, step, min);
          left -= Math.trunc(min / CHARACTERS_A_STEP);
          goesOn = (end - place) * step === min;
          place = end;
        }
        const rest = max < 0 ? text.length : max - min;
        if (goesOn && rest > 0) hasRoom = memory.open(address, place, rest);
        address += 5;
        break;
      }
      case op.SPLIT:
        hasRoom = memory.open(operand(address + 1), place, -1);
        address += 2;
        break;
      case op.JUMP:
        address = operand(address + 1);
        break;
      case op.MARK:
        hasRoom = memory.set(operand(address + 1), place);
        address += 2;
        break;
      case op.CAPTURE: {
        const mark = memory.registers[operand(address + 2)] as number;
        hasRoom = memory.capture(operand(address + 1), Math.min(mark, place), Math.max(mark, place));
        address += 3;
        break;
      }
      case op.BALANCE: {
        const slot = operand(address + 1);
        const released = operand(address + 2);
        const mark = memory.registers[operand(address + 3)] as number;
        goesOn = memory.hasCaptured(released);
        if (goesOn) hasRoom = balance(memory, slot, released, Math.min(mark, place), Math.max(mark, place));
        address += 4;
        break;
      }
      case op.ZERO:
        hasRoom = memory.set(operand(address + 1), 0);
        address += 2;
        break;
      case op.REPEAT: {
        const count = (memory.registers[operand(address + 1)] as number) + 1;
        const max = operand(address + 4);
        const body = operand(address + 5);
        const lazy = operand(address + 6) === 1;
        const wasEmpty = memory.registers[operand(address + 2)] === place;
        hasRoom = memory.set(operand(address + 1), count);
        address += 7;
        if (count < operand(address - 4)) address = body;
        else if (!wasEmpty && (max < 0 || count < max)) {
          // An empty turn is taken and ends the repetition, as in .NET.
          hasRoom &&= memory.open(lazy ? body : address, place, -1);
          if (!lazy) address = body;
        }
        break;
      }
      case op.ENTER:
        memory.registers[operand(address + 1)] = memory.height;
        memory.registers[operand(address + 1) + 1] = place;
        address += 2;
        break;
      case op.CUT:
        memory.height = memory.registers[operand(address + 1)] as number;
        address += 2;
        break;
      case op.RETURN:
        memory.height = memory.registers[operand(address + 1)] as number;
        place = memory.registers[operand(address + 1) + 1] as number;
        address += 2;
        break;
      case op.REFUSE:
        memory.height = memory.registers[operand(address + 1)] as number;
        goesOn = false;
        break;
      case op.ASSERT:
        goesOn = holds(op.ASSERTIONS[operand(address + 1)] as Assertion, text, place, previousEnd);
        address += 2;
        break;
      case op.BACKREFERENCE: {
        const slot = operand(address + 1);
        const step = operand(address + 2);
        goesOn = memory.hasCaptured(slot);
        if (goesOn) {
          const from = memory.startOf(slot);
          const length = memory.endOf(slot) - from;
          goesOn = isRepeated(text, from, length, step > 0 ? place : place - length, operand(address + 3) === 1);
          left -= Math.trunc(length / CHARACTERS_A_STEP);
          place += step * length;
        }
        address += 4;
        break;
      }
      case op.UNLESS:
        address = memory.hasCaptured(operand(address + 1)) ? address + 3 : operand(address + 2);
        break;
      default:
        budget.left = left;
        return place;
    }
    if (!hasRoom) {
      budget.left = left;
      return TOO_COMPLEX;
    }
    if (goesOn) continue;

    // The last alternative, if there is one.
    for (goesOn = false; !goesOn; ) {
      if (memory.height === 0) {
        budget.left = left;
        return NO_MATCH;
      }
      left -= 1;
      memory.back();
      address = memory.address;
      place = memory.place;
      const rest = memory.rest;
      goesOn = true;
      if (rest < 0) memory.close();
      else {
        const step = operand(address + 4);
        if (code[address] === op.GREEDY) place -= step;
        else {
          const unit = text.charCodeAt(step > 0 ? place : place - 1);
          goesOn = op.isMember(sets[operand(address + 1)] as op.SetTable, unit);
          place += step;
        }
        if (goesOn && rest > 1) memory.move(place, rest - 1);
        else memory.close();
        address += 5;
      }
    }
  }
}

/** .NET's TransferCapture: the group captures what is between the released capture and its own parentheses. */
function balance(memory: Memory, slot: number, released: number, start: number, end: number): boolean {
  const otherStart = memory.startOf(released);
  const otherEnd = memory.endOf(released);
  if (!memory.release(released)) return false;
  if (slot < 0) return true;
  if (start >= otherEnd) return memory.capture(slot, otherEnd, start);
  if (end <= otherStart) return memory.capture(slot, end, otherStart);
  return memory.capture(slot, Math.max(start, otherStart), Math.min(end, otherEnd));
}
