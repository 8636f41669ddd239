// Plans one object: facts -> intention -> account in the target -> decision. It reads, and writes nothing.
import type { SourceValue } from '../expressions/compile.ts';
import type { ProvisioningStep } from '../model/cycle.ts';
import { type Intention, intend, type LifecycleFacts, lifecycleEvent, undecidedScope } from '../rules/lifecycle.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { LinkTable } from '../store/schema.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import { findLostAccount } from './lost-account.ts';
import { scopeFactsOf } from './named-groups.ts';
import { planDeprovisioning } from './plan-deprovisioning.ts';
import { planLinked } from './plan-linked.ts';
import { planUnlinked } from './plan-unlinked.ts';
import { type PlannedObject, type PlanningAid, step, viewOf } from './planned-object.ts';
import { protectAccount } from './protection.ts';

/** Plans one object. Faults of the job are thrown. */
export async function planObject(
  row: SourceObjectRow,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  return protectAccount(await decide(row, link, aid), link, aid);
}

/** What is known of an object when its fate is decided, and what its filters say. */
export function factsOf(
  row: SourceObjectRow,
  view: (name: string) => SourceValue,
  mapping: CompiledMapping,
  now: Date,
) {
  const scope = mapping.scope?.evaluate(view, scopeFactsOf(row, now)) ?? null;
  const facts: LifecycleFacts = {
    kind: mapping.kind,
    state: row.state as LifecycleFacts['state'],
    entitled: row.roles !== null,
    passesScope: scope?.inScope ?? true,
    accountEnabled: view('accountEnabled') !== false,
  };
  return { facts, scope };
}

async function decide(row: SourceObjectRow, link: LinkTable | undefined, aid: PlanningAid): Promise<PlannedObject> {
  const { context, mapping } = aid;
  const view = viewOf(context, row, false);
  const moment = context.io.clock.now();
  const { facts, scope } = factsOf(row, view, mapping, moment);
  const absence = { disabledAt: aid.departureOf(row.id)?.current?.disabled_at ?? null, now: moment.getTime() };
  const judge = (linked: boolean) => intend(facts, linked, context.job.settings.lifecycle, mapping.flowTypes, absence);
  const intention = judge(link !== undefined);
  const undecided = undecidedScope(intention, scope);
  const event = row.state === 'unread' ? null : lifecycleEvent(facts);
  const steps: ProvisioningStep[] = [
    step('EntryImport', 'import', 'success', `Read from Microsoft Graph: ${row.state}.`),
    step(
      'EntrySynchronizationScoping',
      'scoping',
      intention.type === 'leave' ? 'skipped' : 'success',
      scopeText(
        facts.entitled,
        (scope?.reasons ?? []).map(({ text }) => text),
      ),
    ),
    ...(undecided === null ? deprovisioningSteps(intention) : []),
  ];
  const planned: PlannedObject = {
    row,
    inScope: row.state !== 'unread' && event === null,
    event,
    intention,
    decision: null,
    fault: null,
    references: [],
    redacted: [],
    matchedBy: link?.matched_by ?? '',
    steps,
    dropsLink: false,
    foundLink: null,
    revives: false,
    confirmed: null,
    current: null,
    isProtected: null,
  };
  if (intention.type === 'leave' && link === undefined && row.fresh_match === 1) {
    if (judge(true).type !== 'leave') {
      const lost = await findLostAccount(context, row, view, aid.matcher);
      if ('fault' in lost) return { ...planned, fault: lost.fault };
      if (lost.link !== null) return { ...(await planObject(row, lost.link, aid)), foundLink: lost.link };
    }
  }
  if (undecided !== null) return { ...planned, fault: undecided };
  switch (intention.type) {
    case 'leave':
      return { ...planned, decision: { action: 'none', because: intention.because } };
    case 'delete':
      return {
        ...planned,
        decision:
          link === undefined
            ? { action: 'none', because: 'goneFromTarget' }
            : { action: 'delete', targetId: link.target_id },
      };
    case 'disable':
    case 'reduce':
      return planDeprovisioning(planned, intention, link, aid);
    case 'provision':
      return link === undefined ? planUnlinked(planned, view, aid) : planLinked(planned, view, link, aid);
    default:
      return intention satisfies never;
  }
}

/** What a policy does besides disabling, so that plans, logs and explanations say it. */
function deprovisioningSteps(intention: Intention): ProvisioningStep[] {
  if (intention.type !== 'disable' && intention.type !== 'reduce') return [];
  const { removesMemberships, deleteAt } = intention;
  const parts = [
    ...(removesMemberships ? ['The person is taken out of the groups that this job manages.'] : []),
    ...(deleteAt === null ? [] : [`The account is deleted from ${new Date(deleteAt).toISOString()} on.`]),
  ];
  return parts.length === 0 ? [] : [step('EntryDeprovisioning', 'processing', 'success', parts.join(' '))];
}

function scopeText(entitled: boolean, reasons: readonly string[]): string {
  return [entitled ? 'Assigned to the application.' : 'Not assigned to the application.', ...reasons].join(' ');
}
