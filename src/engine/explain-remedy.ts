// What helps, the smallest step first. Says only what follows from the evidence; a number of people is named only when it
// was counted.
import { DEFAULT_ACCESS_ROLE_ID } from '../model/directory.ts';
import { ERROR_TABLE } from '../model/errors.ts';
import { pauseOf } from '../rules/pause.ts';
import { MEMBER_OF } from '../rules/scoping-attributes.ts';
import { type Evidence, nameOf } from './explain-evidence.ts';
import type { AssignmentPath, ExplainConcern, Remedy } from './explain-result.ts';

/** What is to be done; empty when nothing is. */
export function remedyOf(evidence: Evidence, concern: ExplainConcern): Remedy[] {
  const { reason, stored, about } = evidence;
  const name = nameOf(evidence);
  const job = `--job ${about.job.id}`;
  if (concern === 'held') return [step('look at it and decide', `staged ${job}`)];
  if (concern === 'failing') return failing(evidence);
  switch (reason) {
    case 'hardDeleted':
      return stored.link === undefined
        ? []
        : [step('none in the directory: the account follows lifecycle.hardDeleted')];
    case 'softDeleted':
      return [step(`restore ${name} in Microsoft Entra (Deleted users)`)];
    case 'blocked':
      return [step(`unblock the sign-in of ${name} in Microsoft Entra (Account enabled)`)];
    case 'kindNotProvisioned':
      return [step('enable the object mapping of groups in the job, if the target has groups')];
    case 'notReadYet':
      return [nextCycle(evidence)];
    case 'unassigned':
      return unassigned(evidence);
    case 'outOfScope':
      return outOfScope(evidence);
    case 'unknown':
      return [
        evidence.facts === null
          ? step('ask Microsoft Graph: leave --offline out')
          : step('see which permission is missing', `test-connection ${job}`),
      ];
    case null:
      return pending(evidence);
    default:
      return reason satisfies never;
  }
}

function step(text: string, command: string | null = null, note: string | null = null): Remedy {
  return { text, note, command };
}

function nextCycle({ id, about }: Evidence): Remedy {
  return step('wait for the next cycle, or provision at once', `provision ${id} --job ${about.job.id}`);
}

function failing({ stored, account, about, id }: Evidence): Remedy[] {
  const fault = account?.mappingFault ?? account?.fault ?? account?.planned?.fault;
  const advice = adviceFor(fault?.code ?? stored.escrow?.code ?? '');
  const again = step('then try at once', `provision ${id} --job ${about.job.id}`);
  return advice === null ? [again] : [step(advice), again];
}

function adviceFor(code: string): string | null {
  return Object.hasOwn(ERROR_TABLE, code) ? ERROR_TABLE[code as keyof typeof ERROR_TABLE].advice : null;
}

function unassigned(evidence: Evidence): Remedy[] {
  const { standing, about, facts, kind } = evidence;
  const leftOut = standing.paths.filter((path) => path.leftOut);
  if (leftOut.length > 0) return [otherRole(leftOut, evidence), takeDefaultAccessIn(evidence)];
  const nested = standing.paths.find((path) => path.type === 'group' && !path.reached);
  if (nested === undefined || kind === 'group') {
    const application = facts?.application.known === true ? ` "${facts.application.value.displayName}"` : '';
    const how = kind === 'user' ? ', directly or through a group' : '';
    return [step(`assign ${nameOf(evidence)} to the application${application} in Microsoft Entra${how}`)];
  }
  const inner = nested.chain[0]?.displayName;
  const people = facts?.nestedPeople ?? null;
  // Whoever is reached by another assignment as well is counted too, so the number is a bound.
  const count = people === null ? null : `at most ${people} more ${people === 1 ? 'person' : 'people'}`;
  const command = `plan --job ${about.job.id} --set source.nestedGroups=transitive`;
  return [
    step(inner == null ? 'assign the inner group' : `assign "${inner}"`),
    step('nestedGroups: transitive', command, count),
  ];
}

function otherRole(leftOut: readonly AssignmentPath[], evidence: Evidence): Remedy {
  const { facts } = evidence;
  const roles = facts?.application.known === true ? facts.application.value.appRoles : [];
  const usable = roles.filter((role) => role.isEnabled && role.allowedMemberTypes.includes('User'));
  const group = leftOut[0]?.group;
  const who = group == null ? nameOf(evidence) : `"${group.displayName ?? 'the group'}"`;
  const names = usable.slice(0, 3).map((role) => `"${role.displayName}"`);
  return step(`assign ${who} with ${names.length === 0 ? 'a role' : `the role ${names.join(' or ')}`}`);
}

function takeDefaultAccessIn({ facts, about }: Evidence): Remedy {
  const list =
    facts?.assignments.known === true && facts.assignments.value.complete ? facts.assignments.value.rows : null;
  const rows = list?.filter(
    (row) => row.appRoleId === DEFAULT_ACCESS_ROLE_ID && row.principalType !== 'ServicePrincipal',
  );
  const count = rows === undefined ? null : `${rows.length} ${rows.length === 1 ? 'assignment' : 'assignments'}`;
  const command = `plan --job ${about.job.id} --set source.excludeDefaultAccess=false`;
  return step('source.excludeDefaultAccess: false', command, count === null ? null : `${count} with Default Access`);
}

function outOfScope(evidence: Evidence): Remedy[] {
  const failed = evidence.scope?.reasons.find(({ result }) => !result);
  const name = failed?.attribute ?? 'the attribute';
  const attribute = name === MEMBER_OF ? 'the groups' : name;
  return [
    step(
      `change ${attribute} of ${nameOf(evidence)} in the directory, or the scoping filter of job ${evidence.about.job.id}`,
    ),
  ];
}

function pending(evidence: Evidence): Remedy[] {
  const { stored, account, about } = evidence;
  const { settings, id } = about.job;
  const decision = account?.planned?.decision ?? null;
  if (!settings.enabled) return [step('set enabled: true in the job')];
  if (stored.job !== undefined && pauseOf(stored.job, about.clock.now().getTime()) !== null)
    return [step('end the pause', `resume --job ${id}`)];
  if (stored.job?.last_fault != null) return [step('the job itself could not run', `status --job ${id}`)];
  const settled = decision === null && stored.link !== undefined && stored.open.length === 0;
  if (decision === null && about.io !== null && stored.link !== undefined)
    return [step('test what could not be asked', `test-connection --job ${id}`)];
  if (stored.open.some((change) => change.status === 'rejected'))
    return [step('take the rejection back', `approve --job ${id} --object ${evidence.id}`)];
  if (decision?.action === 'none' || settled) return [];
  if (settings.mode === 'observe') return [step('read the plan, then set mode: enforce', `plan --job ${id}`)];
  return [nextCycle(evidence)];
}
