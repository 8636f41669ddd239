// Attribute definitions of the two directories (Graph attributeDefinition): Entra refuses a mapping to a target attribute that
// is not defined. Those that exist are never touched; those of new mappings are added.
import { compileExpression } from '../../expressions/compile.ts';
import type { AttributeMapping } from '../../model/job.ts';
import { NO_DISCOVERY, type ScimAttributeType } from '../../scim/capabilities.ts';
import { parsePath } from '../../scim/path.ts';
import { attributeType } from '../../scim/types.ts';
import type { Json } from './export-attribute.ts';

type Kind = 'user' | 'group';

const TYPES: Readonly<Partial<Record<ScimAttributeType, string>>> = {
  boolean: 'Boolean',
  integer: 'Integer',
  dateTime: 'DateTime',
  binary: 'Binary',
};

const REFERENCES: readonly string[] = ['manager', 'members'];

/** The definition of a target attribute as far as RFC 7643 knows it. */
export function targetDefinition(kind: Kind, { targetAttributeName, source }: AttributeMapping): Json {
  const path = parsePath(targetAttributeName);
  const type = path.ok ? attributeType(kind === 'user' ? 'User' : 'Group', path.path, NO_DISCOVERY) : undefined;
  const isReference = source?.type === 'Attribute' && REFERENCES.includes(source.name);
  return definition(targetAttributeName, {
    caseExact: type?.caseExact ?? false,
    multivalued: type?.multiValued ?? false,
    type: isReference ? 'Reference' : (TYPES[type?.type ?? 'string'] ?? 'String'),
    referencedObjects: isReference ? referenced(kind, source.name) : [],
  });
}

/** The definition of an attribute of Entra. */
export function sourceDefinition(name: string): Json {
  const isReference = REFERENCES.includes(name);
  return definition(name, {
    multivalued: name === 'members' || name === 'proxyAddresses' || name === 'otherMails',
    type: isReference ? 'Reference' : ['IsSoftDeleted', 'accountEnabled'].includes(name) ? 'Boolean' : 'String',
    referencedObjects: isReference ? [{ referencedObjectName: 'User', referencedProperty: 'objectId' }] : [],
  });
}

/** The anchor of an object: unique and unchangeable. */
export function anchorDefinition(name: string): Json {
  return definition(name, { anchor: true, mutability: 'ReadOnly', required: true });
}

function referenced(kind: Kind, source: string): Json[] {
  const user = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const group = 'urn:ietf:params:scim:schemas:core:2.0:Group';
  const names = kind === 'group' && source === 'members' ? [user, group] : [user];
  return names.map((name) => ({ referencedObjectName: name, referencedProperty: 'id' }));
}

function definition(name: string, traits: Json): Json {
  return {
    anchor: false,
    caseExact: false,
    defaultValue: null,
    flowNullValues: false,
    multivalued: false,
    mutability: 'ReadWrite',
    name,
    required: false,
    type: 'String',
    apiExpressions: [],
    metadata: [],
    referencedObjects: [],
    ...traits,
  };
}

/** Attributes of Entra that a mapping reads. */
export function sourceNames({ source }: AttributeMapping): readonly string[] {
  if (source?.type === 'Attribute') return [source.name];
  if (source?.type !== 'Function') return [];
  const compiled = compileExpression(source.expression);
  return compiled.ok ? compiled.expression.attributes : [];
}
