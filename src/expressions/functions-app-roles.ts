// App roles of the assigned user: functions of the source attribute appRoleAssignments, a list of roles
// `{id, value, displayName}`. What the SCIM request looks like is not decided here.
import type { SourceValue, Value } from './evaluation.ts';
import type { Call, FunctionDefinition } from './function-definition.ts';
import { fail, strict, valueAt } from './function-definition.ts';
import { valuesOf } from './functions-multivalued.ts';

export const appRoleFunctions: readonly FunctionDefinition[] = [
  { name: 'SingleAppRoleAssignment', parameters: ['appRoleAssignments'], body: strict(singleAppRoleAssignment) },
  { name: 'AppRoleAssignments', parameters: ['appRoleAssignments'], body: strict(ofRoles(roleName)) },
  { name: 'AppRoleAssignmentsComplex', parameters: ['appRoleAssignments'], body: strict(ofRoles(roleJson)) },
  { name: 'AssertiveAppRoleAssignmentsComplex', parameters: ['appRoleAssignments'], body: strict(ofRoles(roleJson)) },
];

function singleAppRoleAssignment(call: Call): SourceValue {
  const roles = valuesOf(valueAt(call, 0));
  if (roles.length > 1) {
    const message =
      `SingleAppRoleAssignment: the user has ${roles.length} app roles, only one is supported. Assign one role, or ` +
      'map AppRoleAssignmentsComplex or AssertiveAppRoleAssignmentsComplex to roles.';
    return fail(call, 'multiple-grants', message);
  }
  return roleName(roles[0] ?? null);
}

/** Null stays null; an empty list stays an empty list, so that the target's roles can be cleared. */
function ofRoles(form: (role: Value) => string | null): (call: Call) => SourceValue {
  return (call) => {
    const roles = valueAt(call, 0);
    if (roles === null) return null;
    return valuesOf(roles)
      .map(form)
      .filter((text) => text !== null);
  };
}

/** The role's value; its display name where an app role was defined without a value. */
function roleName(role: Value): string | null {
  if (typeof role === 'string') return role;
  return propertyOf(role, 'value') ?? propertyOf(role, 'displayName');
}

function roleJson(role: Value): string | null {
  if (typeof role === 'string') return JSON.stringify({ value: role });
  if (role === null || typeof role !== 'object') return null;
  return JSON.stringify({
    id: propertyOf(role, 'id'),
    value: propertyOf(role, 'value'),
    displayName: propertyOf(role, 'displayName'),
  });
}

function propertyOf(role: Value, name: 'id' | 'value' | 'displayName'): string | null {
  if (role === null || typeof role !== 'object' || !Object.hasOwn(role, name)) return null;
  const property: unknown = Reflect.get(role, name);
  return typeof property === 'string' && property !== '' ? property : null;
}
