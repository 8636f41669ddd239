// How many writes a difference between two states of a target takes: at least one for everything that differs. A person
// takes a second one when the manager comes later than the rest, and a group for its members, again after every kill when
// some of them had no account yet.
import type { ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import { text } from './http-json.ts';
import { membersOf, shown } from './witness.ts';

/** Writes that make a difference. */
export interface Difference {
  readonly least: number;
  readonly most: number;
  /** What differs, for the text of a failure. */
  readonly notes: readonly string[];
}

/** Between two states, by the ids of the target. */
export function differencesBetween(
  before: ReadonlyMap<string, ScimJson>,
  after: ReadonlyMap<string, ScimJson>,
  kills: number,
): Difference {
  let least = 0;
  let most = 0;
  const notes: string[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(id), after.get(id)];
    if (shown(was) === shown(is)) continue;
    notes.push(`${id}: ${shown(was)} -> ${shown(is)}`);
    // It takes an account that it deletes out of its groups by itself, if nobody else has done so before.
    least += onlyLostMembers(was, is, after) ? 0 : 1;
    const isGroup = text(was ?? is, 'userName') === '';
    most += is === undefined ? 1 : isGroup ? 2 + kills : 2;
  }
  return { least, most, notes };
}

function onlyLostMembers(
  was: ScimJson | undefined,
  is: ScimJson | undefined,
  after: ReadonlyMap<string, ScimJson>,
): boolean {
  if (was === undefined || is === undefined) return false;
  const left = membersOf(was['members']).filter((id) => after.has(id));
  return (
    left.length < membersOf(was['members']).length &&
    shown({ ...was, members: left.map((value) => ({ value })) }) === shown(is)
  );
}
