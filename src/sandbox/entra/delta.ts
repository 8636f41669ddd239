/**
 * Delta queries (`/users/delta`, `/groups/delta`, `/servicePrincipals/delta`): rounds, tokens and their expiry. The deltaLink
 * of a round starts at the sequence number seen when the round began, so what changes meanwhile comes again: nothing is lost
 * and replays happen by themselves. Follows "Use delta query to track changes in Microsoft Graph data".
 */
import type { ObjectKind } from './change-log.ts';
import { changedUnits, type DeltaView, type FilledPage, fillPage, initialUnits } from './delta-page.ts';
import { type PlannedEntry, planRound } from './delta-plan.ts';
import { badRequest, GraphFault } from './graph-fault.ts';
import { parseQuery, type QueryOptions, selectNames } from './odata.ts';
import type { DeltaQuery, DeltaState } from './page-token.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import { defaultProperties, type EntitySchema, SCHEMAS, selectProperty } from './schema.ts';
import type { TenantState } from './tenant-state.ts';

const LIFETIME_MS = 7 * 86_400_000;
const MAX_IDS = 50;
const OPTIONS = ['$select', '$filter', '$deltatoken', '$skiptoken'];

/** Answers one request of a delta round. */
export function answerDelta(state: TenantState, kind: ObjectKind, request: GraphRequest): GraphReply {
  const schema = SCHEMAS[kind];
  const options = parseQuery(request.search, OPTIONS);
  const minimal = /(?:^|[,;\s])return=minimal(?:$|[,;\s])/i.test(request.headers['prefer'] ?? '');
  const token = options.get('$skiptoken') ?? options.get('$deltatoken');
  if (token === undefined || token === '') return startRound(state, schema, options, request);
  if (token === 'latest' && options.has('$deltatoken')) return latest(state, schema, options, request);
  if (options.size > 1) {
    throw badRequest('Query options cannot be combined with $skiptoken or $deltatoken: they are part of the token.');
  }
  const opened = state.sealer.open(token);
  const wanted = options.has('$skiptoken') ? 'skip' : 'delta';
  if (
    opened === undefined ||
    opened.kind === 'list' ||
    opened.kind !== wanted ||
    opened.resource !== schema.collection
  ) {
    throw badRequest('Badly formed token.');
  }
  checkAge(state, opened, request.origin);
  const round = opened.kind === 'delta' ? { ...opened, to: visibleHead(state) } : opened;
  return answerPage(state, schema, round, request, minimal && round.phase === 'changes');
}

function visibleHead(state: TenantState): number {
  const { log } = state.directory;
  const lag = state.settings.deltaLagSeconds * 1000;
  return lag === 0 ? log.head : log.seenAt(state.clock.now().getTime() - lag);
}

function startRound(
  state: TenantState,
  schema: EntitySchema,
  options: QueryOptions,
  request: GraphRequest,
): GraphReply {
  const head = visibleHead(state);
  const round: DeltaState = { ...newState(state, schema, options), phase: 'initial', from: head, to: head };
  return answerPage(state, schema, round, request, false);
}

function latest(state: TenantState, schema: EntitySchema, options: QueryOptions, request: GraphRequest): GraphReply {
  const head = visibleHead(state);
  const round: DeltaState = { ...newState(state, schema, options), phase: 'changes', from: head, to: head };
  return { status: 200, body: { ...context(schema, round, request), ...deltaLink(state, round, request), value: [] } };
}

function newState(state: TenantState, schema: EntitySchema, options: QueryOptions): DeltaState {
  const query = readQuery(state, schema, options);
  return {
    ...query,
    kind: 'skip',
    generation: state.generation,
    issuedAt: state.clock.now().getTime(),
    phase: 'initial',
    from: 0,
    to: 0,
    position: 0,
    after: 0,
    page: 1,
  };
}

function readQuery(state: TenantState, schema: EntitySchema, options: QueryOptions): DeltaQuery {
  const names = selectNames(options) ?? null;
  const select: string[] = [];
  for (const name of names ?? []) {
    if (name.toLowerCase() === schema.relation) select.push(schema.relation);
    else select.push(selectProperty(schema, name, state.directory.extensions).name);
  }
  return { resource: schema.collection, select: names === null ? null : select, ids: readIds(options.get('$filter')) };
}

function readIds(filter: string | undefined): string[] | null {
  if (filter === undefined) return null;
  const ids = filter
    .split(/\s+or\s+/i)
    .map((clause) => /^\s*id\s+eq\s+'?([0-9a-fA-F-]{36})'?\s*$/.exec(clause)?.[1]?.toLowerCase());
  if (ids.includes(undefined))
    throw badRequest("Unsupported filter: a delta query can only be filtered by 'id eq' clauses joined by 'or'.");
  if (ids.length > MAX_IDS) throw badRequest(`A delta query can be filtered by at most ${MAX_IDS} ids.`);
  return ids.filter((id) => id !== undefined);
}

