// Carries out the verdicts of the gate: what tripped a guard is held, everything else may be sent.
import type { GuardClass, ProvisioningLogEntry } from '../model/cycle.ts';
import { OBJECT_KINDS } from '../model/directory.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { classifyCreations, moveChanges, pageChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { clearEscrow } from '../store/escrows.ts';
import { appendLog } from '../store/provisioning-log.ts';
import { type CycleContext, settling } from './context.ts';
import type { GuardVerdicts } from './gate.ts';
import { holdMemberships } from './hold-members.ts';
import { heldAction, logEntry, modifiedProperties, subjectOfChange } from './log-entry.ts';
import { ownCycle } from './on-demand.ts';
import { readPayload } from './payload-text.ts';
import { step } from './planned-object.ts';

/** Classes that tripped a guard are held; everything else becomes pending. */
export async function releaseAndHold(context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    if (verdicts.holdsCreations) await classifyCreations(trx, job.id, ['planned'], ownCycle(context));
    for (const [guardClass, verdict] of verdicts.byClass) {
      if (!verdict.held || guardClass === 'memberships') continue;
      await logHeld(trx, context, guardClass, verdict.because);
      await moveChanges(trx, job.id, 'planned', 'staged', guardClass, ownCycle(context));
    }
    await moveChanges(trx, job.id, 'planned', 'pending', undefined, ownCycle(context));
    if (context.selected !== null) return;
    // Last, because it depends on who is held.
    const memberships = verdicts.byClass.get('memberships');
    const held = await holdMemberships(trx, context, memberships?.held === true);
    await appendLog(
      trx,
      held.map((change) => heldEntry(context, change, memberships?.because ?? '')),
    );
  });
}

async function logHeld(trx: Db, context: CycleContext, guardClass: GuardClass, because: string): Promise<void> {
  for (let after = ''; ; ) {
    const page = await pageChanges(trx, context.job.id, ['planned'], after, 500);
    const last = page.at(-1);
    if (last === undefined) return;
    const own = ownCycle(context);
    const held = page.filter((each) => each.guard_class === guardClass && (own === undefined || each.cycle_id === own));
    await appendLog(
      trx,
      held.map((change) => heldEntry(context, change, because)),
    );
    await endAttempts(trx, context.job.id, held);
    after = last.id;
  }
}

/** Whoever is held waits for an approval, not for the next attempt, which would ask the target in every cycle. */
export async function endAttempts(
  trx: Db,
  jobId: string,
  held: readonly Pick<StoredChange, 'kind' | 'source_id'>[],
): Promise<void> {
  for (const kind of OBJECT_KINDS) {
    const ids = held.filter((change) => change.kind === kind).map((change) => change.source_id);
    await clearEscrow(trx, jobId, kind, ids);
  }
}

function heldEntry(context: CycleContext, change: StoredChange, because: string): ProvisioningLogEntry {
  const payload = readPayload(change.payload);
  const shown = (payload.differences ?? []).filter(({ path }) => payload.identity?.includes(path.text) === true);
  return logEntry(context, subjectOfChange(change), {
    action: heldAction(change.action),
    status: 'skipped',
    steps: [
      step(
        'EntryExportHeld',
        'export',
        'skipped',
        `Held until approved: ${whatIsHeld(change)}. ${because}. See scimsync staged.`,
      ),
    ],
    modified: modifiedProperties(shown, payload.redacted ?? []),
    durationInMilliseconds: 0,
  });
}

function whatIsHeld({ guard_class, action, kind, event, amount }: StoredChange): string {
  if (guard_class === 'memberships') return `the removal of ${amount} member${amount === 1 ? '' : 's'} from this group`;
  if (guard_class === 'creates') return 'a creation where an account was to be expected';
  if (guard_class === 'undone') return `the ${action} that was undone`;
  if (guard_class === 'identity') return `the ${action} of an account whose name, id or address would change`;
  if (guard_class === 'revivals')
    return 'the adoption of an inactive account, which may be that of a namesake who left';
  if (guard_class === 'updates') return `the ${action} of an account because the configuration changed`;
  const who = kind === 'user' ? 'person' : 'group';
  const why = event === null ? '' : ` (${event})`;
  return guard_class === 'irreversible'
    ? `to ${action} this ${who}${why}, which the target cannot take back`
    : `to ${action} this ${who}${why}`;
}
