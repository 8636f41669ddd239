// One finding a topic: what was found out about one object, in words.
import type { ObjectKind } from '../model/directory.ts';
import type { Job } from '../model/job.ts';
import { pauseOf } from '../rules/pause.ts';
import { BECAUSE } from './change-payload.ts';
import type { Evidence } from './explain-evidence.ts';
import type { AssignmentPath, Finding, Origin, PastAction, Topic } from './explain-result.ts';

/** All findings, in the order of topics. */
export function findingsOf(evidence: Evidence): Finding[] {
  return [
    ...directoryFinding(evidence),
    assignedFinding(evidence),
    ...filterFinding(evidence),
    ...accountFinding(evidence),
    ...nextFinding(evidence),
    ...mappedFinding(evidence),
    ...pendingFinding(evidence),
    ...historyFinding(evidence),
  ];
}

function finding(
  topic: Topic,
  answer: string,
  lines: readonly string[],
  origin: Origin | null,
  troubles = false,
): Finding {
  return { topic, answer, lines, origin, troubles };
}

function readAt({ facts, at, standing }: Evidence): Origin {
  return facts?.object.known === true
    ? { from: 'Graph', at }
    : { from: 'store', at: standing.origin.from === 'store' ? standing.origin.at : null };
}

function directoryFinding(evidence: Evidence): Finding[] {
  const { reason, kind, row } = evidence;
  const origin = readAt(evidence);
  const bad = (answer: string, text: string): Finding[] => [finding('directory', answer, [text], origin, true)];
  if (reason === 'kindNotProvisioned') return bad('not mapped', 'this job does not provision groups as objects');
  const text = row === null ? undefined : NOT_PRESENT[row.state];
  if (text !== undefined) return bad(...text);
  return reason === 'blocked' && kind === 'user' ? bad('blocked', 'sign-in is blocked (accountEnabled is false)') : [];
}

const NOT_PRESENT: Readonly<Record<string, readonly [string, string]>> = {
  softDeleted: ['deleted', 'in the recycle bin of the directory, where it can be restored for 30 days'],
  hardDeleted: ['gone', 'the directory does not know this id any more'],
  unread: ['not read yet', 'known by its id only: Microsoft Graph has not returned it so far'],
};

function assignedFinding({ standing, about, kind }: Evidence): Finding {
  const { entitled, paths, origin, groups } = standing;
  if (entitled === null) return finding('assigned', 'not known', ['the assignments could not be read'], origin, true);
  const counting = paths.filter((path) => path.reached && !path.leftOut);
  if (entitled)
    return finding(
      'assigned',
      'yes',
      counting.length === 0 ? ['as of the last cycle'] : counting.map(pathText),
      origin,
    );
  const lines = paths.map((path) => missText(path, kind, about.job.settings.source));
  if (lines.length === 0) lines.push(nothingText(groups));
  return finding('assigned', 'no', lines, origin, true);
}

function nothingText(groups: number | null): string {
  if (groups === null) return 'neither directly nor through an assigned group';
  if (groups === 0) return 'not directly, and in no group';
  return `neither directly nor through a group (in ${groups} ${groups === 1 ? 'group that is' : 'groups, none of them'} ${groups === 1 ? 'not assigned' : 'assigned'})`;
}

function pathText(path: AssignmentPath): string {
  const role = path.role === '' ? '' : ` (role "${path.role}")`;
  if (path.type === 'everybody') return 'everybody is (syncAll)';
  return path.type === 'direct' ? `directly${role}` : `${upward(path)}, which is assigned${role}`;
}

/** `member of "Sales EMEA", which is inside "Sales"`. */
function upward({ chain, group }: AssignmentPath): string {
  const names = (chain.length === 0 ? [group] : chain).map((each) => `"${each?.displayName ?? each?.id ?? 'a group'}"`);
  if (chain.length === 0) return `member, through other groups, of ${names[0] ?? ''}`;
  return `member of ${names.join(', which is inside ')}`;
}

