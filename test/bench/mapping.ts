// `npm run bench:mapping`: how fast mappings are evaluated, beside the same mappings written by hand in JavaScript, in one run
// on the same people. Ends with 1 when the two differ in a value, or when the default mappings reach less than half of the
// hand-written speed. Records the numbers in mapping.md.
import { deepStrictEqual } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { SourceValue } from '../../src/expressions/compile.ts';
import type { SlotValues } from '../../src/expressions/source-slots.ts';
import { objectMappingSchema } from '../../src/model/object-mapping.ts';
import { targetProfileSchema } from '../../src/model/profile.ts';
import { type Evaluated, evaluateAttribute, type MappingEnvironment } from '../../src/rules/evaluate-attribute.ts';
import { mapObject } from '../../src/rules/map-object.ts';
import { type CompiledMapping, compileObjectMapping } from '../../src/rules/mapping.ts';
import { NO_DISCOVERY } from '../../src/scim/capabilities.ts';
import { defaultByHand, type Flowed, HEAVY, heavyByHand, NOW, type Person, samplePeople } from './mapping-samples.ts';

const PEOPLE = 1_000;
const ROUNDS = 15;
const REPETITIONS = 60;
const TEMPLATE = fileURLToPath(new URL('../../config/gallery/scim-entra-default.yaml', import.meta.url));
const REPORT = fileURLToPath(new URL('./mapping.md', import.meta.url));

const ENVIRONMENT: MappingEnvironment = { now: NOW, random: (count) => new Uint8Array(count) };

function compiled(mappings: readonly (readonly [name: string, source: string])[]): CompiledMapping {
  const attributeMappings = mappings.map(([targetAttributeName, text]) => {
    const attribute = /^\[(\w+)\]$/.exec(text)?.[1];
    const source =
      attribute === undefined ? { type: 'Function', expression: text } : { type: 'Attribute', name: attribute };
    return { targetAttributeName, source };
  });
  const mapping = objectMappingSchema.parse({ sourceObjectName: 'user', targetObjectName: 'User', attributeMappings });
  return compileObjectMapping(mapping, targetProfileSchema.parse({}));
}

/** The shipped template as it is; the manager is left out, since a reference is not evaluated but looked up. */
async function defaultMappings(): Promise<readonly (readonly [string, string])[]> {
  const template = parse(await readFile(TEMPLATE, 'utf8')) as {
    readonly objectMappings: {
      readonly user: { readonly attributeMappings: readonly { targetAttributeName: string; source: string }[] };
    };
  };
  return template.objectMappings.user.attributeMappings
    .filter(({ source }) => source !== '[manager]')
    .map(({ targetAttributeName, source }) => [targetAttributeName, source] as const);
}

const viewOf =
  (person: Person): ((name: string) => SourceValue) =>
  (name) =>
    person[name] ?? null;

/** Evaluation alone: what each mapping yields for a person, in the order of the mappings. */
function evaluator({ attributes }: CompiledMapping): (values: SlotValues) => readonly Evaluated[] {
  return (values) => {
    const evaluated: Evaluated[] = [];
    for (const attribute of attributes) evaluated.push(evaluateAttribute(attribute, values, false, ENVIRONMENT));
    return evaluated;
  };
}

/** What flows, in the form in which the hand-written mappings give it. */
function flowedFrom({ attributes }: CompiledMapping, evaluated: readonly Evaluated[]): readonly Flowed[] {
  return attributes.flatMap(({ name }, index) => {
    const one = evaluated[index];
    return one?.type === 'value' ? [{ name, value: one.value }] : [];
  });
}

/** Takes the person with this number, and gives something with a length, so that nothing is left out as unused. */
type Contestant = (index: number) => { readonly length: number };

