// What happens to an account when its person leaves, per event, as it is written and as the engine takes it. What a group
// loses with its event is not written here: it has nothing to be disabled, so it is deleted (rules/lifecycle.ts).
import { z } from 'zod';
import { durationMilliseconds, durationSchema } from './duration.ts';

/** A policy in one word. */
const word = z.enum(['disable', 'delete', 'removeMemberships', 'nothing']);

/** A policy of several parts; a deletion at once leaves nothing to be combined with. */
const combined = z.strictObject({
  action: z
    .enum(['disable', 'nothing'])
    .default('disable')
    .describe('disable: the account is disabled at once; nothing: it stays active, and only the other keys count.'),
  deleteAfter: durationSchema
    .optional()
    .describe('The account is deleted so long after it was disabled, unless the person comes back; goes with disable.'),
  removeMemberships: z
    .boolean()
    .default(false)
    .describe('True: the person is taken out of the groups that this job manages.'),
  set: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Attributes of the account and the values that they get.'),
});

const policy = z.union([word, combined]);

/** What happens to the account of a person, per event. */
export const lifecycleSchema = z.strictObject({
  unassigned: policy.default('disable').describe('The person is no longer assigned to the application.'),
  outOfScope: policy.default('disable').describe('A scoping filter no longer lets the person in.'),
  blocked: policy.default('disable').describe('Sign-in is blocked in the directory (accountEnabled is false).'),
  softDeleted: policy.default('disable').describe('The person was deleted and can be restored for 30 days.'),
  hardDeleted: policy.default('delete').describe('The person was deleted for good.'),
});

export type Lifecycle = z.infer<typeof lifecycleSchema>;
export type LifecycleEvent = keyof Lifecycle;

/** A policy with all its parts. */
export interface LifecyclePolicy {
  readonly action: 'disable' | 'delete' | 'nothing';
  /** Milliseconds from the day the person left until the account is deleted; null: never by itself. */
  readonly deleteAfter: number | null;
  readonly removeMemberships: boolean;
  /** Target attribute to the value that it gets. */
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

/** A policy as it was written, with all its parts. */
export function policyOf(written: Lifecycle[LifecycleEvent]): LifecyclePolicy {
  if (written === 'removeMemberships')
    return { action: 'nothing', deleteAfter: null, removeMemberships: true, set: {} };
  if (typeof written === 'string') return { action: written, deleteAfter: null, removeMemberships: false, set: {} };
  const { action, deleteAfter, removeMemberships, set } = written;
  const after = deleteAfter === undefined ? null : durationMilliseconds(deleteAfter);
  return { action, deleteAfter: after, removeMemberships, set };
}
