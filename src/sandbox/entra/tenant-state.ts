/** Everything the request handlers of one tenant share. Replaced as a whole when the tenant is reset. */
import type { TenantClock } from './clock.ts';
import type { Directory } from './directory.ts';
import type { TenantIdentity } from './generate.ts';
import type { TokenSealer } from './page-token.ts';
import type { Random } from './random.ts';
import type { Settings } from './settings.ts';
import type { SynchronizationJob } from './synchronization.ts';

/** See the file's comment. */
export interface TenantState {
  readonly identity: TenantIdentity;
  readonly directory: Directory;
  readonly random: Random;
  readonly clock: TenantClock;
  readonly sealer: TokenSealer;
  settings: Settings;
  /** Changes when delta state is lost; delta tokens of an older one are answered with 410. */
  generation: string;
  /** Permissions an administrator consented to; a token holds those of the moment it was issued. */
  granted: ReadonlySet<string>;
  /** Jobs of Microsoft Entra's own provisioning on the application. */
  synchronizationJobs: readonly SynchronizationJob[];
}
