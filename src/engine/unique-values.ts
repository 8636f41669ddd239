// Answers the questions of SelectUniqueValue while creations are planned: whether somebody in the target has a value already,
// or is about to get it. A value is promised to the first object that takes it; every other one goes on to its next
// candidate. The target is only read.
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { MappedObject } from '../rules/map-object.ts';
import type { CompiledAttribute, CompiledMapping } from '../rules/mapping.ts';
import { createChangesOf } from '../store/changes.ts';
import type { CycleContext } from './context.ts';
import { readPayload } from './payload-text.ts';

/** Whether a value is taken; undefined while that is not known. */
export type IsTaken = (attribute: CompiledAttribute, candidate: string) => boolean | undefined;

/** Random bytes. */
type Random = (count: number) => Uint8Array;

type MapOnce = (isTaken: IsTaken, random: Random) => MappedObject;

/** Maps an object that is to be created, asking the target as often as its expressions want to know something. */
export type UniqueValues = (sourceId: string, map: MapOnce) => Promise<MappedObject>;

/** Questions for one object; an expression with more candidates than that would ask for ever. */
const MAX_QUESTIONS = 50;

/** Who a value was promised to, by attribute and value without regard to case. */
type Promised = Map<string, string>;

/** Unique values for one kind of object in one cycle. */
export function createUniqueValues(context: CycleContext, mapping: CompiledMapping): UniqueValues {
  const asking = mapping.attributes.filter((each) => each.expression?.asksTarget === true);
  if (asking.length === 0) return (_sourceId, map) => Promise.resolve(map(() => undefined, context.io.random));
  let promised: Promise<Promised> | undefined;
  return async (sourceId, map) => {
    promised ??= promisedBefore(context, mapping.kind, asking);
    return mapUnique(context, mapping, asking, await promised, sourceId, map);
  };
}

async function mapUnique(
  { io }: CycleContext,
  mapping: CompiledMapping,
  asking: readonly CompiledAttribute[],
  promised: Promised,
  sourceId: string,
  map: MapOnce,
): Promise<MappedObject> {
  const answers = new Map<string, boolean>();
  const isTaken: IsTaken = ({ name }, candidate) => {
    const key = keyOf(name, candidate);
    return (promised.get(key) ?? sourceId) === sourceId ? answers.get(key) : true;
  };
  const randomAgain = repeatable(io.random);
  for (;;) {
    const mapped = map(isTaken, randomAgain());
    if (mapped.asks === null) {
      // Nothing is awaited between the look at the promises and the promise, since objects are planned concurrently.
      if (mapped.fault === null && !mapped.ignored) promise(promised, asking, sourceId, mapped);
      return mapped;
    }
    const { attribute, candidate } = mapped.asks;
    if (answers.size >= MAX_QUESTIONS) return { ...mapped, asks: null, fault: tooManyCandidates(attribute.name) };
    const found = await io.target.find(mapping.scimKind, attribute.name, candidate, io.signal);
    if (!found.ok) return { ...mapped, asks: null, fault: found.fault };
    answers.set(keyOf(attribute.name, candidate), found.value.length > 0);
  }
}

/** The same random bytes for every repetition: candidates of RandomString would never be those that were asked about. */
function repeatable(random: Random): () => Random {
  const drawn: Uint8Array[] = [];
  return () => {
    let draw = 0;
    return (count) => {
      const bytes = drawn[draw]?.length === count ? drawn[draw] : undefined;
      const given = bytes ?? random(count);
      drawn[draw] = given;
      draw += 1;
      return given;
    };
  };
}

function promise(
  promised: Promised,
  asking: readonly CompiledAttribute[],
  sourceId: string,
  { desired }: Pick<MappedObject, 'desired'>,
): void {
  const names = new Set(asking.map(({ name }) => name));
  for (const { path, value } of desired)
    if (names.has(path.text) && typeof value === 'string') promised.set(keyOf(path.text, value), sourceId);
}

/** Values of creations that an earlier cycle planned and that were not sent yet: held ones, and those that wait. */
async function promisedBefore(
  { job, io }: CycleContext,
  kind: ObjectKind,
  asking: readonly CompiledAttribute[],
): Promise<Promised> {
  const promised: Promised = new Map();
  for (const { source_id, payload } of await createChangesOf(io.store.db, job.id, kind)) {
    const { desired } = readPayload(payload);
    promise(promised, asking, source_id, { desired: desired ?? [] });
  }
  return promised;
}

function keyOf(name: string, value: string): string {
  return `${name}\n${value.toLowerCase()}`;
}

function tooManyCandidates(name: string): ObjectFault {
  const message = `${name}: ${MAX_QUESTIONS} candidates were taken, and no further one is asked for.`;
  return { code: 'NoUniqueValue', message };
}
