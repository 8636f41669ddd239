// The checks of test-connection for a Graph source: token, enterprise application, permissions. Reads only, repeats
// nothing that was answered, and turns every fault into a line with the next step.
import type { ServicePrincipal } from '../model/directory.ts';
import { ERROR_TABLE, JobFault } from '../model/errors.ts';
import { asRecord, oneLine, parseJson } from './json.ts';
import {
  type Concern,
  GRAPH_PERMISSIONS,
  type GraphPermission,
  grantAdvice,
  isGranted,
  PERMISSION_NAMES,
} from './permissions.ts';

/** One line of the report. */
export interface SourceCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** The next step when not ok. */
  readonly advice?: string;
}

/** What the checks are made with; each may throw JobFault. */
export interface ConnectionProbes {
  readonly token: () => Promise<string>;
  readonly servicePrincipal: () => Promise<ServicePrincipal>;
  /** A cheap read that needs the permission of the concern. */
  readonly read: (concern: Concern) => Promise<unknown>;
}

const PROBE: Readonly<Record<GraphPermission, Concern>> = {
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
    const skipped = ['service principal', ...PERMISSION_NAMES];
    return [tokenCheck, ...skipped.map((name) => ({ name, ok: false, detail: 'Not checked: there is no token.' }))];
  }
  const principalCheck = await check('service principal', async () => {
    const principal = await probes.servicePrincipal();
    const usable = principal.appRoles.filter((role) => role.isEnabled && role.allowedMemberTypes.includes('User'));
    return `${oneLine(principal.displayName, 100)} (${usable.length} app role(s) for users).`;
  });
  signal.throwIfAborted();
  const checks = [tokenCheck, principalCheck];
  for (const permission of PERMISSION_NAMES) checks.push(await checkPermission(permission, roles, probes));
  return checks;
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
    return { name, ok: false, detail: `${error.code}: ${error.message}`, advice: ERROR_TABLE[error.code].advice };
  }
}