/** Expired tokens and tokens of a lost generation send the client back to a full round. */
function checkAge(state: TenantState, token: DeltaState, origin: string): void {
  const expired = state.clock.now().getTime() - token.issuedAt > LIFETIME_MS;
  if (token.generation === state.generation && !expired) return;
  const message =
    'The sync state generation is not found. The delta token is expired and data must be synchronized again.';
  if (token.generation === state.generation && state.settings.expiredDeltaStatus === 400) {
    throw new GraphFault(400, 'syncStateNotFound', message);
  }
  const query = [
    token.select === null ? '' : `$select=${token.select.join(',')}&`,
    token.ids === null ? '' : `$filter=${encodeURIComponent(token.ids.map((id) => `id eq '${id}'`).join(' or '))}&`,
  ].join('');
  const location = `${origin}/v1.0/${token.resource}/delta?${query}$deltatoken=`;
  throw new GraphFault(410, 'SyncStateNotFound', message, { Location: location });
}

function viewOf(state: TenantState, schema: EntitySchema, query: DeltaQuery): DeltaView {
  const { directory } = state;
  const relation = schema.relation;
  if (query.select === null) {
    return { directory, schema, properties: defaultProperties(schema), relation: relation === 'members' };
  }
  const properties = query.select
    .filter((name) => name !== relation)
    .map((name) => selectProperty(schema, name, directory.extensions));
  return { directory, schema, properties, relation: relation !== null && query.select.includes(relation) };
}

function fill(state: TenantState, schema: EntitySchema, round: DeltaState, minimal: boolean): FilledPage {
  const { emptyPageEvery, memberSliceSize, pageSize, removedInInitialRound } = state.settings;
  if (emptyPageEvery > 0 && round.page % emptyPageEvery === 0) {
    return { rows: [], next: { position: round.position, after: round.after } };
  }
  const view = viewOf(state, schema, round);
  const ids = round.ids === null ? null : new Set(round.ids);
  const units =
    round.phase === 'initial'
      ? initialUnits(view, round.position, ids, removedInInitialRound)
      : changedUnits(view, plannedRound(state, schema, round, view, ids), round.position, minimal);
  return fillPage(units, round.position, round.after, { objects: pageSize, links: memberSliceSize });
}

/** The plan of the round read last is kept: its next page asks for the same one. */
const lastPlan = new WeakMap<TenantState, { readonly key: string; readonly plan: readonly PlannedEntry[] }>();

function plannedRound(
  state: TenantState,
  schema: EntitySchema,
  round: DeltaState,
  view: DeltaView,
  ids: ReadonlySet<string> | null,
): readonly PlannedEntry[] {
  const key = JSON.stringify([schema.collection, round.from, round.to, round.select, round.ids]);
  const kept = lastPlan.get(state);
  if (kept?.key === key) return kept.plan;
  const names = new Set(view.properties.map((property) => property.name));
  const tracks = (name: string): boolean => (name === schema.relation ? view.relation : names.has(name));
  const plan = planRound(state.directory.log, schema.kind, round.from, round.to, tracks, ids);
  lastPlan.set(state, { key, plan });
  return plan;
}

function answerPage(
  state: TenantState,
  schema: EntitySchema,
  round: DeltaState,
  request: GraphRequest,
  minimal: boolean,
): GraphReply {
  const filled = fill(state, schema, round, minimal);
  const links =
    filled.next === undefined ? deltaLink(state, round, request) : nextLink(state, round, filled.next, request);
  const body = { ...context(schema, round, request), ...links, value: filled.rows };
  return minimal ? { status: 200, body, headers: { 'Preference-Applied': 'return=minimal' } } : { status: 200, body };
}

function context(schema: EntitySchema, round: DeltaState, request: GraphRequest): Record<string, string> {
  const shown =
    round.page === 1 && round.kind === 'skip' ? round.select?.filter((name) => name !== schema.relation) : undefined;
  const suffix = shown === undefined || shown.length === 0 ? '' : `(${shown.join(',')})`;
  return { '@odata.context': `${request.origin}/v1.0/$metadata#${schema.collection}${suffix}` };
}

function nextLink(
  state: TenantState,
  round: DeltaState,
  next: { position: number; after: number },
  request: GraphRequest,
): Record<string, string> {
  const token: DeltaState = {
    ...round,
    ...next,
    kind: 'skip',
    page: round.page + 1,
    issuedAt: state.clock.now().getTime(),
  };
  return { '@odata.nextLink': `${request.origin}/v1.0/${round.resource}/delta?$skiptoken=${state.sealer.seal(token)}` };
}

/** The next round starts where this one's view of the log ended. */
function deltaLink(state: TenantState, round: DeltaState, request: GraphRequest): Record<string, string> {
  const token: DeltaState = {
    ...round,
    kind: 'delta',
    phase: 'changes',
    from: round.to,
    position: 0,
    after: 0,
    page: 1,
    issuedAt: state.clock.now().getTime(),
  };
  return {
    '@odata.deltaLink': `${request.origin}/v1.0/${round.resource}/delta?$deltatoken=${state.sealer.seal(token)}`,
  };
}
