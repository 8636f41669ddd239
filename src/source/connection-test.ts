// The checks of test-connection for a Graph source: token, enterprise application, permissions. Reads only, repeats
// nothing that was answered, and turns every fault into a line with the next step.
import type { ServicePrincipal } from '../model/directory.ts';
import { ERROR_TABLE, JobFault } from '../model/errors.ts';
import { asRecord, oneLine, parseJson } from './json.ts';
import {
  GRAPH_PERMISSIONS,
  type GraphPermission,
  grantAdvice,
  isGranted,
  type NeededConcern,
  OPTIONAL_PERMISSION,
  PERMISSION_NAMES,
} from './permissions.ts';
import { readJobs } from './synchronization.ts';

/** One line of the report. */
export interface SourceCheck {
  readonly name: string;
  /** Null for what was not checked. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** The next step when not ok; a warning beside ok. */
  readonly advice?: string;
}

/** What the checks are made with; each may throw JobFault. */
export interface ConnectionProbes {
  readonly token: () => Promise<string>;
  readonly servicePrincipal: () => Promise<ServicePrincipal>;
  /** A cheap read that needs the permission of the concern. */
  readonly read: (concern: NeededConcern) => Promise<unknown>;
  /** The jobs of Microsoft Entra's own provisioning, asked once. */
  readonly synchronizationJobs: () => Promise<unknown>;
}

/** Somebody else who writes to the same accounts. */
const OTHER_WRITER = 'Entra provisioning';

const PROBE: Readonly<Record<GraphPermission, NeededConcern>> = {
  'User.Read.All': 'users',
  'GroupMember.Read.All': 'groups',
  'Application.Read.All': 'servicePrincipal',
};

/** Runs all checks. Rejects only when aborted or by an error that is no JobFault. */
export async function checkConnection(probes: ConnectionProbes, signal: AbortSignal): Promise<SourceCheck[]> {
  let roles: readonly string[] | undefined;
  const tokenCheck = await check('token', async () => {
    roles = grantedRoles(await probes.token());
    return 'Microsoft Entra issued an access token.';
  });
  if (!tokenCheck.ok) {
    const skipped = ['service principal', ...PERMISSION_NAMES, OTHER_WRITER];
    return [tokenCheck, ...skipped.map((name) => ({ name, ok: null, detail: 'there is no token.' }))];
  }
  const principalCheck = await check('service principal', async () => {
    const principal = await probes.servicePrincipal();
    const usable = principal.appRoles.filter((role) => role.isEnabled && role.allowedMemberTypes.includes('User'));
    return `${oneLine(principal.displayName, 100)} (${usable.length} app role(s) for users).`;
  });
  signal.throwIfAborted();
  const checks = [tokenCheck, principalCheck];
  for (const permission of PERMISSION_NAMES) checks.push(await checkPermission(permission, roles, probes));
  checks.push(await checkOtherWriter(probes));
  return checks;
}

/** Whether Microsoft Entra provisions the same application. Optional: whatever is not answered is not checked. */
async function checkOtherWriter({ synchronizationJobs }: ConnectionProbes): Promise<SourceCheck> {
  const name = OTHER_WRITER;
  const notChecked = (why: string): SourceCheck => ({ name, ok: null, detail: why });
  let answer: unknown;
  try {
    answer = await synchronizationJobs();
  } catch (error) {
    if (!(error instanceof JobFault)) throw error;
    const { name: permission, roleId } = OPTIONAL_PERMISSION;
    if (error.code === 'SourcePermissionMissing')
      return notChecked(`needs ${permission} (optional; role id ${roleId}).`);
    return notChecked(`${error.code}: ${error.message}`);
  }
  const jobs = readJobs(answer);
  if (jobs === undefined) return notChecked('Microsoft Graph answered no usable list of provisioning jobs.');
  const running = jobs.filter(({ active }) => active);
  if (running.length === 0) return { name, ok: true, detail: 'Microsoft Entra does not provision this application.' };
  const named = running.map(({ shown }) => shown);
  return {
    name,
    ok: true,
    detail: `Microsoft Entra provisions this application as well: job ${named.join(', job ')}.`,
    advice:
      "Two writers undo each other's changes: stop that job in Microsoft Entra (Provisioning) before this one writes, or keep mode: observe.",
  };
}

/** The `roles` claim of an access token that is a JWT; undefined when the token is opaque. Verifies nothing. */
export function grantedRoles(token: string): readonly string[] | undefined {
  const payload = token.split('.');
  if (payload.length !== 3) return undefined;
  const claims = asRecord(parseJson(Buffer.from(payload[1] ?? '', 'base64url').toString('utf8')));
  if (claims === undefined) return undefined;
  const roles = claims['roles'];
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
}

async function checkPermission(
  permission: GraphPermission,
  roles: readonly string[] | undefined,
  probes: ConnectionProbes,
): Promise<SourceCheck> {
  if (roles === undefined) {
    return check(permission, async () => {
      await probes.read(PROBE[permission]);
      return 'A request that needs it was answered.';
    });
  }
  if (isGranted(permission, roles)) {
    const broader = roles.includes(permission) ? '' : ` by ${roles.find((role) => isIncluded(permission, role)) ?? ''}`;
    return { name: permission, ok: true, detail: `Granted${broader}.` };
  }
  const { roleId } = GRAPH_PERMISSIONS[permission];
  return {
    name: permission,
    ok: false,
    detail: `Missing: the access token does not carry it (role id ${roleId}).`,
    advice: grantAdvice(permission),
  };
}

function isIncluded(permission: GraphPermission, role: string): boolean {
  return GRAPH_PERMISSIONS[permission].includedIn.includes(role);
}

async function check(name: string, probe: () => Promise<string>): Promise<SourceCheck> {
  try {
    return { name, ok: true, detail: await probe() };
  } catch (error) {
    if (!(error instanceof JobFault)) throw error;
    const check = { name, ok: false, detail: `${error.code}: ${error.message}` };
    // A refused permission is named with the next step in the message already.
    return error.code === 'SourcePermissionMissing' ? check : { ...check, advice: ERROR_TABLE[error.code].advice };
  }
}
