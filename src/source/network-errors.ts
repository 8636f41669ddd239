// What a request that brought no answer failed of: walks the `cause` chain that Node, undici and the identity library
// build. Decides between "try again" and "a certificate will not get better by itself".
import { JobFault } from '../model/errors.ts';
import { oneLine } from './json.ts';
import type { Attempt } from './retry.ts';

const CERTIFICATE_CODES = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const MAX_DEPTH = 6;

/** The codes of an error and its causes, such as ECONNRESET or UND_ERR_SOCKET, outermost first. */
export function errorCodes(error: unknown): string[] {
  const codes: string[] = [];
  let current = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth += 1) {
    const { code } = current as { code?: unknown };
    if (typeof code === 'string') codes.push(code);
    current = current.cause;
  }
  return codes;
}

/** A network failure of `what` as an attempt; throws at once when the certificate cannot be trusted. */
export function judgeNetworkFailure(error: unknown, what: string): Attempt<never> {
  const codes = errorCodes(error);
  const certificate = codes.find((code) => CERTIFICATE_CODES.has(code));
  if (certificate !== undefined) {
    throw new JobFault(
      'SourceUnreachable',
      `${what} failed: the TLS certificate could not be verified (${certificate}). Name the issuing authority in caFile of the source, or check its authorityHost and graphBaseUrl.`,
      { cause: error },
    );
  }
  const text = `${what} failed: ${networkText(error, codes)}.`;
  return { outcome: 'failed', fault: new JobFault('SourceUnreachable', text, { cause: error }) };
}

function networkText(error: unknown, codes: readonly string[]): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no complete answer in time';
  const innermost = innermostMessage(error);
  return codes.length > 0 ? `${innermost} (${[...new Set(codes)].join(', ')})` : innermost;
}

function innermostMessage(error: unknown): string {
  let message = 'unknown error';
  let current = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth += 1) {
    if (current.message !== '') message = current.message;
    current = current.cause;
  }
  return oneLine(message, 200);
}
