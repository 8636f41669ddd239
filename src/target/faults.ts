// From what a target answered to what it means for the object or the job. The HTTP status decides; scimType refines 400.
import { type ErrorCode, JobFault, type ObjectFault } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import { type Answer, errorDetail } from './answer.ts';
import type { FailureKind, ScimRequest } from './transport.ts';

/** What a message may say about a request: method and endpoint, no filter values and no ids. */
function requestName(request: ScimRequest): string {
  const [, endpoint = '', id] = request.path.split('/');
  return `${request.method} /${endpoint}${id === undefined ? '' : '/{id}'}`;
}

const isWrite = (request: ScimRequest): boolean => request.method !== 'GET';

const BAD_REQUEST_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['uniqueness', 'EntryConflict'],
  ['invalidpath', 'SchemaAttributeNotFound'],
  ['notarget', 'SchemaAttributeNotFound'],
]);

function codeOf(status: number, scimType: string | undefined): ErrorCode {
  if (status === 400) return BAD_REQUEST_CODES.get(scimType?.toLowerCase() ?? '') ?? 'InvalidValue';
  if (status === 402) return 'LicenseLimitExceeded';
  if (status === 403) return 'InsufficientRights';
  if (status === 404 || status === 410) return 'InvalidAnchor';
  if (status === 405) return 'MethodNotAllowed';
  if (status === 501) return 'NotImplemented';
  if (status === 408 || status === 504) return 'Timeout';
  if (status === 409) return 'EntryConflict';
  if (status === 429) return 'TooManyRequests';
  if (status >= 500) return 'InternalServerError';
  return 'UnprocessableEntity';
}

/** The fault of an object whose request was answered with an error status. */
export function faultOfAnswer(answer: Answer, request: ScimRequest, redact: Redact): ObjectFault {
  const { scimType, detail } = errorDetail(answer, redact);
  const code = codeOf(answer.status, scimType);
  const hint = answer.status === 413 ? ' The request is too large: lower membersPerRequest in the profile.' : '';
  const type = scimType === undefined ? '' : ` (${scimType})`;
  const said = detail === '' ? ' without explanation' : `: ${detail}`;
  return {
    code,
    message: `The target answered ${answer.status}${type} to ${requestName(request)}${said}.${hint}`.replace(
      /\.\.(?=$| )/,
      '.',
    ),
    status: answer.status,
    ...(scimType === undefined ? {} : { scimType }),
    ...(isWrite(request) && answer.status >= 500 && answer.status !== 501 ? { ambiguous: true } : {}),
  };
}

/** The fault of an object whose success answer cannot be used. On writes it is ambiguous: the change may be there. */
export function incompatibleAnswer(request: ScimRequest, what: string, status?: number): ObjectFault {
  return {
    code: 'IncompatibleAnswer',
    message: `The answer to ${requestName(request)} cannot be used: ${what}.`,
    ...(status === undefined ? {} : { status }),
    ...(isWrite(request) ? { ambiguous: true } : {}),
  };
}

/** The fault of an object whose request got no complete answer. */
export function faultOfFailure(
  failure: Exclude<FailureKind, 'unreachable' | 'tls'>,
  detail: string,
  request: ScimRequest,
): ObjectFault {
  const name = requestName(request);
  const ambiguous = isWrite(request) ? { ambiguous: true } : {};
  switch (failure) {
    case 'timeout':
      return { code: 'Timeout', message: `The target did not answer ${name} in time (${detail}).`, ...ambiguous };
    case 'reset':
      return {
        code: 'WebExceptionProtocolError',
        message: `The connection broke during ${name} (${detail}).`,
        ...ambiguous,
      };
    case 'oversized':
      return incompatibleAnswer(request, `it is ${detail}`);
    default:
      return failure satisfies never;
  }
}

