// The account of one object, and what the next cycle would do with it: the same planning as in a cycle, over a target that
// answers every question once and refuses to write. At most two questions are asked.
import type { SourceValue } from '../expressions/compile.ts';
import { zeroCounts } from '../model/cycle.ts';
import type { AppRole } from '../model/directory.ts';
import { JobFault } from '../model/errors.ts';
import { isActive } from '../rules/decide.ts';
import { type MappingEnvironment, matchingValue } from '../rules/evaluate-attribute.ts';
import { mapObject } from '../rules/map-object.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import { learnedFrom, NOTHING_LEARNED } from '../scim/learned.ts';
import type { ScimResource } from '../scim/resource.ts';
import { findLinks } from '../store/links.ts';
import type { LinkTable } from '../store/schema.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import { whyNotTheirs } from './adoption.ts';
import { referenceValue } from './change-payload.ts';
import type { CycleContext, EngineIo } from './context.ts';
import { environmentOf } from './environment.ts';
import type { AccountFacts, Explaining } from './explain-evidence.ts';
import type { ExplainedAccount, MappedValue } from './explain-result.ts';
import type { StoredFacts } from './explain-store.ts';
import { type Matcher, matchNow } from './match.ts';
import { planObject } from './plan-object.ts';
import type { PlannedObject } from './planned-object.ts';
import type { ScimTarget, TargetResult } from './ports.ts';
import type { UniqueValues } from './unique-values.ts';

/** Questions that the target is asked at most. */
const QUESTIONS = 2;

/** Planning would have to ask more: what the next cycle would do is left open. */
class EnoughAsked extends Error {}

/** A target that is only asked, each question once. Anything else is an error of this program. */
function onlyAsked(target: ScimTarget): ScimTarget {
  const known = new Map<string, Promise<TargetResult<unknown>>>();
  const once = <T>(key: string, ask: () => Promise<TargetResult<T>>): Promise<TargetResult<T>> => {
    const answered = known.get(key);
    if (answered !== undefined) return answered as Promise<TargetResult<T>>;
    if (known.size >= QUESTIONS) throw new EnoughAsked();
    const asked = ask();
    known.set(key, asked);
    return asked;
  };
  const refuse = (): never => {
    throw new Error('an explanation reads one account and writes nothing');
  };
  return {
    find: (kind, attribute, value, signal) =>
      once(`find ${kind} ${attribute} ${value}`, () => target.find(kind, attribute, value, signal)),
    get: (kind, id, signal) => once(`get ${kind} ${id}`, () => target.get(kind, id, signal)),
    remember: (capabilities, learned) => target.remember(capabilities, learned),
    get learned() {
      return target.learned;
    },
    discover: refuse,
    findAny: refuse,
    refersTo: refuse,
    list: refuse,
    create: refuse,
    patch: refuse,
    remove: refuse,
    get requests() {
      return target.requests;
    },
  };
}

/** What there is to look at. */
export interface AccountQuestion {
  readonly about: Explaining;
  readonly mapping: CompiledMapping;
  readonly row: SourceObjectRow;
  readonly stored: StoredFacts;
  readonly view: (name: string) => SourceValue;
  readonly appRoles: readonly AppRole[];
}

/** Looks for the account, evaluates the mappings and plans. */
export async function lookAtAccount(question: AccountQuestion): Promise<AccountFacts> {
  const { about, mapping, row, stored, view } = question;
  const capabilities = capabilitiesOf(stored);
  const linked = stored.link;
  const references = await referencedLinks(question);
  const evaluated = evaluate(question, linked === undefined, capabilities, references);
  const base: AccountFacts = {
    account: linked === undefined ? null : fromLink(linked),
    tried: [],
    notAsked: notAskedBecause(question),
    fault: null,
    planned: null,
    ...evaluated,
  };
  if (about.io === null || base.notAsked !== null) return base;
  const target = onlyAsked(about.io.target);
  target.remember(capabilities, learnedFrom(stored.job?.learned ?? null));
  const context = readingContext(question, { ...about.io, target }, capabilities);
  const asked = withFewQuestions(question, linked === undefined ? QUESTIONS : QUESTIONS - 1);
  const tried = asked.matching.map((attribute) => ({
    name: attribute.name,
    value: evaluated.values.some((each) => each.name === attribute.name && each.redacted)
      ? null
      : matchingValue(attribute, view, environmentIn(about)),
  }));
  try {
    const found = await findAccount(question, context, asked);
    const aid = {
      context,
      mapping,
      matcher: matcherOf(question, context, asked),
      capabilities: () => Promise.resolve(capabilities),
      // What a candidate would cost in questions is not spent on an explanation: the first one is shown.
      uniqueValues: (_sourceId: string, map: Parameters<UniqueValues>[1]) =>
        Promise.resolve(map(() => false, about.random)),
      linkOf: (id: string) => references.get(id),
      departureOf: () => stored.departure,
    };
    return { ...base, ...found, tried, planned: await plan(row, linked, aid) };
  } catch (error) {
    if (!(error instanceof JobFault)) throw error;
    return { ...base, notAsked: `${error.code}: ${error.message}` };
  }
}

async function plan(
  row: SourceObjectRow,
  linked: LinkTable | undefined,
  aid: Parameters<typeof planObject>[2],
): Promise<PlannedObject | null> {
  try {
    return await planObject(row, linked, aid);
  } catch (error) {
    if (error instanceof EnoughAsked) return null;
    throw error;
  }
}

