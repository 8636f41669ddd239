// A quarantine in words and in documents, with the names of Microsoft Graph (synchronizationQuarantine).
import { ERROR_TABLE } from '../model/errors.ts';
import type { Quarantine, QuarantineError, QuarantineReason } from '../model/quarantine.ts';
import { isLongLasting } from '../rules/quarantine.ts';
import { durationText, relativeTime } from './duration-text.ts';
import { counted, printable } from './terminal-text.ts';

/** Times are ISO. Held removals are Entra's `TooManyDeletes`, which slows nothing here. */
export interface QuarantineDocument {
  readonly reason: QuarantineReason | 'TooManyDeletes';
  readonly currentBegan: string;
  readonly nextAttempt: string | null;
  readonly seriesBegan: string;
  readonly seriesCount: number;
  readonly error: QuarantineError | null;
}

/** A quarantine as --json prints it. */
export function quarantineDocument(quarantine: Quarantine): QuarantineDocument {
  return {
    reason: quarantine.reason,
    currentBegan: new Date(quarantine.currentBegan).toISOString(),
    nextAttempt: new Date(quarantine.nextAttempt).toISOString(),
    seriesBegan: new Date(quarantine.seriesBegan).toISOString(),
    seriesCount: quarantine.seriesCount,
    error: quarantine.error,
  };
}

/** What the reasons mean. */
const MEANINGS: Readonly<Record<QuarantineReason, string>> = {
  EncounteredQuarantineException: 'a side refuses the job',
  EncounteredEscrowProportionThreshold: 'too large a share of the objects fails',
  EncounteredBaseEscrowThreshold: 'too many objects fail',
  EncounteredTotalEscrowThreshold: 'too many objects fail, managers and memberships included',
};

/** Why, since when, when it is tried again, and what somebody should know or do. */
export function quarantineLines(
  quarantine: Omit<QuarantineDocument, 'reason'> & { readonly reason: QuarantineReason },
  now: number,
  daemonRuns: boolean,
): string[] {
  const { reason, error, seriesCount } = quarantine;
  const began = Date.parse(quarantine.seriesBegan);
  const next = quarantine.nextAttempt === null ? now : Date.parse(quarantine.nextAttempt);
  const when = next <= now ? 'now' : relativeTime(next, now);
  const advice = error === null ? null : adviceOf(error.code);
  return [
    `${reason}: ${MEANINGS[reason]}. Begun ${relativeTime(began, now)}, tried ${counted(seriesCount, 'time')}; next attempt ${when}${daemonRuns ? '' : ' when the daemon runs'}.`,
    ...(error === null ? [] : [`${error.code}: ${printable(error.message)}`]),
    ...(advice === null ? [] : [printable(advice)]),
    reason === 'EncounteredQuarantineException'
      ? 'Until then nothing is provisioned; an attempt asks one question. What is put right is tried at once.'
      : 'Until then nothing is written but a few of the objects that fail; once they succeed everybody is brought in step.',
    ...(isLongLasting({ seriesBegan: began }, now)
      ? [
          `In quarantine for ${durationText(now - began)}. Microsoft Entra would have switched the job off after 28 days; here it is tried once a day.`,
        ]
      : []),
  ];
}

/** What helps against a code of the table of errors; null for any other text. */
export function adviceOf(code: string): string | null {
  return Object.entries(ERROR_TABLE).find(([name]) => name === code)?.[1].advice ?? null;
}
