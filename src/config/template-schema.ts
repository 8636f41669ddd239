// A gallery template: what is known of an application, with reasons. It carries no credentials, no addresses and no
// choice of people; those are the job's.
import { z } from 'zod';
import { lifecycleSchema, objectMappingSchema } from '../model/job.ts';
import { targetProfileSchema } from '../model/profile.ts';

/** The form of a gallery file after its short forms were written out. */
export const templateSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
  /** One sentence: which application, which flavour. */
  description: z.string().min(1),
  /** Pages the facts come from. */
  sources: z.array(z.url({ protocol: /^https$/ })).default([]),
  profile: targetProfileSchema.prefault({}),
  lifecycle: lifecycleSchema.prefault({}),
  objectMappings: z.array(objectMappingSchema).min(1),
  /** What an administrator has to know before the first cycle. */
  notes: z.array(z.string()).default([]),
});