function missText(path: AssignmentPath, kind: ObjectKind, source: Job['source']): string {
  const { excludeDefaultAccess: setting, nestedGroups } = source;
  const why = setting === 'auto' ? 'auto, and the application has roles' : String(setting);
  const leftOut = `but only with Default Access, which is left out (source.excludeDefaultAccess: ${why})`;
  if (path.type !== 'group') return path.leftOut ? `directly, ${leftOut}` : `${pathText(path)}, as of the next cycle`;
  const name = `"${path.group?.displayName ?? path.group?.id ?? 'the group'}"`;
  if (path.leftOut) return `${upward(path)}; ${name} is assigned, ${leftOut}`;
  if (path.reached) return `${pathText(path)}, as of the next cycle`;
  if (kind === 'group')
    return `${upward(path)}; ${name} is assigned, but a group counts only when it is assigned itself`;
  return `${upward(path)}; ${name} is assigned, but nestedGroups is ${nestedGroups}`;
}

function filterFinding(evidence: Evidence): Finding[] {
  const { scope, reason } = evidence;
  if (scope === null) return [];
  const failing = reason === 'outOfScope';
  const answer = scope.inScope ? (reason === null ? 'pass' : 'would pass') : failing ? 'exclude' : 'would exclude';
  return [
    finding(
      'filters',
      answer,
      scope.reasons.map(({ text }) => text),
      readAt(evidence),
      failing,
    ),
  ];
}

function accountFinding({ account, at, stored, about }: Evidence): Finding[] {
  if (account === null) return [];
  const origin: Origin = { from: 'target', at };
  const { account: found, fault, notAsked, tried } = account;
  if (notAsked !== null) {
    const { link } = stored;
    const known =
      link === undefined
        ? 'none is linked'
        : `${link.target_id}, linked ${link.linked_at.slice(0, 10)} by ${link.matched_by}${link.protected === 1 ? ', protected' : ''}`;
    return [
      finding(
        'account',
        link === undefined ? 'not known' : 'linked',
        [known, ...(about.io === null ? [] : [`not asked: ${notAsked}`])],
        { from: 'store', at: null },
      ),
    ];
  }
  if (fault !== null) return [finding('account', 'in doubt', [`${fault.code}: ${fault.message}`], origin, true)];
  if (found !== null) {
    const how = found.foundBy === 'link' ? 'linked' : `found by ${found.foundBy}, not linked yet`;
    const state = found.active === null ? 'there' : found.active ? 'active' : 'disabled';
    return [
      finding(
        'account',
        state,
        [`${found.targetId}, ${how}${account.planned?.isProtected === true ? ', protected' : ''}`],
        origin,
      ),
    ];
  }
  const names = tried.map(({ name, value }) => `${name} ${value ?? '(not shown)'}`).join(' or ');
  const gone =
    stored.link === undefined ? '' : `${stored.link.target_id} is linked, but is not there any more, nor is one `;
  return [
    finding(
      'account',
      'none',
      [`${gone}${names === '' ? 'no matching attribute has a value' : `with ${names}`}`],
      origin,
      gone !== '',
    ),
  ];
}

/** What the next cycle would do, when the target was asked. */
function nextFinding({ account, about, reason, stored }: Evidence): Finding[] {
  const planned = account?.planned;
  if (planned == null || account?.fault != null) return [];
  if (planned.fault !== null)
    return [finding('next', 'fails', [`${planned.fault.code}: ${planned.fault.message}`], null, true)];
  const { decision } = planned;
  if (decision === null) return [];
  // Why nobody is created was said already.
  if (decision.action === 'none' && reason !== null && stored.link === undefined) return [];
  if (decision.action === 'none') return [finding('next', 'nothing', [BECAUSE[decision.because]], null)];
  const observed = about.job.settings.mode === 'observe' ? ['mode is observe: it is planned and not carried out'] : [];
  const differences = 'differences' in decision ? decision.differences : [];
  const changes = differences.map(({ path, oldValue, newValue }) =>
    planned.redacted.includes(path.text)
      ? `${path.text} (not shown)`
      : `${path.text}: ${JSON.stringify(oldValue ?? null)} -> ${JSON.stringify(newValue ?? null)}`,
  );
  return [finding('next', decision.action, [...observed, ...changes], null)];
}

