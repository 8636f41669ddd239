// Finds the account of an object that has no link yet: by query, or in an index of everything the target lists,
// whichever costs fewer requests. Exactly one hit is a match; several are never decided here.
import type { SourceValue } from '../expressions/compile.ts';
import { JobFault, type ObjectFault } from '../model/errors.ts';
import { type MappingEnvironment, matchingValue } from '../rules/evaluate-attribute.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { elementsOf, readPath } from '../scim/read.ts';
import { resourceId, type ScimResource } from '../scim/resource.ts';
import { countLinks } from '../store/links.ts';
import { countToMatch } from '../store/object-counts.ts';
import { clearIndex, countIndexed, indexResources, lookUpResources } from '../store/target-index.ts';
import { alreadyLinked, whyNotTheirs } from './adoption.ts';
import { breathe, type CycleContext, planMark, settling } from './context.ts';
import { mayAdapt } from './dialect.ts';
import { environmentOf } from './environment.ts';
import { identityAttributes } from './identity-attributes.ts';
import { lookUpByListing, refusesFilter } from './match-listing.ts';
import { askEach, isFilterable, type LookUp, prepareQuery } from './match-query.ts';

/** What matching found. */
export type Match =
  | { readonly type: 'none' }
  | { readonly type: 'one'; readonly resource: ScimResource; readonly targetId: string; readonly by: string }
  | { readonly type: 'fault'; readonly fault: ObjectFault };

const LISTED = 'a target that refuses filters is listed';

/** Looks for the account of an object; `askTarget` forces a fresh query. */
export type Matcher = (sourceId: string, view: (name: string) => SourceValue, askTarget: boolean) => Promise<Match>;

/**
 * Matching for one kind. Whether to list the target once or to ask per object is decided by counting when the first
 * object is to be matched, since many a candidate is blocked or out of scope and never is.
 */
export function createMatcher(context: CycleContext, mapping: CompiledMapping): Matcher {
  const claimed = new Map<string, string>();
  let prepared: Promise<Preparation> | undefined;
  let listed: Promise<LookUp | null> | undefined;
  return async (sourceId, view, askTarget) => {
    prepared ??= prepare(context, mapping);
    const { index, ask } = await prepared;
    const lookUp = index !== null && !askTarget ? index : await ask(view);
    const asked = await matchByPrecedence(mapping, view, environmentOf(context), lookUp);
    const isRefused = asked.type === 'fault' && lookUp !== index && refusesFilter(asked.fault);
    const lists = isRefused && mayAdapt(context, { kind: mapping.kind, id: sourceId }, LISTED);
    if (lists) listed ??= listInstead(context, mapping);
    const instead = lists ? await listed : null;
    const match = instead == null ? asked : await matchByPrecedence(mapping, view, environmentOf(context), instead);
    if (match.type !== 'one') return match;
    const notTheirs = await whyNotTheirs(context, mapping, sourceId, view, match);
    if (notTheirs !== null) return { type: 'fault', fault: notTheirs };
    // Nothing is awaited between the look at the claims and the claim, since objects are matched concurrently.
    const owner = claimed.get(match.targetId);
    if (owner !== undefined && owner !== sourceId)
      return { type: 'fault', fault: alreadyLinked(match.targetId, match.by, owner) };
    claimed.set(match.targetId, sourceId);
    return match;
  };
}

interface Preparation {
  /** Set when the target was listed. */
  readonly index: LookUp | null;
  readonly ask: Awaited<ReturnType<typeof prepareQuery>>;
}

/** The index of a target whose filters are refused; null when it cannot be listed either, or its list is short. */
async function listInstead(context: CycleContext, mapping: CompiledMapping): Promise<LookUp | null> {
  try {
    if (!(await indexWhenCheaper(context, mapping, Number.POSITIVE_INFINITY, true))) return null;
  } catch (error) {
    if (error instanceof JobFault && error.code !== 'LeaseLost') return null;
    throw error;
  }
  return readIndex(context, mapping);
}

/** Pages that a first contact may cost: who meets a target for the first time wants to know what it holds. */
const FIRST_CONTACT_PAGES = 1000;

async function prepare(context: CycleContext, mapping: CompiledMapping): Promise<Preparation> {
  const candidates = await countToMatch(
    context.io.store.db,
    context.job.id,
    mapping.kind,
    planMark(context).column,
    context.request.selection?.[mapping.kind],
  );
  const queries = mapping.matching.every((each) => isFilterable(context, mapping, each.name))
    ? candidates * mapping.matching.length
    : Number.POSITIVE_INFINITY;
  const worth = isFirstMeeting(context, mapping) ? Math.max(queries, FIRST_CONTACT_PAGES) : queries;
  // Where nothing can be asked for, a list that may be short is better than none.
  const isTrusted = context.job.settings.profile.stableLists || !Number.isFinite(queries);
  const lists = context.job.strategy.matching === 'fewest' && isTrusted;
  const indexed = lists && candidates > 0 && (await indexWhenCheaper(context, mapping, worth));
  return { index: indexed ? await readIndex(context, mapping) : null, ask: await prepareQuery(context, mapping) };
}

/** The first look at everybody's accounts; what changes while a job is only observed is asked for one by one again. */
function isFirstMeeting(context: CycleContext, mapping: CompiledMapping): boolean {
  return context.contacting && context.kind === 'initial' && mapping.kind === 'user';
}

async function readIndex(context: CycleContext, mapping: CompiledMapping): Promise<LookUp> {
  const { store } = context.io;
  // Nobody needs to be looked up in an empty target, which is what a first cycle usually finds.
  if ((await countIndexed(store.db, context.job.id, mapping.kind)) === 0)
    return () => Promise.resolve({ resources: [] });
  return (attribute, value) => fromIndex(context, mapping, attribute.name, value);
}

