// The file beside an imported job (JOB.entra.json): the schema as it was in Entra, and what of it went into the job. An export
// compares the job with the latter, so that everything nobody changed goes back exactly as it was. The job wins.
import { z } from 'zod';
import { entraSchemaSchema } from './document.ts';
import type { Imported } from './import-job.ts';
import type { EntraDocument } from './read-document.ts';

const attributeSchema = z.looseObject({ targetAttributeName: z.string() });

export const keptSchema = z.object({
  format: z.literal(1),
  comment: z.string(),
  schema: z.record(z.string(), z.unknown()).refine((value) => entraSchemaSchema.safeParse(value).success),
  imported: z.array(
    z.object({
      kind: z.enum(['user', 'group']),
      rule: z.int().min(0),
      objectMapping: z.int().min(0),
      enabled: z.boolean(),
      flowTypes: z.array(z.string()),
      scope: z.object({ groups: z.array(z.unknown()) }).nullable(),
      /** `index` is the position in Entra's list. */
      attributeMappings: z.array(z.object({ index: z.int().min(0), mapping: attributeSchema })),
    }),
  ),
});

export type Kept = z.infer<typeof keptSchema>;
export type KeptObject = Kept['imported'][number];

/** The name of the file beside a job file. */
export function keptFileOf(jobFile: string): string {
  return jobFile.replace(/\.ya?ml$/i, '').concat('.entra.json');
}

const COMMENT =
  'Kept by scimsync schema import for scimsync schema export: what has no place in the job file. Where the two disagree, the job file counts.';

/** What is kept of an import. */
export function keptOf({ raw }: EntraDocument, { job }: Imported): Kept {
  return {
    format: 1,
    comment: COMMENT,
    schema: { ...raw },
    imported: job.objects.map(({ chosen, enabled, flowTypes, groups, entries }) => ({
      kind: chosen.kind,
      rule: chosen.rule,
      objectMapping: chosen.index,
      enabled,
      flowTypes: [...flowTypes],
      scope: groups.length === 0 ? null : { groups: groups.map(({ group }) => group) },
      attributeMappings: entries.flatMap((entry) =>
        'mapping' in entry ? [{ index: entry.index, mapping: { ...entry.mapping } }] : [],
      ),
    })),
  };
}
