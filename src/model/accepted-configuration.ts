// The part of a job that decides what becomes of whom: mappings and filters, scope, lifecycle, references, adoption. It is
// kept with the state of the job, so that a changed one can be held while the job goes on with this. Not the whole
// configuration: no secret, nothing of the target's address or credentials, no guards.
import { z } from 'zod';
import { adoptionSchema } from './adoption.ts';
import { type Job, jobSchema } from './job.ts';
import { lifecycleSchema } from './lifecycle.ts';
import { objectMappingSchema } from './object-mapping.ts';
import { targetProfileSchema } from './profile.ts';

const acceptedSchema = z.strictObject({
  objectMappings: z.array(objectMappingSchema).min(1),
  source: jobSchema.shape.source.pick({ syncAll: true, excludeDefaultAccess: true, nestedGroups: true }),
  lifecycle: lifecycleSchema,
  references: targetProfileSchema.shape.references,
  adoption: adoptionSchema,
  /** Null where nobody said it. */
  defaultDomain: z.string().nullable(),
});

/** The part that decides. */
export type AcceptedConfiguration = z.infer<typeof acceptedSchema>;

/** The deciding part of a job. Which enterprise application it is belongs to its binding, and is no part of it. */
export function decidingPart(job: Job, defaultDomain: string | undefined): AcceptedConfiguration {
  const { syncAll, excludeDefaultAccess, nestedGroups } = job.source;
  return {
    objectMappings: job.objectMappings.filter((mapping) => mapping.enabled),
    source: { syncAll, excludeDefaultAccess, nestedGroups },
    lifecycle: job.lifecycle,
    references: job.profile.references,
    adoption: job.adoption,
    defaultDomain: defaultDomain ?? null,
  };
}

/** What was stored; null when this version does not understand it any more. */
export function readAccepted(text: string): AcceptedConfiguration | null {
  const parsed = acceptedSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** A job that decides as `part` says, and is in everything else what its file says. */
export function withDecidingPart(job: Job, part: AcceptedConfiguration): Job {
  return {
    ...job,
    objectMappings: part.objectMappings,
    source: { ...job.source, ...part.source },
    lifecycle: part.lifecycle,
    profile: { ...job.profile, references: part.references },
    adoption: part.adoption,
  };
}
