// A file of attributes as expressions and filters see it. Two forms are understood: names of source attributes with their
// values, and an object as Microsoft Graph answers it (told by its id), from which Entra's attributes are computed.
import type { SourceValue } from '../expressions/compile.ts';
import { nearest } from '../expressions/suggest.ts';
import type { ObjectKind } from '../model/directory.ts';
import { sourceAttribute, sourceAttributeNames } from '../model/source-attributes.ts';
import { viewSource } from '../rules/source-view.ts';

/** Attributes of one object. */
export interface SourceObject {
  readonly form: 'attributes' | 'graph-user' | 'graph-group';
  readonly read: (name: string) => SourceValue;
  /** What to say of a name that nobody knows; undefined for the others. */
  readonly doubt: (name: string) => string | undefined;
}

type Given = Readonly<Record<string, unknown>>;

/** Reads the form from the object itself; `kind` where it is known. */
export function sourceObject(given: Given, kind?: ObjectKind): SourceObject {
  const isGraph = typeof given['id'] === 'string' || Object.keys(given).some((key) => key.startsWith('@odata.'));
  const of = kind ?? (isGroup(given) ? 'group' : 'user');
  const own = ownReader(given);
  return {
    form: isGraph ? `graph-${of}` : 'attributes',
    read: isGraph ? graphReader(given, of, own) : own,
    doubt: (name) => {
      if (Object.hasOwn(given, name) || sourceAttribute('user', name) || sourceAttribute('group', name))
        return undefined;
      const meant = nearest(name, [...Object.keys(given), ...sourceAttributeNames(of)]);
      const hint = meant === undefined ? '' : ` Did you mean [${meant}]?`;
      return `[${name}] is neither in the file nor a source attribute.${hint}`;
    },
  };
}

function isGroup(given: Given): boolean {
  return !('userPrincipalName' in given) && ('groupTypes' in given || 'securityEnabled' in given);
}

/** Values by the names that the file has; what it does not have is null. */
function ownReader(given: Given): SourceObject['read'] {
  return (name) => (Object.hasOwn(given, name) ? ((given[name] ?? null) as SourceValue) : null);
}

function graphReader(given: Given, kind: ObjectKind, own: SourceObject['read']): SourceObject['read'] {
  const manager = given['manager'];
  const managerId = typeof manager === 'object' && manager !== null && 'id' in manager ? manager.id : null;
  const view = viewSource({
    kind,
    id: typeof given['id'] === 'string' ? given['id'] : '',
    properties: given,
    managerId: typeof managerId === 'string' ? managerId : null,
    roles: [],
    isSoftDeleted: false,
  });
  // What Graph does not answer may be written beside it.
  const beside = new Set(['IsSoftDeleted', 'appRoleAssignments']);
  return (name) => {
    const isOwn = Object.hasOwn(given, name) && (beside.has(name) || sourceAttribute(kind, name) === undefined);
    return isOwn ? own(name) : view(name);
  };
}
