// What a running program remembers: open alternatives, registers with what they held before, and captures. All of it is
// numbers in rows that grow up to a limit, so that no pattern can use up the memory either.

/** Entries of each row. */
const MOST_ENTRIES = 200_000;
const FIRST_ENTRIES = 64;
const KEPT_ENTRIES = 1_024;

const CHOICE = 4;
const CHANGE = 2;
const CAPTURE = 3;

/** A row of entries; `write` makes room. */
interface Row {
  numbers: Int32Array;
  readonly width: number;
}

const newRow = (width: number): Row => ({ numbers: new Int32Array(FIRST_ENTRIES * width), width });

/** False when the row is as long as it may be. */
function hasRoom(row: Row, used: number): boolean {
  if (used < row.numbers.length) return true;
  if (used >= MOST_ENTRIES * row.width) return false;
  const longer = new Int32Array(Math.min(row.numbers.length * 2, MOST_ENTRIES * row.width));
  longer.set(row.numbers);
  row.numbers = longer;
  return true;
}

/** The number at a place that is known to be inside. */
function at(numbers: Int32Array, index: number): number {
  return numbers[index] as number;
}

/**
 * Belongs to one program and is used by one attempt after the other. Methods that write return false when there is no
 * room, and leave everything as it was.
 */
export class Memory {
  readonly registers: Int32Array;
  /** Numbers in use of the alternatives. */
  height = 0;
  readonly #slots: number;
  readonly #choices = newRow(CHOICE);
  readonly #changes = newRow(CHANGE);
  readonly #captures = newRow(CAPTURE);
  #changed = 0;
  #captured = 0;

  constructor(registers: number, slots: number) {
    this.registers = new Int32Array(registers).fill(-1);
    this.#slots = slots;
  }

  reset(): void {
    this.registers.fill(-1);
    this.height = 0;
    this.#changed = 0;
    this.#captured = 0;
  }

  /** Gives the room back that an unusual text took. */
  shrink(): void {
    for (const row of [this.#choices, this.#changes, this.#captures]) {
      if (row.numbers.length > KEPT_ENTRIES * row.width) row.numbers = newRow(row.width).numbers;
    }
  }

  /** Changes a register; `back` restores it. */
  set(register: number, value: number): boolean {
    if (!hasRoom(this.#changes, this.#changed)) return false;
    const { numbers } = this.#changes;
    numbers[this.#changed] = register;
    numbers[this.#changed + 1] = at(this.registers, register);
    this.#changed += CHANGE;
    this.registers[register] = value;
    return true;
  }

  /** Opens an alternative. `rest` is -1, or for a repeated set what is still to be tried. */
  open(address: number, place: number, rest: number): boolean {
    if (!hasRoom(this.#choices, this.height)) return false;
    const { numbers } = this.#choices;
    const top = this.height;
    numbers[top] = address;
    numbers[top + 1] = place;
    numbers[top + 2] = rest;
    numbers[top + 3] = this.#changed;
    this.height = top + CHOICE;
    return true;
  }

  /** The three parts of the last alternative. */
  get address(): number {
    return at(this.#choices.numbers, this.height - CHOICE);
  }

  get place(): number {
    return at(this.#choices.numbers, this.height - CHOICE + 1);
  }

  get rest(): number {
    return at(this.#choices.numbers, this.height - CHOICE + 2);
  }

  /** Leaves the last alternative open with another place to go on from. */
  move(place: number, rest: number): void {
    this.#choices.numbers[this.height - CHOICE + 1] = place;
    this.#choices.numbers[this.height - CHOICE + 2] = rest;
  }

  /** Takes the last alternative away. */
  close(): void {
    this.height -= CHOICE;
  }

  /** Restores registers and captures as they were when the last alternative was opened. */
  back(): void {
    const end = at(this.#choices.numbers, this.height - 1);
    const { numbers } = this.#changes;
    while (this.#changed > end) {
      this.#changed -= CHANGE;
      const register = at(numbers, this.#changed);
      const before = at(numbers, this.#changed + 1);
      const current = at(this.registers, register);
      if (register < this.#slots && current > before) this.#captured = current;
      this.registers[register] = before;
    }
  }

  capture(slot: number, from: number, to: number): boolean {
    const capture = this.#captured;
    if (!hasRoom(this.#captures, capture)) return false;
    const { numbers } = this.#captures;
    numbers[capture] = from;
    numbers[capture + 1] = to;
    numbers[capture + 2] = at(this.registers, slot);
    if (!this.set(slot, capture)) return false;
    this.#captured = capture + CAPTURE;
    return true;
  }

  /** Takes the last capture of a group back, so that the one before it counts. */
  release(slot: number): boolean {
    return this.set(slot, at(this.#captures.numbers, at(this.registers, slot) + 2));
  }

  hasCaptured(slot: number): boolean {
    return at(this.registers, slot) >= 0;
  }

  /** Beginning and end of the last capture of a group that has one. */
  startOf(slot: number): number {
    return at(this.#captures.numbers, at(this.registers, slot));
  }

  endOf(slot: number): number {
    return at(this.#captures.numbers, at(this.registers, slot) + 1);
  }
}