/**
 * Asks the target itself, without any index: after a conflict, or when a request may have been carried out unseen. With
 * `isTaken` the target says that there is an account: when no filter finds it, the list is read.
 */
export async function matchNow(
  context: CycleContext,
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  isTaken = false,
): Promise<Match> {
  const environment = environmentOf(context);
  const asked = await matchByPrecedence(mapping, view, environment, askEach(context, mapping));
  if (!isTaken || asked.type === 'one' || (asked.type === 'fault' && !refusesFilter(asked.fault))) return asked;
  const listed = await lookUpByListing(context, mapping, view);
  return listed === null ? asked : matchByPrecedence(mapping, view, environment, listed);
}

async function matchByPrecedence(
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  environment: MappingEnvironment,
  lookUp: LookUp,
): Promise<Match> {
  let valued = false;
  for (const attribute of mapping.matching) {
    const value = matchingValue(attribute, view, environment);
    if (value === null) continue;
    valued = true;
    const answer = await lookUp(attribute, value);
    if ('fault' in answer) return { type: 'fault', fault: answer.fault };
    const sought = `${attribute.name} "${attribute.expression?.redacts === true ? '[Redact]' : value}"`;
    if (answer.resources.length > 1)
      return fault('DuplicateTargetEntries', `${answer.resources.length} accounts have ${sought}.`);
    const resource = answer.resources[0];
    if (resource === undefined) continue;
    const targetId = resourceId(resource);
    if (targetId === undefined)
      return fault('IncompatibleAnswer', `The target answered an account for ${sought} without an id.`);
    return { type: 'one', resource, targetId, by: attribute.name };
  }
  if (valued) return { type: 'none' };
  const names = mapping.matching.map((each) => each.name).join(', ');
  return fault('ImportSkipped', `No matching attribute has a value (${names}).`);
}

function fault(code: ObjectFault['code'], message: string): Match {
  return { type: 'fault', fault: { code, message } };
}

async function fromIndex(context: CycleContext, mapping: CompiledMapping, attribute: string, value: string) {
  const rows = await lookUpResources(
    context.io.store.db,
    context.job.id,
    mapping.kind,
    attribute,
    indexKey(attribute, value),
  );
  return { resources: rows.map((row) => JSON.parse(row) as ScimResource) };
}

/** Identifiers are compared exactly, everything else without regard to case. */
export function indexKey(attribute: string, value: string): string {
  return attribute === 'externalId' || attribute === 'id' ? value : value.toLowerCase();
}

/**
 * Lists the target when that takes fewer requests than `queries` lookups. The first page says how many accounts there
 * are; when asking turns out to be cheaper after all, that page was the only one spent.
 */
async function indexWhenCheaper(
  context: CycleContext,
  mapping: CompiledMapping,
  queries: number,
  mustBeWhole = Number.isFinite(queries),
): Promise<boolean> {
  const { job, io } = context;
  const { pageSize } = job.settings.profile;
  const known = await countLinks(io.store.db, job.id, mapping.kind, false);
  if (queries <= Math.max(1, Math.ceil(known / pageSize))) return false;
  let first = true;
  let announced = 0;
  let listed = 0;
  // An empty target shows no page at all.
  if (mapping.kind === 'user') context.announcedAccounts = 0;
  for await (const page of io.target.list(mapping.scimKind, io.signal)) {
    listed += page.resources.length;
    // Some services announce a page in place of everything.
    if (mapping.kind === 'user') context.announcedAccounts = Math.max(announced, page.totalResults, listed);
    const remaining = Math.ceil(page.totalResults / Math.max(1, page.resources.length)) - 1;
    if (first && remaining > queries) return false;
    first = false;
    announced = Math.max(announced, page.totalResults);
    const rows = page.resources.flatMap((resource) => {
      const targetId = resourceId(resource);
      return targetId === undefined
        ? []
        : [{ targetId, resource: JSON.stringify(resource), keys: keysOf(context, mapping, resource) }];
    });
    await settling(context, (trx) => indexResources(trx, job.id, mapping.kind, rows));
    await breathe(context);
  }
  return !mustBeWhole || !(await fellShort(context, mapping, announced));
}

/**
 * Whether the list showed fewer accounts than it announced, or than are known to be active: some services answer their
 * first page for ever, or an empty one while they restart. Whoever was not shown would be created a second time, so the
 * index is given up.
 */
async function fellShort(context: CycleContext, mapping: CompiledMapping, announced: number): Promise<boolean> {
  const { job, io } = context;
  const listed = await countIndexed(io.store.db, job.id, mapping.kind);
  const linked = await countLinks(io.store.db, job.id, mapping.kind, true);
  if (listed >= announced && listed >= linked) return false;
  const reason = listed < announced ? `announces ${announced}` : `is known to hold ${linked}`;
  io.log.warn(
    { jobId: job.id, cycleId: context.cycleId, announced, listed, linked },
    `the target ${reason} ${mapping.scimKind}s and lists ${listed}: it is asked for each object instead`,
  );
  await settling(context, (trx) => clearIndex(trx, job.id));
  return true;
}

function keysOf(
  context: CycleContext,
  mapping: CompiledMapping,
  resource: ScimResource,
): { attribute: string; value: string }[] {
  const identities = isFirstMeeting(context, mapping) ? identityAttributes(mapping) : mapping.matching;
  return identities.flatMap(({ name, path }) =>
    elementsOf(readPath(resource, path)).flatMap((value) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [{ attribute: name, value: indexKey(name, String(value)) }]
        : [],
    ),
  );
}
