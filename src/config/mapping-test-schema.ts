// A file of mapping tests as people write it (jobs/NAME.test.yaml): sample people and groups, and what the mappings are to make
// of them. What the schema cannot say (keys of a sample, combinations) is checked in mapping-test-file.ts.
import { z } from 'zod';

const account = z
  .strictObject({
    id: z.string().min(1).optional().describe('The id of the account in the target.'),
    email: z.string().min(1).optional().describe('Its work e-mail, for targets that take references by e-mail.'),
  })
  .describe('The account in the target; without one the reference waits.');

const referenced = z.strictObject({
  id: z.string().min(1).optional().describe('The object id in the directory.'),
  account: account.optional(),
});

const role = z.union([
  z.string().min(1),
  z.strictObject({
    id: z.string().optional().describe('The id of the app role.'),
    value: z.string().nullable().optional().describe('The value of the app role.'),
    displayName: z.string().describe('The display name of the app role.'),
  }),
]);

const common = {
  id: z.string().min(1).optional().describe('The object id; zeros unless it is written.'),
  assigned: z.boolean().optional().describe('Whether the application is assigned; true unless it is written.'),
};

/** Graph properties stand beside these keys, named as in Microsoft Graph. */
const userSchema = z.looseObject({
  ...common,
  isSoftDeleted: z.boolean().optional().describe('Whether the person was deleted and can be restored.'),
  manager: referenced.nullable().optional().describe('The manager.'),
  roles: z.array(role).optional().describe('App roles that the person holds: values, or maps.'),
  memberOf: z.array(z.string()).optional().describe('Object ids of groups that hold the person, for Member_Of.'),
});

const groupSchema = z.looseObject({
  ...common,
  members: z.array(referenced).optional().describe('The members; those without an account are left out.'),
});

const resource = z.record(z.string(), z.unknown());

const operation = z.strictObject({
  op: z.enum(['add', 'replace', 'remove']).describe('What is done.'),
  path: z.string().min(1).optional().describe('Where.'),
  value: z.unknown().optional().describe('The new value.'),
});

const expectationSchema = z.strictObject({
  inScope: z
    .boolean()
    .optional()
    .describe('Whether the sample is provisioned: assigned, active, let in by the filters.'),
  action: z
    .enum(['create', 'update', 'enable', 'disable', 'delete', 'none'])
    .optional()
    .describe('What a cycle would do.'),
  resource: resource
    .nullable()
    .optional()
    .describe('All of what a new account is created with; null: none is created.'),
  contains: resource.optional().describe('Some of what a new account is created with.'),
  patch: z.array(operation).optional().describe('All operations that the existing account is sent.'),
  skipped: z.array(z.string().min(1)).optional().describe('Target attributes whose mapping gives nothing.'),
  ignored: z.boolean().optional().describe('Whether an expression says to leave the object alone (IgnoreObjectFlow).'),
  error: z
    .strictObject({
      kind: z.string().min(1).optional().describe('The kind of an error of an expression, for instance format.'),
      code: z.string().min(1).optional().describe('The error code, for instance ExpressionFailed.'),
      attribute: z.string().min(1).optional().describe('The target attribute whose mapping fails.'),
    })
    .optional()
    .describe('The fault that keeps the sample from being written.'),
});

const testSchema = z.strictObject({
  name: z.string().min(1).describe('What is shown, and what the sample is about.'),
  user: userSchema.optional().describe('A person, as Microsoft Graph would answer.'),
  group: groupSchema.optional().describe('A group, as Microsoft Graph would answer.'),
  now: z.string().optional().describe('The moment for Now(); 2025-01-01T12:00:00Z unless it is written.'),
  taken: z.array(z.string()).optional().describe('Values that the target holds already, for SelectUniqueValue.'),
  params: z.record(z.string(), z.string()).optional().describe('Values of %name% parameters.'),
  defaultDomain: z.string().min(1).optional().describe('What DefaultDomain() gives.'),
  existing: resource.optional().describe('The account as the target holds it; without it there is none.'),
  expect: expectationSchema.describe('What should come of it.'),
});

export const mappingTestFileSchema = z.strictObject({
  job: z.string().min(1).optional().describe('The id of the job; the job or template beside this file unless written.'),
  tests: z.array(testSchema).min(1).describe('The samples.'),
});

export type WrittenTest = z.infer<typeof testSchema>;
