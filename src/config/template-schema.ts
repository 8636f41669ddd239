// A gallery template: what is known of an application, with reasons. It carries no credentials, no addresses and no
// choice of people; those are the job's.
import { z } from 'zod';
import { lifecycleSchema } from '../model/lifecycle.ts';
import { objectMappingSchema } from '../model/object-mapping.ts';
import { targetProfileSchema } from '../model/profile.ts';

/** The form of a gallery file after its short forms were written out. */
export const templateSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes')
    .describe('The name of the file without .yaml.'),
  description: z.string().min(1).describe('One sentence: which application, which flavour.'),
  status: z
    .enum(['documented, not run'])
    .optional()
    .describe('documented, not run: written from the pages of sources; nobody has tried it against the service.'),
  extends: z
    .string()
    .optional()
    .describe(
      'Another template; what is written here wins over it. Its notes and sources hold where none are written.',
    ),
  sources: z
    .array(z.url({ protocol: /^https$/ }))
    .default([])
    .describe('Pages the facts come from; comments call them source 1, source 2 and so on.'),
  profile: targetProfileSchema.prefault({}).describe('What the target can and cannot do.'),
  lifecycle: lifecycleSchema.prefault({}).describe('What happens to the account of a person, per event.'),
  objectMappings: z.array(objectMappingSchema).min(1).describe('What is provisioned and how.'),
  notes: z.array(z.string()).default([]).describe('What an administrator has to know before the first cycle.'),
});
