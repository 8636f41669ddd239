// Puts what was found out about one object into words: one finding a topic, the first reason that keeps it out first.
import type { LifecycleEvent } from '../model/lifecycle.ts';
import { pauseOf } from '../rules/pause.ts';
import { type Evidence, nameOf } from './explain-evidence.ts';
import { remedyOf } from './explain-remedy.ts';
import type { ExplainConcern, Explanation, Finding, Topic } from './explain-result.ts';
import { addressOf } from './explain-store.ts';
import { findingsOf, historyOf } from './explain-words.ts';

/** The whole answer. */
export function explanationOf(evidence: Evidence): Explanation {
  const { about, kind, id, row, facts, standing, scope, account, reason, stored } = evidence;
  const properties = row === null ? {} : (JSON.parse(row.attributes) as Record<string, unknown>);
  const inScope = row === null || reason === 'unknown' ? null : reason === null;
  const concern = concernOf(evidence);
  const isProtected = account?.planned?.isProtected ?? account?.account?.protected ?? false;
  return {
    jobId: about.job.id,
    object: { kind, id, displayName: nameOf(evidence), address: addressOf(properties) },
    inScope,
    reason,
    concern,
    findings: ordered(findingsOf(evidence), evidence),
    remedy: remedyOf(evidence, concern),
    notRead: facts === null ? [] : refusedOf(facts),
    assigned: { entitled: standing.entitled, paths: standing.paths },
    filters:
      scope === null
        ? null
        : { passes: scope.inScope, reasons: scope.reasons.map(({ text }) => text), clauses: scope.reasons },
    values: account?.values ?? [],
    account: account?.account == null ? null : { ...account.account, protected: isProtected },
    history: historyOf(stored.history),
    ...(about.job.insteadOf === null ? {} : { byAccepted: { since: isoOf(stored.job?.accepted_since ?? null) } }),
  };
}

function isoOf(moment: number | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

function refusedOf(facts: NonNullable<Evidence['facts']>): string[] {
  const parts: readonly (readonly [string, { known: true } | { known: false; why: string }])[] = [
    [facts.kind === 'user' ? 'the person' : 'the group', facts.object],
    ['the application', facts.application],
    ['the assignments', facts.assignments],
    ...(facts.object.known && facts.object.value.found ? [['the memberships', facts.memberships] as const] : []),
  ];
  const byReason = new Map<string, string[]>();
  for (const [what, part] of parts) if (!part.known) byReason.set(part.why, [...(byReason.get(part.why) ?? []), what]);
  const { memberships } = facts;
  const cut = memberships.known && !memberships.value.complete;
  return [
    ...[...byReason].map(([why, what]) => `${what.join(', ')}: ${why}`),
    ...(cut ? ['the memberships: there are more than one page of groups; only the first was looked at'] : []),
  ];
}

function concernOf({ stored, account, row, reason, about }: Evidence): ExplainConcern {
  if (
    stored.escrow !== undefined ||
    (account?.fault ?? account?.mappingFault ?? account?.planned?.fault ?? null) !== null
  ) {
    if (reason === null || stored.link !== undefined) return 'failing';
  }
  if (stored.open.some((change) => change.status === 'staged')) return 'held';
  if (row === null || reason === 'unknown') return 'unknown';
  if (reason !== null) return 'notInScope';
  const decision = account?.planned?.decision;
  const waits = stored.open.length > 0 || (decision !== undefined && decision !== null && decision.action !== 'none');
  const stopped = !about.job.settings.enabled || pauseOf(stored.job ?? NO_PAUSE, about.clock.now().getTime()) !== null;
  return waits || stopped || stored.link === undefined ? 'pending' : 'well';
}

const NO_PAUSE = { paused_since: null, paused_until: null, pause_reason: null };

/** The order of topics; what keeps the object out, or needs somebody, comes first. */
const ORDER: readonly Topic[] = ['directory', 'assigned', 'filters', 'account', 'next', 'mapped', 'pending', 'history'];
const CULPRIT: Readonly<Record<LifecycleEvent | 'notReadYet' | 'kindNotProvisioned', Topic>> = {
  hardDeleted: 'directory',
  softDeleted: 'directory',
  blocked: 'directory',
  notReadYet: 'directory',
  kindNotProvisioned: 'directory',
  unassigned: 'assigned',
  outOfScope: 'filters',
};

function ordered(findings: readonly Finding[], { reason }: Evidence): Finding[] {
  const culprit = reason === null ? null : reason === 'unknown' ? 'assigned' : CULPRIT[reason];
  const rank = ({ topic, troubles }: Finding): number =>
    topic === culprit || (culprit === null && troubles) ? -1 : ORDER.indexOf(topic);
  return findings.toSorted((left, right) => rank(left) - rank(right));
}
