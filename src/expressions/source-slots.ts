// Where compiled expressions and mappings find the values of source attributes: each name gets a slot when it is compiled,
// and an object's values are read into slots once. Looking names up again in every evaluation took longer than all the rest.
import type { SourceValue } from './evaluation.ts';

/** The values of one object, by slot; made by `SourceSlots.read`. */
export type SlotValues = readonly SourceValue[];

/** The slot of no attribute; its value is null. */
export const NO_SLOT = 0;

/** The source attributes that something compiled refers to, each with the slot of its value. */
export class SourceSlots {
  private readonly names: string[] = [];

  /** The slot of this attribute; the next free one when it is new. Only while compiling. */
  slotOf(name: string): number {
    const known = this.names.indexOf(name);
    return known < 0 ? this.names.push(name) : known + 1;
  }

  /** The values of one object, looked up by name. */
  read(view: (name: string) => SourceValue): SlotValues {
    const values: SourceValue[] = [null];
    for (const name of this.names) values.push(view(name) ?? null);
    return values;
  }
}
