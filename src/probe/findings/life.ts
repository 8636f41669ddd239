// Findings of the suite that lives through the life of people and groups as Entra would send it.
import type { FindingEntry } from '../finding.ts';

export const LIFE_FINDINGS = {
  'life-step-failed': {
    theme: 'life',
    severity: 'error',
    title: 'A step in the life of a person or group fails',
    rfc: null,
    entra:
      'The object is in the provisioning log as failed, with the code that the finding names, and is retried for 28 days.',
    mend: 'Look at the request and its answer. The protocol suite says more about single requests; scimsync probe without --suite.',
  },
  'life-differs': {
    theme: 'life',
    severity: 'error',
    title: 'After a step that was answered as done, the endpoint holds something else than the directory says',
    rfc: null,
    entra: 'The log says success. Nobody learns of the difference until somebody looks into both.',
    mend: 'Carry out what is answered with success, and refuse what is not carried out.',
  },
  'life-not-quiet': {
    theme: 'life',
    severity: 'warning',
    title: 'Something is sent although nothing has changed',
    rfc: null,
    entra: 'What you return is compared with what was sent; where they differ Entra sends it again in every cycle.',
    mend: 'Return values as they were written: booleans as booleans, texts unchanged, the manager as an object with value.',
  },
} as const satisfies Record<string, FindingEntry>;
