// Changes of a plan in the form in which somebody approves them: what is shown, and a hash over what would be sent. The same
// function makes them for the file and, when it is applied, from the plan that is computed anew.
import type { ApprovedChange } from '../model/approved-plan.ts';
import type { ObjectKind } from '../model/directory.ts';
import { stableHash } from '../rules/stable-json.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { Db } from '../store/database.ts';
import { type DueGroup, type DueMembers, dueMembers, pageDueGroups } from '../store/due-members.ts';
import { type PlanPosition, pagePlan } from '../store/plan-pages.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CompiledJob, mappingOf } from './compiled-job.ts';
import { readPayload } from './payload-text.ts';
import { shownProperties } from './plan-listing.ts';

const PAGE = 500;

/** All changes of the plan of a job, in the order of the phases, then the members of groups. */
export async function* listApprovable(db: Db, job: CompiledJob): AsyncIterable<ApprovedChange> {
  const expected = new Set<string>();
  for (let after: PlanPosition | null = null; ; ) {
    const page = await pagePlan(db, job.id, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const row of page) {
      if (row.kind === 'user' && isBirth(row.action)) expected.add(row.source_id);
      yield approvableChange(job, row);
    }
    after = { phase: last.phase, name: last.display_name ?? '', id: last.id };
  }
  yield* listMemberships(db, job, expected);
}

/** The membership changes of every group that has some; `expected` are people who get an account by this plan. */
export async function* listMemberships(
  db: Db,
  job: CompiledJob,
  expected: ReadonlySet<string>,
): AsyncIterable<ApprovedChange> {
  if (job.group?.mapsMembers !== true) return;
  for (let after = ''; ; ) {
    const groups = await pageDueGroups(db, job.id, after);
    const last = groups.at(-1);
    if (last === undefined) return;
    for (const group of groups) {
      const due = await dueMembers(db, job.id, group.id, expected);
      if (due.add.length + due.remove.length > 0) yield approvableMemberships(group, due);
    }
    after = last.id;
  }
}

/** Whether an action links an account to somebody. */
export function isBirth(action: string): boolean {
  return action === 'create' || action === 'adopt';
}

/** A planned change as it is approved. */
export function approvableChange(job: CompiledJob, row: StoredChange): ApprovedChange {
  const payload = readPayload(row.payload);
  const unseen = unseenOf(job, row.kind as ObjectKind, payload.redacted ?? []);
  return {
    kind: row.kind as ObjectKind,
    id: row.source_id,
    name: row.display_name,
    action: row.action as ApprovedChange['action'],
    account: row.target_id,
    event: row.event,
    guard: row.guard_class,
    changes: shownChanges(payload, row.action, unseen),
    hash: hashOf(row, payload, unseen),
  };
}

/** Attributes whose values are neither shown nor compared: redacted ones, passwords, and those that chance decides. */
function unseenOf(job: CompiledJob, kind: ObjectKind, redacted: readonly string[]): ReadonlySet<string> {
  const random = (mappingOf(job, kind)?.attributes ?? []).flatMap((each) =>
    each.expression?.random === true ? [each.name] : [],
  );
  return new Set(['password', ...redacted, ...random]);
}

/** References to people without an account are shown by whom they name; they are written once there is one. */
function shownChanges(
  payload: Partial<ChangePayload>,
  action: string,
  unseen: ReadonlySet<string>,
): NonNullable<ApprovedChange['changes']> {
  const redacted = [...unseen];
  const waiting = (payload.references ?? []).map(({ name, referencedId }) => ({
    attribute: name,
    oldValue: null,
    newValue: `(the account of ${referencedId})`,
  }));
  const groups =
    payload.removesMemberships === true
      ? [{ attribute: 'groups', oldValue: null, newValue: '(out of the groups that this job manages)' }]
      : [];
  return [...shownProperties(action, { ...payload, redacted }), ...waiting, ...groups];
}

function approvableMemberships({ id, display_name, target_id }: DueGroup, { add, remove }: DueMembers): ApprovedChange {
  return {
    kind: 'group',
    id,
    name: display_name,
    action: 'memberships',
    account: target_id,
    event: null,
    guard: null,
    add: [...add],
    remove: [...remove],
    hash: stableHash(['memberships', id, target_id, add.map((each) => each.id), remove.map((each) => each.id)]),
  };
}

/**
 * What would be sent, from what to what. A short secret could be guessed from its hash, and random values are others in every
 * plan: both count by the name of their attribute.
 */
function hashOf(row: StoredChange, payload: Partial<ChangePayload>, unseen: ReadonlySet<string>): string {
  const { references = [], desired = [], differences = [], restated = [] } = payload;
  const seen = (name: string, value: unknown) => [name, unseen.has(name) ? null : value];
  const written =
    row.action === 'create'
      ? desired.map(({ path, value }) => seen(path.text, { to: value }))
      : differences.map(({ path, oldValue, newValue, elements }) =>
          seen(path.text, { from: oldValue, to: newValue, elements }),
        );
  return stableHash([
    row.action,
    row.kind,
    row.source_id,
    row.target_id,
    row.event,
    row.action === 'delete' ? [] : written,
    restated.map(({ path, newValue }) => seen(path.text, newValue)),
    references.map(({ name, referencedId }) => [name, referencedId]),
    payload.removesMemberships === true,
  ]);
}
