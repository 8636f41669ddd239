// Completes references whose two ends have an account by now: a manager created later, a cycle in the hierarchy, a
// manager whose e-mail changed. No restart is needed for any of them.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { CompiledAttribute } from '../rules/mapping.ts';
import { type AttributeDifference, diffResource } from '../scim/diff.ts';
import { buildPatch } from '../scim/patch.ts';
import type { ScimValue } from '../scim/resource.ts';
import { keepImages } from '../store/before-images.ts';
import { findEscrows } from '../store/escrows.ts';
import {
  findLinks,
  markToVerify,
  pageResolvableReferences,
  type ResolvableReference,
  removePendingReferences,
  saveLink,
} from '../store/links.ts';
import { appendLog } from '../store/provisioning-log.ts';
import type { LinkTable } from '../store/schema.ts';
import { findObjects } from '../store/source-objects.ts';
import { beforeImage } from './before-image.ts';
import { runBounded } from './bounded.ts';
import { admits } from './careful-start.ts';
import { type Exported, exportedAfter } from './change-payload.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { adapts } from './dialect.ts';
import { type LogSubject, logEntry, modifiedProperties } from './log-entry.ts';
import { step } from './planned-object.ts';
import { doubtOrForget, escrow } from './settle-plan.ts';

const PAGE = 200;

interface CompletedReference {
  readonly reference: ResolvableReference;
  readonly attribute: CompiledAttribute;
  readonly link: LinkTable;
  readonly value: ScimValue;
  readonly difference: AttributeDifference | null;
  readonly fault: ObjectFault | null;
}

/** Completes what can be completed now. */
export async function completeReferences(context: CycleContext): Promise<void> {
  const { job, io } = context;
  let after = { sourceId: '', attribute: '' };
  for (;;) {
    const now = io.clock.now().getTime();
    const only = context.request.selection?.user;
    const page = await pageResolvableReferences(io.store.db, job.id, after, now, PAGE, only);
    const last = page.at(-1);
    if (last === undefined) return;
    const links = await findLinks(
      io.store.db,
      job.id,
      'user',
      page.map((each) => each.source_id),
    );
    const admitted = page.filter((reference) => admits(context, 'user', reference.source_id));
    // Until the answer is settled, which stores the link as it was read, nobody knows what the account holds.
    const people = [...new Set(admitted.map((each) => each.source_id))];
    await settling(context, (trx) => markToVerify(trx, job.id, 'user', people));
    const completed = await runBounded(
      admitted.map((reference) => () => complete(context, reference, links.get(reference.source_id))),
      job.concurrency,
    );
    await settle(
      context,
      completed.filter((each) => each !== null),
    );
    after = { sourceId: last.source_id, attribute: last.target_attribute };
    await breathe(context);
  }
}

async function complete(
  context: CycleContext,
  reference: ResolvableReference,
  link: LinkTable | undefined,
): Promise<CompletedReference | null> {
  const attribute = context.job.user.attributes.find((each) => each.name === reference.target_attribute);
  if (attribute === undefined || link === undefined) return null;
  const value = attribute.reference?.form === 'email' ? reference.referenced_email : reference.referenced_target_id;
  if (value === null) return null;
  const base = { reference, attribute, link, value, difference: null, fault: null };
  const difference = await compare(context, attribute, link, value);
  if (difference === null) return base;
  if ('code' in difference) return { ...base, fault: difference };
  const operations = buildPatch([difference], context.job.strategy.patch.missingElement);
  const patched = await context.io.target.patch('User', link.target_id, operations, context.io.signal);
  return patched.ok ? { ...base, difference } : { ...base, fault: patched.fault };
}

