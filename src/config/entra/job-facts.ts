// What Graph says of a synchronizationJob beside its schema, as far as a job here says the same: synchronizationJobSettings is a
// list of { name, value } texts. Secrets are never read; SyncAll stands among them in most tenants.
import { z } from 'zod';

/** Everything is absent when it is not known. */
export interface JobFacts {
  readonly syncAll?: boolean;
  readonly skipOutOfScopeDeletions?: boolean;
  /** Number of deletions and disables beyond which Entra stops; null when it does not watch. */
  readonly deleteThreshold?: number | null;
}

const settingsSchema = z.array(z.looseObject({ name: z.string(), value: z.string().nullish() })).nullish();

/** Reads `synchronizationJobSettings`; what has another form is passed over. */
export function jobFacts(settings: unknown): JobFacts {
  const parsed = settingsSchema.safeParse(settings);
  const values = new Map((parsed.data ?? []).map(({ name, value }) => [name.toLowerCase(), value ?? '']));
  const flag = (name: string): boolean | undefined => {
    const value = values.get(name.toLowerCase());
    return value === undefined || !/^(true|false)$/i.test(value) ? undefined : value.toLowerCase() === 'true';
  };
  const syncAll = flag('SyncAll');
  const skip = flag('SkipOutOfScopeDeletions');
  const watches = flag('QuarantineTooManyDeletes');
  const threshold = /^\d{1,9}$/.exec(values.get('quarantinetoomanydeletesthreshold') ?? '')?.[0];
  const deleteThreshold = watches === false ? null : threshold === undefined ? undefined : Number(threshold);
  return {
    ...(syncAll === undefined ? {} : { syncAll }),
    ...(skip === undefined ? {} : { skipOutOfScopeDeletions: skip }),
    ...(deleteThreshold === undefined ? {} : { deleteThreshold }),
  };
}
