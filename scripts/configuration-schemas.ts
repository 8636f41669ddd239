/**
 * What may be written in the files of the configuration, as JSON Schemas (draft 7, which editors know best): the zod schemas
 * of the program in the form of their input, with what layers and short forms allow. Written to config/schemas by
 * generate-schemas.ts, and the source of docs/configuration.md.
 */
import { z } from 'zod';
import { mainFileSchema } from '../src/config/main-file.ts';
import { mappingTestFileSchema } from '../src/config/mapping-test-schema.ts';
import { templateSchema } from '../src/config/template-schema.ts';
import { jobSchema } from '../src/model/job.ts';
import { attributeMappingSchema, objectMappingSchema } from '../src/model/object-mapping.ts';

/** A JSON Schema as far as this project writes and reads it. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean | null;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const SOURCE_FORMS =
  'Where the value comes from: "[attribute]", an expression, \'"text"\', a number, true, false or null.';

/** As short-forms.ts reads it: texts, constants, Entra's own form, and `[mail]`, which YAML takes for a list. */
const writtenSource = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(z.string()).length(1),
    z.looseObject({ type: z.enum(['Attribute', 'Constant', 'Function']).optional(), name: z.string().optional() }),
  ])
  .describe(SOURCE_FORMS);

const writtenObjectMapping = objectMappingSchema
  .extend({
    attributeMappings: z
      .array(attributeMappingSchema.extend({ source: writtenSource }))
      .describe('Which attribute of the account comes from where; merged with inherited ones by target attribute.'),
    omitAttributes: z.array(z.string()).describe('Target attributes whose inherited mappings are left out.'),
  })
  .partial();

const writtenObjectMappings = z
  .union([
    z.strictObject({
      user: writtenObjectMapping.optional().describe('People.'),
      group: writtenObjectMapping.optional().describe('Groups.'),
    }),
    z.array(writtenObjectMapping.required({ sourceObjectName: true })),
  ])
  .describe('What is provisioned and how; merged with the template by kind and target attribute.');

const writtenJob = jobSchema.extend({
  template: z.string().optional().describe('A gallery template: scimsync gallery list.'),
  extends: z
    .string()
    .optional()
    .describe(
      'A YAML file that is stronger than the template and weaker than this one; counts from the folder of this file.',
    ),
  objectMappings: writtenObjectMappings,
});

const writtenDefaults = writtenJob.omit({ id: true, extends: true });

/** The files, by the name of their schema. */
export function configurationSchemas(): ReadonlyMap<string, JsonSchema> {
  const defaults = mergeable(jsonSchema(writtenDefaults));
  const main = jsonSchema(mainFileSchema);
  const description = main.properties?.['defaults']?.description;
  return new Map([
    [
      'scimsync',
      titled('scimsync.yaml', {
        ...main,
        properties: {
          ...main.properties,
          defaults: { ...defaults, ...(description === undefined ? {} : { description }) },
        },
      }),
    ],
    ['job', titled('A job of scimsync (jobs/*.yaml)', { ...mergeable(jsonSchema(writtenJob)), required: ['id'] })],
    [
      'template',
      titled('A gallery template of scimsync (gallery/*.yaml)', {
        ...mergeable(jsonSchema(writtenTemplate)),
        required: ['name', 'description'],
      }),
    ],
    ['test', titled('Mapping tests of scimsync (*.test.yaml)', jsonSchema(mappingTestFileSchema))],
  ]);
}

const writtenTemplate = templateSchema.extend({ objectMappings: writtenObjectMappings });

const DRAFT = 'http://json-schema.org/draft-07/schema#';

function titled(title: string, schema: JsonSchema): JsonSchema {
  const { $schema: _, ...rest } = schema;
  return { $schema: DRAFT, title, ...rest };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  return withoutNoise(z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema);
}

/**
 * Maps are merged over layers, so none of their keys has to stand in this file; what stands in a list or is one of several
 * alternatives is not merged and has to be whole.
 */
function mergeable(schema: JsonSchema): JsonSchema {
  if (schema.properties === undefined) return schema;
  const { required: _, ...rest } = schema;
  const properties = Object.entries(schema.properties).map(([key, value]) => [key, mergeable(value)]);
  return { ...rest, properties: Object.fromEntries(properties) as Record<string, JsonSchema> };
}

/** Defaults that only say "an empty map", the widest whole number, and the calendar in a pattern help nobody. */
function withoutNoise(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
      if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return [];
      if (key === 'propertyNames') return 'enum' in (value as object) ? [[key, value]] : [];
      // Microsoft's ids are written as UUIDs but do not keep to their versions: the pattern is what holds.
      if (key === 'format' && value === 'uuid') return [];
      if (key === 'pattern' && schema.format !== undefined && schema.format !== 'uuid') return [];
      if (key === 'default' && schema.type === 'object' && JSON.stringify(value) === '{}') return [];
      if (key === 'properties') return [[key, mapValues(value as Record<string, JsonSchema>)]];
      if (Array.isArray(value) && (key === 'anyOf' || key === 'oneOf')) return [[key, value.map(withoutNoise)]];
      const isSchema = key === 'items' || key === 'additionalProperties';
      return [[key, isSchema && typeof value === 'object' && value !== null ? withoutNoise(value) : value]];
    }),
  ) as JsonSchema;
}

function mapValues(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, withoutNoise(value)]));
}

/** The text of a schema file. */
export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
