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
    .describe('Used when the source is null and the object is created; with whenNull: default also later.'),
  whenNull: z
    .enum(['skip', 'clear', 'default'])
    .default('skip')
    .describe(
      'What an empty source does to an account that exists. skip: nothing, as in Entra. clear: the attribute is removed. default: defaultValue is written.',
    ),
  flowType: z
    .enum(['Always', 'ObjectAddOnly', 'MultiValueAddOnly', 'ValueAddOnly', 'AttributeAddOnly'])
    .default('Always')
    .describe(
      'Always: the account is made to hold the value. ObjectAddOnly: only while it is created. AttributeAddOnly: only while it has no value there. ValueAddOnly: values are added, none is replaced or removed. MultiValueAddOnly: elements are added to a list, none is touched.',
    ),
  flowBehavior: z
    .enum(['FlowWhenChanged', 'FlowAlways'])
    .default('FlowWhenChanged')
    .describe(
      'FlowAlways: part of every update of the account, also where it holds the value already; it never causes an update.',
    ),
  matchingPriority: z
    .int()
    .min(0)
    .default(0)
    .describe('Above 0 the attribute finds existing accounts; the lowest number is tried first.'),
});

const filterClauseSchema = z.strictObject({
  sourceOperandName: z.string().min(1).describe('The name of a source attribute.'),
  operatorName: z
    .string()
    .min(1)
    .describe('An operator of scoping filters, for instance EQUALS or IS NOT NULL; all are in docs/scoping.md.'),
  targetOperand: z
    .strictObject({ values: z.array(z.string()).describe('The value that the attribute is compared with.') })
    .optional()
    .describe('What the attribute is compared with; operators without an operand have none.'),
  quantifier: z
    .enum(['any', 'all'])
    .optional()
    .describe(
      'scimsync only. For attributes with several values: one of them has to satisfy the operator, or each. Without it such attributes are refused, as in Entra.',
    ),
  whenNull: z
    .boolean()
    .optional()
    .describe(
      'scimsync only. What the clause is for somebody without a value; without it false, as in Entra (IS NULL excepted).',
    ),
});

const experimental = z
  .array(z.unknown())
  .optional()
  .describe('An experimental part of Microsoft Graph; refused unless it is empty.');

const scopingFilterSchema = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().optional().describe('A name for people.'),
        clauses: z.array(filterClauseSchema).min(1).describe('All of them have to hold.'),
      }),
    )
    .describe('One of them has to hold; without any everybody assigned is in scope.'),
  inputFilterGroups: experimental,
  categoryFilterGroups: experimental,
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
