// Which keys a schema knows at a path, for suggestions. Reads the schema objects themselves, so that the suggestions
// cannot disagree with what is accepted.
import { z } from 'zod';

/** The keys of the object at `path`; empty when it takes any key or is no object. */
export function schemaKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const schemas = path.reduce<readonly z.core.$ZodType[]>(
    (at, step) => at.flatMap((each) => below(each, step)),
    alternatives(schema),
  );
  return [...new Set(schemas.flatMap(keysOf))];
}

/** The schema without defaults, optionality and unions around it. */
function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  ) {
    return alternatives(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

function below(schema: z.core.$ZodType, step: PropertyKey): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return alternatives(schema.element);
  if (schema instanceof z.ZodRecord) return alternatives(schema.valueType);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const member = Object.hasOwn(shape, String(step)) ? shape[String(step)] : undefined;
  return member === undefined ? [] : alternatives(member);
}

function keysOf(schema: z.core.$ZodType): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum) return schema.keyType.options.map(String);
  return [];
}
