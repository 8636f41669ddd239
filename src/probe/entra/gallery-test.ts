// One of Microsoft's tests for its application gallery as a check: passed, failed with a reason, or skipped. What they are is
// taken from Microsoft's description of them; how each is carried out here is our reading.
import { type Check, Unmet } from '../check.ts';
import { answerName, listed, objectOf, type ProbeExchange, succeeded } from '../exchange.ts';
import { ENTERPRISE_SCHEMA, pathOf, type Resource, type Stage } from '../stage.ts';
import { type CycleFacts, type LifeWorld, MANAGER, TELEPHONE } from './life-world.ts';

/** A test is not passed; the message says what was expected, and what came. */
export class TestFailed extends Error {
  readonly exchange: ProbeExchange | null | undefined;
  constructor(message: string, exchange?: ProbeExchange | null) {
    super(message);
    this.name = 'TestFailed';
    this.exchange = exchange;
  }
}

export interface GalleryTest {
  /** Microsoft's name. */
  readonly name: string;
  readonly optional?: true;
  /** @throws TestFailed when it is not passed, Unmet when it does not apply. */
  readonly run: (stage: Stage, world: LifeWorld) => Promise<void>;
}

/** The check; `verdicts` is told what became of each. */
export function galleryCheck(
  { name, optional, run }: GalleryTest,
  world: LifeWorld,
  verdicts: Map<string, 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED'>,
): Check {
  return {
    id: `gallery.${name}`,
    theme: 'gallery',
    row: null,
    title: optional === true ? `${name} (optional)` : name,
    writes: true,
    async run(stage) {
      try {
        await run(stage, world);
        verdicts.set(name, 'PASSED');
        return { outcome: 'PASSED', verdicts: [] };
      } catch (error) {
        if (error instanceof Unmet) verdicts.set(name, 'SKIPPED');
        if (!(error instanceof TestFailed)) throw error;
        const outcome = optional === true ? 'WARNING' : 'FAILED';
        verdicts.set(name, outcome);
        const finding = optional === true ? ('gallery-optional' as const) : ('gallery-mandatory' as const);
        const { exchange } = error;
        return {
          outcome,
          verdicts: [
            { finding, because: `${name}: ${error.message}`, ...(exchange === undefined ? {} : { exchange }) },
          ],
        };
      }
    },
  };
}

/** @throws TestFailed unless the log has an entry of the action about the object with success. */
export function expectLog(facts: CycleFacts, sourceId: string, actions: readonly string[], modified?: string): void {
  const ofObject = facts.log.filter((entry) => entry.sourceId === sourceId);
  const fits = ofObject.some(
    ({ action, status, modified: changes }) =>
      actions.includes(action) &&
      status === 'success' &&
      (modified === undefined || changes.some(({ name }) => name.endsWith(modified))),
  );
  if (fits) return;
  const [failure] = facts.failures;
  const seen = ofObject.map(({ action, status }) => `${action} ${status}`).join(', ');
  const what = `expected ${actions.join(' or ')} with success in the provisioning log${modified === undefined ? '' : ` that changes ${modified}`}`;
  const why = failure === undefined ? '' : `; first failure: ${failure.code} (${failure.reason})`;
  throw new TestFailed(`${what}, came ${seen === '' ? 'none' : seen}${why}`);
}

/** The resources that a filter finds. @throws TestFailed when it is refused. */
export async function found(stage: Stage, kind: 'Users' | 'Groups', filter: string): Promise<readonly Resource[]> {
  const exchange = await stage.find(kind, filter);
  const resources = succeeded(exchange) ? listed(exchange) : undefined;
  if (resources === undefined) throw new TestFailed(`expected 200 with a list, came ${answerName(exchange)}`, exchange);
  return resources;
}

/** @throws TestFailed unless exactly this number is found. */
export async function expectFound(
  stage: Stage,
  kind: 'Users' | 'Groups',
  filter: string,
  expected: number,
): Promise<void> {
  const resources = await found(stage, kind, filter);
  if (resources.length !== expected)
    throw new TestFailed(
      `expected ${expected} for ${filter}, came ${resources.length}`,
      stage.exchanges.at(-1) ?? null,
    );
}

/** Reads a resource. @throws TestFailed when it is not there. */
async function readBack(stage: Stage, path: string): Promise<Resource> {
  const exchange = await stage.get(path);
  const resource = succeeded(exchange) ? objectOf(exchange.json) : undefined;
  if (resource === undefined) throw new TestFailed(`expected 200, came ${answerName(exchange)}`, exchange);
  return resource;
}

/** @throws TestFailed unless an answer is one of success. */
export function expectSuccess(exchange: ProbeExchange, statuses = [200, 201, 204]): ProbeExchange {
  if (statuses.includes(exchange.status)) return exchange;
  throw new TestFailed(`expected ${statuses.join(' or ')}, came ${answerName(exchange)}`, exchange);
}

/** @throws TestFailed unless the tenant and the endpoint agree, managers and telephones apart: no test of a user is about them. */
export async function expectAgreement(
  stage: Stage,
  world: LifeWorld,
  people: Parameters<LifeWorld['differences']>[1],
  groups: Parameters<LifeWorld['differences']>[2] = [],
): Promise<void> {
  const [difference] = (await world.differences(stage, people, groups)).filter(
    ({ text }) => !text.startsWith(MANAGER) && !text.startsWith(TELEPHONE),
  );
  if (difference !== undefined) throw new TestFailed(difference.text);
}

/** @throws TestFailed unless somebody has the manager that the tenant says, with the request that should have written it. */
export async function expectManager(
  stage: Stage,
  world: LifeWorld,
  person: Parameters<LifeWorld['differences']>[1][number],
): Promise<void> {
  const written = stage.exchanges.findLast(({ request }) => request.method !== 'GET');
  const difference = (await world.differences(stage, [person])).find(({ text }) => text.startsWith(MANAGER));
  if (difference !== undefined) throw new TestFailed(difference.text, written);
}

/** Where a value is read back, by the path with which it was written. */
export function valueAt(resource: Resource, path: string): unknown {
  if (path.startsWith(`${ENTERPRISE_SCHEMA}:`))
    return objectOf(resource[ENTERPRISE_SCHEMA])?.[path.slice(ENTERPRISE_SCHEMA.length + 1)];
  const [name = '', sub] = path.split('.');
  return sub === undefined ? resource[name] : objectOf(resource[name])?.[sub];
}

/** The id of what a POST answered. @throws TestFailed when there is none. */
export function idIn(exchange: ProbeExchange): string {
  const id = objectOf(expectSuccess(exchange, [200, 201]).json)?.['id'];
  if (typeof id === 'string' && id !== '') return id;
  throw new TestFailed('the answer holds no id', exchange);
}

/** PATCHes and reads back. @throws TestFailed unless the answer is 200 or 204 and the value is there. */
export async function expectPatched(
  stage: Stage,
  kind: 'Users' | 'Groups',
  id: string,
  operations: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[],
  holds: (resource: Resource) => boolean,
  what: string,
): Promise<void> {
  const path = pathOf(kind, { id });
  const exchange = expectSuccess(await stage.patch(path, operations), [200, 204]);
  if (!holds(await readBack(stage, path))) throw new TestFailed(`${what} is not there when it is read back`, exchange);
}