function notAskedBecause({ about, stored }: AccountQuestion): string | null {
  if (about.io === null) return 'the target is not asked offline';
  const root = stored.job?.target_root ?? null;
  if (root === null || root === about.job.targetRoot) return null;
  return `the accounts of this job belong to ${root}, but target.baseUrl is ${about.job.targetRoot} now`;
}

function capabilitiesOf({ job }: StoredFacts): Capabilities {
  return job?.capabilities == null ? NO_DISCOVERY : (JSON.parse(job.capabilities) as Capabilities);
}

function fromLink(link: LinkTable): ExplainedAccount {
  return { targetId: link.target_id, active: null, foundBy: 'link', protected: link.protected === 1 };
}

/** The mapping with as many matching attributes as questions are left, those without a value left out. */
function withFewQuestions({ about, mapping, view }: AccountQuestion, questions: number): CompiledMapping {
  const environment = environmentIn(about);
  const valued = mapping.matching.filter((attribute) => matchingValue(attribute, view, environment) !== null);
  return valued.length === 0 ? mapping : { ...mapping, matching: valued.slice(0, questions) };
}

async function findAccount(
  question: AccountQuestion,
  context: CycleContext,
  mapping: CompiledMapping,
): Promise<Pick<AccountFacts, 'account' | 'fault'>> {
  const { link } = question.stored;
  if (link !== undefined) {
    const got = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
    if (!got.ok) return { account: fromLink(link), fault: got.fault };
    if (got.value === null) return { account: null, fault: null };
    return { account: { ...fromLink(link), active: activeOf(mapping, got.value) }, fault: null };
  }
  const match = await matcherOf(question, context, mapping)(question.row.id, question.view, true);
  if (match.type === 'fault') return { account: null, fault: match.fault };
  if (match.type === 'none') return { account: null, fault: null };
  const account = {
    targetId: match.targetId,
    active: activeOf(mapping, match.resource),
    foundBy: match.by,
    protected: false,
  };
  return { account, fault: null };
}

function activeOf(mapping: CompiledMapping, resource: ScimResource): boolean | null {
  return mapping.kind === 'group' ? null : isActive(resource);
}

/** As the matcher of a cycle, asking the target itself. */
function matcherOf({ mapping }: AccountQuestion, context: CycleContext, asked: CompiledMapping): Matcher {
  return async (sourceId, view) => {
    const match = await matchNow(context, asked, view);
    if (match.type !== 'one') return match;
    const notTheirs = await whyNotTheirs(context, mapping, sourceId, view, match);
    return notTheirs === null ? match : { type: 'fault', fault: notTheirs };
  };
}

async function referencedLinks({ about, mapping, view }: AccountQuestion): Promise<Map<string, LinkTable>> {
  const managerId = mapping.mapsManager ? view('manager') : null;
  return typeof managerId === 'string'
    ? findLinks(about.store.db, about.job.id, 'user', [managerId])
    : new Map<string, LinkTable>();
}

function evaluate(
  { about, mapping, view }: AccountQuestion,
  creating: boolean,
  capabilities: Capabilities,
  references: ReadonlyMap<string, LinkTable>,
): Pick<AccountFacts, 'values' | 'mappingFault' | 'waiting'> {
  const environment = { ...environmentIn(about), isTaken: () => false };
  const mapped = mapObject(mapping, view, creating, capabilities, environment);
  const values: MappedValue[] = mapped.desired.map(({ path, value }) => {
    const redacted = mapped.redacted.has(path.text);
    return { name: path.text, value: redacted ? null : value, redacted };
  });
  const waiting: string[] = [];
  for (const { name, form, referencedId } of mapped.references) {
    const value = referenceValue(form, references.get(referencedId));
    if (value === null) waiting.push(name);
    else values.push({ name, value, redacted: false });
  }
  return { values, waiting, mappingFault: mapped.fault };
}

/** As in a cycle, also offline. */
function environmentIn({ job, clock, random }: Explaining): MappingEnvironment {
  return environmentOf({ io: { clock, random }, job });
}

/** A context for planning only: no cycle is opened, and whatever would write to the target fails. */
function readingContext({ about, appRoles }: AccountQuestion, io: EngineIo, capabilities: Capabilities): CycleContext {
  const { job, clock } = about;
  return {
    job,
    request: { trigger: 'onDemand', dryRun: true },
    io,
    lease: { jobId: job.id, owner: 'nobody', epoch: -1 },
    cycleId: 'explain',
    kind: 'incremental',
    timeBegan: clock.now().toISOString(),
    observes: job.settings.mode === 'observe',
    carriesOut: false,
    selected: null,
    careful: null,
    configurationSeq: 0,
    approved: null,
    accepted: null,
    tries: false,
    leavesConfiguration: false,
    isTrial: false,
    taking: null,
    configuration: null,
    contacting: false,
    firstContact: null,
    announcedAccounts: null,
    ambiguousPeople: 0,
    failing: new Map(),
    drift: null,
    report: null,
    counts: zeroCounts(),
    failsTooMuch: false,
    requestsBefore: { graph: 0, tokens: 0, scim: 0 },
    appRoles,
    excludesDefaultAccess: false,
    learned: NOTHING_LEARNED,
    capabilities: Promise.resolve(capabilities),
  };
}
