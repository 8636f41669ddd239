// Findings of the suite with Microsoft's tests for its application gallery, by our reading, and of the load that goes with them.
import type { FindingEntry } from '../finding.ts';

export const GALLERY_FINDINGS = {
  'gallery-mandatory': {
    theme: 'gallery',
    severity: 'error',
    title: 'A mandatory test of the application gallery is not passed',
    rfc: null,
    entra:
      "Microsoft lists an application only when all mandatory tests are passed or skipped. Microsoft's own run decides; this is our reading of its description.",
    mend: 'Look at what was expected and came; the protocol suite says more about single requests.',
  },
  'gallery-optional': {
    theme: 'gallery',
    severity: 'warning',
    title: 'An optional test of the application gallery is not passed',
    rfc: null,
    entra: 'Microsoft counts it as a warning and lists the application all the same.',
    mend: 'Look at what was expected and came; the protocol suite says more about single requests.',
  },
  'gallery-credentials': {
    theme: 'gallery',
    severity: 'warning',
    title: 'Neither client credentials nor workload identity was tested',
    rfc: null,
    entra:
      'One of Validate_Credentials_Test and Federated_Identity_Test has to be passed; new applications with a static token are not listed any more.',
    mend: 'Offer OAuth 2.0 client credentials, and run the suite with --oauth.',
  },
  'load-failed': {
    theme: 'load',
    severity: 'error',
    title: 'Requests fail at the rate that was asked for',
    rfc: null,
    entra:
      'Microsoft expects at least 25 requests a second for each tenant. What fails is retried in the next cycle, and a large first cycle takes days.',
    mend: 'Answer this rate. Where a limit is needed, answer 429 with Retry-After, never 5xx.',
  },
  'load-too-slow': {
    theme: 'load',
    severity: 'warning',
    title: 'Fewer requests are answered in a second than were asked for',
    rfc: null,
    entra: 'Microsoft expects at least 25 requests a second for each tenant; a first cycle takes as much longer.',
    mend: 'Look at the time of a filter on userName and externalId: they need an index.',
  },
} as const satisfies Record<string, FindingEntry>;