function mappedFinding(evidence: Evidence): Finding[] {
  const { account, facts, about } = evidence;
  if (account === null) return [];
  const origin = readAt(evidence);
  const { mappingFault, values, waiting } = account;
  if (mappingFault !== null)
    return [finding('mapped', 'fails', [`${mappingFault.code}: ${mappingFault.message}`], origin, true)];
  const lines = values.map(
    ({ name, value, redacted }) => `${name} = ${redacted ? '(not shown: Redact)' : JSON.stringify(value)}`,
  );
  const waits = waiting.map((name) => `${name} waits: the person has no account yet`);
  const roles = facts === null && about.job.usesAppRoles ? ['the definitions of app roles are not known offline'] : [];
  return [
    finding(
      'mapped',
      `${values.length} ${values.length === 1 ? 'value' : 'values'}`,
      [...lines, ...waits, ...roles],
      origin,
    ),
  ];
}

function pendingFinding({ stored, about, reason }: Evidence): Finding[] {
  const { job: row, escrow, open, departure } = stored;
  const { settings } = about.job;
  const now = about.clock.now().getTime();
  const pause = row === undefined ? null : pauseOf(row, now);
  const held = open.filter((change) => change.status === 'staged');
  const rejected = open.filter((change) => change.status === 'rejected');
  const others = open.filter(({ status }) => status !== 'staged' && status !== 'rejected');
  const lines = [
    ...held.map(
      (change) => `${change.action} is held since ${day(change.created_at)} (${change.guard_class ?? 'guard'})`,
    ),
    ...rejected.map(rejectionText),
    ...others.map(
      (change) =>
        `${change.action} is ${change.status === 'observed' ? 'planned, but mode is observe' : change.status}`,
    ),
    ...(departure?.current?.delete_at == null
      ? []
      : [`the account is deleted from ${moment(departure.current.delete_at)} on, unless the person comes back`]),
    ...(escrow === undefined
      ? []
      : [
          `failed ${escrow.attempts} ${escrow.attempts === 1 ? 'time' : 'times'}, last with ${escrow.code}: ${escrow.message}`,
          `next attempt ${moment(escrow.next_attempt)}`,
        ]),
    ...(settings.enabled ? [] : ['the job is not enabled']),
    ...(pause === null
      ? []
      : [`the job is paused until ${moment(pause.until)}${pause.reason === null ? '' : ` (${pause.reason})`}`]),
    ...(row === undefined || row.initial_done === 1 ? [] : ['the initial cycle has not ended yet']),
    ...(row === undefined ? ['the job has not run yet'] : []),
    ...(row?.last_fault == null ? [] : [`the last cycle could not run: ${codeOf(row.last_fault)}`]),
  ];
  if (lines.length === 0) return [];
  const other = rejected.length > 0 ? 'rejected' : 'waits';
  const answer = held.length > 0 ? 'held' : escrow === undefined ? other : 'failing';
  return [
    finding(
      'pending',
      answer,
      lines,
      { from: 'store', at: null },
      reason === null || held.length > 0 || escrow !== undefined,
    ),
  ];
}

function rejectionText(change: Evidence['stored']['open'][number]): string {
  const { action, guard_class: guardClass, decided_by: by, decided_until: until, decision_reason: reason } = change;
  const who = by === null ? '' : ` by ${by}`;
  const why = reason === null ? '' : `: ${reason}`;
  return `${action} was rejected${who} (${guardClass ?? 'guard'}) and is not sent until ${until === null ? 'it is approved' : day(until)}${why}`;
}

function codeOf(text: string): string {
  const { code, message } = JSON.parse(text) as { code?: string; message?: string };
  return `${code ?? ''}: ${message ?? ''}`;
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function moment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The log of the object, newest last. */
export function historyOf(entries: Evidence['stored']['history']): PastAction[] {
  return entries.map((entry) => ({
    at: entry.activityDateTime,
    action: entry.provisioningAction,
    status: entry.provisioningStatusInfo.status,
    code: entry.provisioningStatusInfo.errorInformation?.errorCode ?? null,
    reason: entry.provisioningStatusInfo.errorInformation?.reason ?? null,
  }));
}

function historyFinding({ stored }: Evidence): Finding[] {
  if (stored.history.length === 0) return [];
  const lines = historyOf(stored.history)
    .toReversed()
    .map(({ at, action, status, code, reason }) =>
      [
        `${at.slice(0, 16).replace('T', ' ')} UTC`,
        action,
        status,
        ...(code === null ? [] : [`${code}: ${reason ?? ''}`]),
      ].join('  '),
    );
  return [finding('history', `last ${lines.length}`, lines, { from: 'store', at: null })];
}
