// The form of Entra's synchronizationSchema (Graph resource types synchronizationSchema, synchronizationRule, objectMapping,
// attributeMapping, attributeMappingSource, filter, directoryDefinition), lenient: members may be absent or null, enums may be
// texts or the numbers of defaultSourceObjectMappings, and members that nobody knows are passed over.
import { z } from 'zod';

/** How objects are made: passing over what is unknown, or refusing it, which is how unknown members are found. */
type ObjectMaker = <T extends z.ZodRawShape>(shape: T) => z.ZodObject<T>;

/** Entra's attributeMappingSource; parameters of a function are sources themselves. */
export interface EntraSource {
  readonly type?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly expression?: string | null | undefined;
  readonly parameters?:
    | readonly { readonly key?: string | null | undefined; readonly value?: EntraSource | null | undefined }[]
    | null
    | undefined;
}

const text = z.string().nullish();
const flag = z.union([z.boolean(), z.string()]).nullish();
const constant = z.union([z.string(), z.number(), z.boolean()]);
const enumeration = z.union([z.string(), z.int()]).nullish();

function documentSchema(object: ObjectMaker) {
  const metadata = z.array(object({ key: z.string(), value: text })).nullish();
  const source: z.ZodType<EntraSource> = z.lazy(() =>
    object({
      type: text,
      name: text,
      expression: text,
      parameters: z.array(object({ key: text, value: source.nullish() })).nullish(),
    }),
  );
  const attributeMapping = object({
    targetAttributeName: z.string().min(1),
    source: source.nullish(),
    defaultValue: constant.nullish(),
    flowType: enumeration,
    flowBehavior: enumeration,
    matchingPriority: z.int().min(0).nullish(),
    exportMissingReferences: flag,
  });
  const filterGroups = z
    .array(
      object({
        name: text,
        clauses: z
          .array(
            object({
              sourceOperandName: z.string().min(1),
              operatorName: z.string().min(1),
              targetOperand: object({ values: z.array(constant).nullish() }).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish();
  const objectMapping = object({
    name: text,
    enabled: z.boolean().nullish(),
    flowTypes: enumeration,
    scope: object({
      groups: filterGroups,
      inputFilterGroups: filterGroups,
      categoryFilterGroups: filterGroups,
    }).nullish(),
    sourceObjectName: text,
    targetObjectName: text,
    attributeMappings: z.array(attributeMapping).nullish(),
    metadata,
  });
  const rule = object({
    id: text,
    name: text,
    priority: z.int().nullish(),
    editable: z.boolean().nullish(),
    sourceDirectoryName: text,
    targetDirectoryName: text,
    containerFilter: z.unknown().optional(),
    groupFilter: z.unknown().optional(),
    objectMappings: z.array(objectMapping).nullish(),
    metadata,
  });
  const attribute = object({
    name: z.string().min(1),
    type: text,
    anchor: z.boolean().nullish(),
    caseExact: z.boolean().nullish(),
    multivalued: z.boolean().nullish(),
    required: z.boolean().nullish(),
    mutability: text,
    defaultValue: constant.nullish(),
    flowNullValues: z.boolean().nullish(),
    apiExpressions: z.array(z.unknown()).nullish(),
    referencedObjects: z.array(object({ referencedObjectName: text, referencedProperty: text })).nullish(),
    metadata,
  });
  const directory = object({
    id: text,
    name: text,
    objects: z
      .array(
        object({
          name: text,
          attributes: z.array(attribute).nullish(),
          metadata,
          supportedApis: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
    readOnly: z.boolean().nullish(),
    version: text,
    discoveryDateTime: text,
    discoverabilities: enumeration,
  });
  return object({
    id: text,
    version: text,
    provisioningTaskIdentifier: text,
    directories: z.array(directory).nullish(),
    synchronizationRules: z.array(rule).nullish(),
  });
}

const loose: ObjectMaker = (shape) => z.looseObject(shape) as unknown as z.ZodObject<typeof shape>;

/** Passes over members that it does not know. */
export const entraSchemaSchema = documentSchema(loose);
/** Refuses them: its issues say where they are. */
export const strictEntraSchemaSchema = documentSchema(z.strictObject);

export type EntraSchema = z.infer<typeof entraSchemaSchema>;
export type EntraRule = NonNullable<EntraSchema['synchronizationRules']>[number];
export type EntraObjectMapping = NonNullable<EntraRule['objectMappings']>[number];
export type EntraAttributeMapping = NonNullable<EntraObjectMapping['attributeMappings']>[number];
export type EntraFilter = NonNullable<EntraObjectMapping['scope']>;
export type EntraFilterGroup = NonNullable<EntraFilter['groups']>[number];

/** The numbers of defaultSourceObjectMappings, in the order of Graph's enum. */
export const FLOW_TYPES = ['Always', 'ObjectAddOnly', 'MultiValueAddOnly', 'ValueAddOnly', 'AttributeAddOnly'] as const;
export const FLOW_BEHAVIORS = ['FlowWhenChanged', 'FlowAlways'] as const;

/** The name of an enum value that may be a number; the first when absent. */
export function enumName(names: readonly string[], value: string | number | null | undefined): string {
  if (value === null || value === undefined) return names[0] ?? '';
  if (typeof value === 'number') return names[value] ?? String(value);
  return names.find((name) => name.toLowerCase() === value.toLowerCase()) ?? value;
}

const ACTIONS = ['Add', 'Update', 'Delete'] as const;

/** Flags as a text with or without blanks, or as a number (Add 1, Update 2, Delete 4); all three when absent. */
export function flowTypesOf(
  value: string | number | null | undefined,
): readonly (typeof ACTIONS)[number][] | { readonly unknown: string } {
  if (value === null || value === undefined) return ACTIONS;
  if (typeof value === 'number') return ACTIONS.filter((_, index) => ((value >> index) & 1) === 1);
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find(
    (name) => name !== '' && name !== 'none' && !ACTIONS.some((each) => each.toLowerCase() === name),
  );
  return unknown === undefined ? ACTIONS.filter((each) => names.includes(each.toLowerCase())) : { unknown };
}