/** Nanoseconds a person: the fastest of several rounds in which the contestants take turns, so that little of what else the machine does is in it. */
function measure(people: number, contestants: readonly Contestant[]): readonly number[] {
  const times = contestants.map((): number[] => []);
  let seen = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const began = performance.now();
      for (let repetition = 0; repetition < REPETITIONS; repetition += 1)
        for (let index = 0; index < people; index += 1) seen += contestant(index).length;
      times[index]?.push(((performance.now() - began) * 1e6) / (REPETITIONS * people));
    }
  }
  if (seen === 0) throw new Error('nothing was evaluated');
  return times.map((each) => Math.min(...each));
}

interface Measured {
  readonly title: string;
  readonly byHand: number;
  readonly evaluation: number;
  readonly reading: number;
  readonly whole: number;
}

interface Contest {
  readonly title: string;
  readonly mapping: CompiledMapping;
  readonly byHand: (person: Person) => readonly Flowed[];
}

/** Both sides get people in the form that suits them: plain objects by hand, values in slots the engine. */
function compare(people: readonly Person[], { title, mapping, byHand }: Contest): Measured {
  const evaluate = evaluator(mapping);
  const slots = people.map((person) => mapping.slots.read(viewOf(person)));
  const personAt = (index: number): Person => people[index] ?? {};
  const valuesAt = (index: number): SlotValues => slots[index] ?? [];
  for (const [index, person] of people.entries())
    deepStrictEqual(flowedFrom(mapping, evaluate(valuesAt(index))), byHand(person));
  const [evaluation = Number.NaN, reading = Number.NaN, whole = Number.NaN, hand = Number.NaN] = measure(
    people.length,
    [
      (index) => evaluate(valuesAt(index)),
      (index) => mapping.slots.read(viewOf(personAt(index))),
      (index) => mapObject(mapping, viewOf(personAt(index)), false, NO_DISCOVERY, ENVIRONMENT).desired,
      (index) => byHand(personAt(index)),
    ],
  );
  return { title, byHand: hand, evaluation, reading, whole };
}

const row = ({ title, byHand, evaluation, reading, whole }: Measured) => {
  const times = [evaluation, byHand, reading, whole].map((time) => Math.round(time));
  const [part, withReading] = [evaluation, evaluation + reading].map((time) => (byHand / time).toFixed(2));
  return `| ${title} | ${times[0]} | ${times[1]} | ${part} | ${times[2]} | ${withReading} | ${times[3]} |`;
};

async function main(): Promise<void> {
  const people = samplePeople(PEOPLE);
  const standard = compare(people, {
    title: 'default mappings (`scim-entra-default`)',
    mapping: compiled(await defaultMappings()),
    byHand: defaultByHand,
  });
  const heavy = compare(people, {
    title: 'regular expressions, Switch chains, dates',
    mapping: compiled(HEAVY),
    byHand: heavyByHand,
  });
  const text = `# Speed of mappings

\`npm run bench:mapping\` maps ${PEOPLE} people with the compiled mappings and with the same mappings written by hand in
JavaScript (\`mapping-samples.ts\`), in one process, after it has checked that both give the same values. Nanoseconds a
person, the fastest of ${ROUNDS} rounds in which all take turns.

"Evaluation" is what attributes and expressions yield for values that lie in slots; "by hand" does the same with plain
objects, \`person.displayName\`, whose layout V8 knows beforehand. "Part" is the engine's speed beside it, 1 being as fast.
"Reading" looks up the attributes of a person by their names, which are known from the configuration only, and puts them
into slots, once for all mappings. "Whole" is what the engine does for a person: reading, evaluation, and the types of the
target's attributes. The benchmark writes this file.

| mapping | evaluation (ns) | by hand (ns) | part | reading (ns) | part with reading | whole (ns) |
|---|---:|---:|---:|---:|---:|---:|
${[standard, heavy].map(row).join('\n')}

${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}.
`;
  process.stdout.write(text);
  await writeFile(REPORT, text);
  if (standard.byHand / standard.evaluation < 0.5) process.exitCode = 1;
}

await main();
