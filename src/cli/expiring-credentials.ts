// The warning about credentials that end soon: one line a cycle, however many they are.
import type { Installation } from '../compose.ts';
import { withTargetExpiry } from '../config/check-certificate.ts';
import { withCertificateExpiry } from '../config/source-credential.ts';
import type { EngineLog } from '../engine/context.ts';
import type { Job } from '../model/job.ts';
import { expiringCredentials, expiryText } from '../rules/credential-expiry.ts';

/** Logs them as one line, those of certificates as their files say now; nothing when there is time. */
export async function warnOfExpiry(
  { configuration }: Installation,
  job: Job,
  log: EngineLog,
  now: Date,
): Promise<void> {
  const source = configuration.sources.get(job.source.use);
  const dated = source && (await withCertificateExpiry(source, configuration.directory));
  const expiring = expiringCredentials(await withTargetExpiry(job, configuration.directory), dated, now);
  if (expiring.length === 0) return;
  log.warn({ jobId: job.id, expiring }, `renew credentials: ${expiring.map(expiryText).join(', ')}`);
}
