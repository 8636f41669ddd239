// Reads what was sent back from the target (--limit): a service that answers success and keeps something else is found
// with the first few people, not with the whole company.
import type { ActionName, ProvisioningLogEntry } from '../model/cycle.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { ObjectReport, ReadBack, UnappliedAttribute } from '../model/object-report.ts';
import { diffResource } from '../scim/diff.ts';
import type { ScimResource } from '../scim/resource.ts';
import { targetMembers } from '../store/members.ts';
import { appendLog } from '../store/provisioning-log.ts';
import { runBounded } from './bounded.ts';
import type { CarefulStart, SentObject } from './careful-start.ts';
import { mappingOf } from './compiled-job.ts';
import { type CycleContext, settling } from './context.ts';
import { logEntry, modifiedProperties } from './log-entry.ts';
import { step } from './planned-object.ts';
import { memberIdsOf } from './shown-members.ts';

/** Reads every object that was sent and reports it; what differs is a warning of the cycle and of the object. */
export async function readBack(context: CycleContext, careful: CarefulStart): Promise<void> {
  const reports = await runBounded(
    careful.sent.map((sent) => async () => ({ sent, report: reportOf(sent, await readOne(context, sent)) })),
    context.job.concurrency,
  );
  const entries: ProvisioningLogEntry[] = [];
  for (const { sent, report } of reports) {
    if (report.outcome !== 'warning') continue;
    if (!sent.warned) context.counts.warnings += 1;
    entries.push(warningEntry(context, sent, report));
  }
  if (entries.length > 0) await settling(context, (trx) => appendLog(trx, entries));
  careful.reports = reports.map((each) => each.report);
}

async function readOne(context: CycleContext, sent: SentObject): Promise<ReadBack> {
  const { job, io } = context;
  const mapping = mappingOf(job, sent.kind);
  if (mapping === null) return { result: 'unread', differences: [] };
  const answer = await io.target.get(mapping.scimKind, sent.targetId, io.signal);
  if (!answer.ok) return { result: 'unread', differences: [] };
  const resource = answer.value;
  if (sent.action === 'delete') {
    if (resource === null) return { result: 'asSent', differences: [] };
    return { result: 'differs', differences: [{ attribute: 'id', sent: null, held: sent.targetId }] };
  }
  if (resource === null) return { result: 'gone', differences: [] };
  const differences = [...attributesOf(context, sent, resource), ...(await membersOf(context, sent, resource))];
  return { result: differences.length === 0 ? 'asSent' : 'differs', differences };
}

/** The last value that was written to each attribute, compared with what the target holds. */
function attributesOf({ job }: CycleContext, sent: SentObject, resource: ScimResource): UnappliedAttribute[] {
  const last = new Map(sent.written.map((each) => [each.path.text, each]));
  const { caseInsensitive } = job.settings.profile;
  const differing = diffResource(resource, [...last.values()], { caseInsensitive });
  return modifiedProperties(differing, sent.redacted).map(({ displayName, oldValue, newValue }) => ({
    attribute: displayName,
    sent: newValue,
    held: oldValue,
  }));
}

/** Members that were sent and are not there; nothing is said of a target that does not show its members. */
async function membersOf(
  { job, io }: CycleContext,
  sent: SentObject,
  resource: ScimResource,
): Promise<UnappliedAttribute[]> {
  if (sent.kind !== 'group') return [];
  const shown = memberIdsOf(resource, job.settings.profile);
  if (shown === null) return [];
  const known = await targetMembers(io.store.db, job.id, sent.id, false);
  const missing = known.filter((each) => !shown.has(each.target_id)).length;
  if (missing === 0) return [];
  return [{ attribute: 'members', sent: `${known.length} members`, held: `${known.length - missing} of them` }];
}

function reportOf(sent: SentObject, back: ReadBack): ObjectReport {
  const { kind, id, displayName, targetId } = sent;
  const isWell = back.result === 'asSent';
  return {
    kind,
    id,
    displayName,
    targetId,
    action: sent.action as ActionName,
    outcome: isWell ? 'success' : 'warning',
    steps: [step('EntryReadBack', 'export', isWell ? 'success' : 'warning', readBackText(back))],
    modifiedProperties: [],
    readBack: back,
  };
}

/** One sentence about what the target holds. */
function readBackText({ result, differences }: ReadBack): string {
  switch (result) {
    case 'asSent':
      return 'Read back: as sent.';
    case 'gone':
      return 'Read back: the target answered success, but there is no such account.';
    case 'unread':
      return 'Read back: the target did not answer with the account, so it is not known what it holds.';
    case 'differs': {
      const names = differences.map((each) => each.attribute).join(', ');
      return `Read back: the target answered success, but holds something else in ${names}.`;
    }
    default:
      return result satisfies never;
  }
}

function warningEntry(context: CycleContext, sent: SentObject, report: ObjectReport): ProvisioningLogEntry {
  const message = report.steps.map((each) => each.description).join(' ');
  const fault: ObjectFault = { code: 'NotApplied', message };
  const subject = {
    kind: sent.kind,
    sourceId: sent.id,
    displayName: sent.displayName,
    targetId: sent.targetId,
    changeId: '',
  };
  return logEntry(context, subject, {
    action: 'other',
    status: 'warning',
    steps: report.steps,
    modified: (report.readBack?.differences ?? []).map((each) => ({
      displayName: each.attribute,
      oldValue: each.held,
      newValue: each.sent,
    })),
    fault,
    durationInMilliseconds: 0,
  });
}
