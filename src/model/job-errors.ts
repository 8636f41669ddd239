// Codes of faults that concern a whole job (thrown), and of its configuration.
import type { ErrorEntry } from './error-entry.ts';

export const JOB_ERRORS = {
  TargetCredentialsInvalid: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target refused the token or password (401).',
    advice: 'Put a valid token or password where target.auth points; then run test-connection.',
  },
  TargetTokenRefused: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The token endpoint of the target gave no access token.',
    advice:
      'Compare target.auth with what the target shows: tokenUrl, clientId, scope, and the secret or key; then run test-connection.',
  },
  TargetTokenUnavailable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The token endpoint of the target could not be reached, or is overloaded.',
    advice: 'Check target.auth.tokenUrl, DNS, firewall, proxy and target.caFile; then run test-connection.',
  },
  TargetAddressForbidden: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target, or its token endpoint, is at an address to which no connection is allowed.',
    advice:
      'Private addresses are allowed by network.privateTargets in scimsync.yaml; those of metadata services and link-local ones never are. If the name should lead elsewhere, somebody changed its DNS entry.',
  },
  TargetUnreachable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target could not be reached.',
    advice: 'Check target.baseUrl, DNS, firewall and proxy; then run test-connection.',
  },
  TargetIncompatible: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target does not answer as a SCIM 2.0 service.',
    advice:
      'Compare target.baseUrl with the SCIM address that the target shows, path included; then run test-connection.',
  },
  TargetChanged: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The job points at another target than the one its accounts belong to.',
    advice:
      'Put the former address back; if the same system moved: scimsync job rebind ID; for another system: a new job id.',
  },
  SourceChanged: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The job names another directory or enterprise application than the one its accounts belong to.',
    advice:
      'Put the former ids back; if the people are the same: scimsync job rebind ID; otherwise begin with a new job id.',
  },
  JobRenamed: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The job is new, but a job without configuration has accounts in the same target.',
    advice:
      'If its id was changed: scimsync job rename OLD NEW. If the former job is to be given up: scimsync job forget OLD.',
  },
  TargetTlsFailed: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The TLS certificate of the target could not be verified, or it does not speak TLS.',
    advice:
      'Install a valid certificate, or name the issuing authority in target.caFile. Without TLS the address begins with http.',
  },
  SecretUnavailable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The command that prints a secret did not do so.',
    advice: 'Run the command by hand as the user that scimsync runs as; then run test-connection.',
  },
  SourceCredentialsInvalid: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Entra refused the client credentials.',
    advice:
      'Check clientId and the credential of the source (of a client secret its Value, not its Secret ID); then run test-connection.',
  },
  SourceSecretExpired: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The client secret of the source has expired (AADSTS7000222).',
    advice: 'Create a new client secret for the app registration and put it where clientSecret points.',
  },
  SourceTenantUnknown: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Entra does not know this tenant (AADSTS90002).',
    advice: 'Check tenantId, and that the cloud of the source is the right one.',
  },
  SourceClientUnknown: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'This tenant does not know the application (AADSTS700016).',
    advice: 'Check clientId, and that the application is registered in this tenant.',
  },
  SourceUnreachable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Graph or the token service could not be reached.',
    advice: 'Check network, proxy and caFile; nothing was changed.',
  },
  SourcePermissionMissing: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The application lacks a Microsoft Graph permission.',
    advice: 'Grant the named application permission and give admin consent.',
  },
  SourceRequestRefused: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Graph refused a request as wrong.',
    advice: 'Usually a mapped attribute that does not exist in this tenant; compare the message with the mappings.',
  },
  SourceProtocolError: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'An answer from Microsoft Graph was not usable.',
    advice: 'Often a proxy in between; nothing is concluded from it, and the next cycle reads again.',
  },
  ServicePrincipalNotFound: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The enterprise application does not exist in this tenant, or was deleted.',
    advice:
      'Check source.servicePrincipalId: the object id under Enterprise applications, not that of the app registration. Deleted: restore it within 30 days, or assign in a new one and run job rebind. Nobody is disabled because of it.',
  },
  FilterGroupMissing: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'A group that a scoping filter names does not exist, or cannot be read.',
    advice:
      'Check the ids beside Member_Of and Not_Member_Of; restore the group, or take it out of the filter. Nobody is let in or disabled because of it.',
  },
  SourceIncomplete: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The source answered incompletely, so nothing was concluded from it.',
    advice: 'Nothing to do if the next cycle succeeds.',
  },
  ReadOnly: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Something was to be written to the target, but this process may only read (--read-only).',
    advice: 'Nothing was sent. Run it without --read-only and without SCIMSYNC_READ_ONLY to let it write.',
  },
  LeaseLost: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Another process took over this job.',
    advice: 'Nothing to do; the other process goes on.',
  },
  JobBusy: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Another process is running a cycle of this job.',
    advice: 'Wait for it, or raise --wait.',
  },
  StoreUnavailable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The store could not be read or written.',
    advice: 'Check disk space and permissions of the database file.',
  },
  StoreFull: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The disk of the store is full.',
    advice: 'Make room on that disk. Nothing that was recorded is lost; the next cycle goes on where this one stopped.',
  },
  StoreReadOnly: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The store may not be written.',
    advice:
      'Check that its file, its folder and the files beside it belong to the user that runs scimsync, and that the file system is not mounted read-only.',
  },
  StoreReplaced: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The file of the store was removed, moved or replaced while it was in use.',
    advice:
      'Put the right file in its place while nothing runs (docs/store.md, Restore), then start again. What was done since is found in the target.',
  },
  StoreLost: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The store knows nothing of this job, but the target holds accounts with the ids that it writes.',
    advice:
      'If the store was lost: restore a backup (docs/store.md, Restore), or scimsync links rebuild --job ID. If another engine made these accounts: one cycle in mode: observe, then enforce. Nothing was written.',
  },
  StoreCopied: {
    scope: 'job',
    retry: 'never',
    cause: 'This store is a copy, or was moved: it belongs to another place.',
    advice:
      'Two copies of one store write against each other. If nothing runs on the other one any more, start once with --take-over.',
  },
  StoreDamaged: {
    scope: 'job',
    retry: 'never',
    cause: 'The file of the store is damaged, or is no store.',
    advice: 'Restore a backup (docs/store.md, Restore). Without one: move the file away, then scimsync links rebuild.',
  },
  StoreNewer: {
    scope: 'job',
    retry: 'never',
    cause: 'A newer version of scimsync has used this store; it is not damaged.',
    advice: 'Use the newer version again, or this one with the backup from before the upgrade.',
  },
  NotificationFailed: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'An e-mail could not be sent, or not to everybody. No cycle fails because of it.',
    advice: 'Run scimsync notify --test: it says what the mail server answers. What was to be told is told later.',
  },
  HeartbeatFailed: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The heartbeat of a job did not reach its monitoring service. No cycle fails because of it.',
    advice: 'Check what heartbeat.url points to, and that this machine may reach it.',
  },
  InternalError: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'scimsync failed unexpectedly.',
    advice: 'Please report it with the message and the version.',
  },
  // configuration
  ConfigurationInvalid: {
    scope: 'config',
    retry: 'never',
    cause: 'The configuration has faults.',
    advice: 'Correct the places named; scimsync validate checks all files at once.',
  },
} as const satisfies Record<string, ErrorEntry>;