/** The fault of an object while the target asks to be left alone for longer than a call may wait. */
export function tooManyRequests(request: ScimRequest, seconds: number | undefined, status?: number): ObjectFault {
  const until = seconds === undefined ? 'and kept saying so' : `and asks to wait ${Math.ceil(seconds)} s`;
  return {
    code: 'TooManyRequests',
    message: `The target is over its request limit ${until}; ${requestName(request)} was not carried out.`,
    ...(status === undefined ? {} : { status }),
  };
}

/** The job cannot go on: nobody answers at the address. */
export function unreachable(root: string, detail: string): JobFault {
  return new JobFault('TargetUnreachable', `No connection to the target at ${root} (${detail}).`);
}

/** The job cannot go on: the certificate is not trusted. */
export function tlsFailed(root: string, detail: string): JobFault {
  const message = isWithoutTls(detail)
    ? `The target at ${root} does not answer in TLS (${detail}): the address may have to begin with http, or the port is another one.`
    : `The TLS certificate of the target at ${root} was not accepted (${detail}).`;
  return new JobFault('TargetTlsFailed', message);
}

/** Whether OpenSSL says that the other side answered in something else than TLS; a certificate was never seen then. */
export function isWithoutTls(code: string): boolean {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}

/** The job cannot go on: the name leads to an address that the configuration does not allow, or that no target has. */
export function addressForbidden(place: string): JobFault {
  const message = `No connection was made to ${place}: it leads only to addresses that are not allowed.`;
  return new JobFault('TargetAddressForbidden', message);
}

/** The job cannot go on: the token is refused. */
export function credentialsInvalid(answer: Answer, request: ScimRequest, redact: Redact): JobFault {
  const { detail } = errorDetail(answer, redact);
  const said = detail === '' ? '.' : `: ${detail.replace(/\.$/, '')}.`;
  return new JobFault(
    'TargetCredentialsInvalid',
    `The target answered ${answer.status} to ${requestName(request)}${said}`,
  );
}

/** The job cannot go on: this is no SCIM service, or not its root. */
export function incompatible(root: string, request: ScimRequest, answer: Answer, redact: Redact): JobFault {
  return new JobFault('TargetIncompatible', `${requestName(request)} at ${root} ${whatCame(answer, request, redact)}`);
}

function whatCame(answer: Answer, request: ScimRequest, redact: Redact): string {
  const rootAdvice = 'Check that target.baseUrl is the SCIM root, without /Users.';
  if (answer.status >= 300 && answer.status < 400) {
    const to = answer.location === undefined ? '' : ` to ${placeOf(redact(answer.location))}`;
    return `was redirected${to} (${answer.status}). Redirects are not followed: set target.baseUrl to the final address.`;
  }
  if (answer.status === 404) {
    const groups = request.path.startsWith('/Groups')
      ? ' If the target has no groups, set groups: false in its profile.'
      : '';
    return `does not exist (404). ${rootAdvice}${groups}`;
  }
  const { detail } = errorDetail(answer, redact);
  const begins = detail === '' ? 'nothing' : `"${detail}"`;
  return `answered ${answer.status} with something that is not SCIM (${redact(answer.contentType) || 'no content type'}): ${begins}. ${rootAdvice}`;
}

// The query of a redirect may hold secrets (sign-in pages), so only its place is shown.
function placeOf(location: string): string {
  return location
    .replace(/[?#].*$/s, '')
    .replaceAll(/[\p{Cc}\s]/gu, '')
    .slice(0, 200);
}

/** The job cannot go on, because a list could not be read to its end. */
export function listFailed(fault: ObjectFault): JobFault {
  const code: ErrorCode =
    fault.code === 'InsufficientRights'
      ? 'TargetCredentialsInvalid'
      : fault.ambiguous === true ||
          ['Timeout', 'WebExceptionProtocolError', 'TooManyRequests', 'InternalServerError'].includes(fault.code)
        ? 'TargetUnreachable'
        : 'TargetIncompatible';
  return new JobFault(code, `A list could not be read to its end. ${fault.message}`);
}
