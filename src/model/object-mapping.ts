// What is provisioned and how, in Entra's words (synchronizationSchema): object mappings with their scoping filter and their
// attribute mappings.
import { z } from 'zod';

/** Where the value of a mapping comes from (Entra's attributeMappingSource); null is Entra's mapping type None. */
const mappingSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Attribute'), name: z.string().min(1).describe('The name of a source attribute.') }),
  z.strictObject({ type: z.literal('Constant'), value: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({ type: z.literal('Function'), expression: z.string().min(1).max(10_000) }),
]);

export const attributeMappingSchema = z.strictObject({
  targetAttributeName: z
    .string()
    .min(1)
    .describe('The SCIM attribute, for instance userName or emails[type eq "work"].value.'),
  source: mappingSourceSchema
    .nullable()
    .describe(`Where the value comes from: "[attribute]", an expression, '"text"' or null.`),
  defaultValue: z
    .union([z.string(), z.number(), z.boolean()])
    .nullable()
    .default(null)
    .describe('Used when the source is null and the object is created.'),
  flowType: z
    .enum(['Always', 'ObjectAddOnly'])
    .default('Always')
    .describe('ObjectAddOnly: only while the object is created.'),
  matchingPriority: z
    .int()
    .min(0)
    .default(0)
    .describe('Above 0 the attribute finds existing accounts; the lowest number is tried first.'),
});

const filterClauseSchema = z.strictObject({
  sourceOperandName: z.string().min(1).describe('The name of a source attribute.'),
  operatorName: z.string().min(1).describe('An operator of scoping filters, for instance EQUALS or IS NOT NULL.'),
  targetOperand: z
    .strictObject({ values: z.array(z.string()).describe('The values that the attribute is compared with.') })
    .optional()
    .describe('What the attribute is compared with; operators without an operand have none.'),
});

const scopingFilterSchema = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().optional().describe('A name for people.'),
        clauses: z.array(filterClauseSchema).min(1).describe('All of them have to hold.'),
      }),
    )
    .describe('One of them has to hold; without any everybody assigned is in scope.'),
});

export const objectMappingSchema = z.strictObject({
  sourceObjectName: z.enum(['user', 'group']).describe('The kind of object in the directory.'),
  targetObjectName: z.enum(['User', 'Group']).describe('The SCIM resource type.'),
  enabled: z.boolean().default(true).describe('False: objects of this kind are not provisioned.'),
  flowTypes: z
    .array(z.enum(['Add', 'Update', 'Delete']))
    .default(['Add', 'Update', 'Delete'])
    .describe('What may happen to accounts; without Update nobody is disabled.'),
  scope: scopingFilterSchema
    .nullable()
    .default(null)
    .describe('Who, beyond assignment: a scoping filter as in Microsoft Entra.'),
  attributeMappings: z
    .array(attributeMappingSchema)
    .min(1)
    .describe('Which attribute of the account comes from where.'),
});