/** The difference to send; what the target is known to hold, or an account created in this cycle, need not be read. */
async function compare(
  context: CycleContext,
  attribute: CompiledAttribute,
  link: LinkTable,
  value: string,
): Promise<AttributeDifference | ObjectFault | null> {
  const exported = JSON.parse(link.exported) as Exported;
  if (exported[attribute.name] === value) return null;
  if (context.job.strategy.referenceCheck === 'query') return ask(context, attribute, link, value);
  const isNew = link.cycle_id === context.cycleId && link.matched_by === 'created';
  if (isNew && !Object.hasOwn(exported, attribute.name)) {
    return { path: attribute.path, oldValue: undefined, newValue: value, elementExists: false, attributeExists: false };
  }
  const current = await context.io.target.get('User', link.target_id, context.io.signal);
  if (!current.ok) return current.fault;
  if (current.value === null)
    return { code: 'InvalidAnchor', message: `The account ${link.target_id} no longer exists in the target.` };
  return (
    diffResource(current.value, [{ path: attribute.path, value }], {
      caseInsensitive: context.job.settings.profile.caseInsensitive,
    })[0] ?? null
  );
}

/** Entra's way: one filter says whether the account refers to it already. */
async function ask(
  { io }: CycleContext,
  attribute: CompiledAttribute,
  link: LinkTable,
  value: string,
): Promise<AttributeDifference | ObjectFault | null> {
  const asked = await io.target.refersTo('User', link.target_id, { attribute: attribute.name, value }, io.signal);
  if (!asked.ok) return asked.fault;
  if (asked.value) return null;
  const oldValue = (JSON.parse(link.exported) as Exported)[attribute.name];
  return { path: attribute.path, oldValue, newValue: value, elementExists: false, attributeExists: false };
}

async function settle(context: CycleContext, completed: readonly CompletedReference[]): Promise<void> {
  const { job, counts } = context;
  await settling(context, async (trx) => {
    const ids = completed.map((each) => each.reference.source_id);
    const rows = await findObjects(trx, job.id, 'user', ids);
    const escrows = await findEscrows(trx, job.id, 'user', ids);
    const entries: ProvisioningLogEntry[] = [];
    // Two references of one person are written one after the other into the same link.
    const known = new Map<string, Exported>();
    for (const each of completed) {
      const { reference, attribute, link, value, difference, fault } = each;
      const subject: LogSubject = {
        kind: 'user',
        sourceId: reference.source_id,
        displayName: rows.get(reference.source_id)?.display_name ?? null,
        targetId: link.target_id,
        changeId: '',
      };
      if (fault !== null) {
        counts.failed += 1;
        if (fault.code === 'InvalidAnchor' && adapts(context))
          await doubtOrForget(trx, job.id, 'user', reference.source_id, link);
        await escrow(trx, context, subject, fault, escrows.get(reference.source_id), 'reference');
        entries.push(entry(context, subject, null, fault));
        continue;
      }
      await removePendingReferences(trx, job.id, reference.source_id, [reference.target_attribute]);
      const before = known.get(reference.source_id) ?? (JSON.parse(link.exported) as Exported);
      const exported = exportedAfter(before, [{ path: attribute.path, value }]);
      known.set(reference.source_id, exported);
      if (difference !== null && link.cycle_id !== context.cycleId) counts.updated += 1;
      await saveLink(trx, { ...link, exported: JSON.stringify(exported), cycle_id: context.cycleId });
      if (difference === null) continue;
      entries.push(entry(context, subject, difference, null));
      const written = { ...subject, targetId: link.target_id, action: 'update', event: null };
      await keepImages(trx, [beforeImage(context, written, [difference], [])]);
      context.careful?.add({
        kind: 'user',
        id: reference.source_id,
        displayName: subject.displayName,
        targetId: link.target_id,
        action: 'update',
        written: [{ path: attribute.path, value }],
        redacted: [],
        warned: false,
      });
    }
    await appendLog(trx, entries);
  });
}

function entry(
  context: CycleContext,
  subject: LogSubject,
  difference: AttributeDifference | null,
  fault: ObjectFault | null,
): ProvisioningLogEntry {
  return logEntry(context, subject, {
    action: 'update',
    status: fault === null ? 'success' : 'failure',
    steps: [
      step(
        'ReferenceResolution',
        'referenceResolution',
        fault === null ? 'success' : 'failure',
        fault?.message ?? `${difference?.path.text ?? 'The reference'} is complete now.`,
      ),
    ],
    modified: difference === null ? [] : modifiedProperties([difference], []),
    ...(fault === null ? {} : { fault }),
    durationInMilliseconds: 0,
  });
}
