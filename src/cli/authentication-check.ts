// How a target knows who is asking, as test-connection shows it: the kind, and of an access token how long it is good. Asks for
// a token where the kind needs one, and for nothing else.
import type { ConnectedJob } from '../compose.ts';
import type { Job } from '../model/job.ts';
import { type ConnectionCheck, faultCheck } from './target-checks.ts';

const NAME = 'authentication';

/** One line; none for a bearer token alone, of which nothing is known before it is used. Throws only what is no JobFault. */
export async function checkAuthentication(
  target: Job['target'],
  authentication: ConnectedJob['authentication'],
  signal: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const besides = furtherWords(target);
  if (target.auth.type === 'bearer' && besides.length === 0) return [];
  try {
    const token = await authentication.tokenFacts(signal);
    const words = [...kindWords(target.auth), ...besides, ...(token === null ? [] : [tokenWords(token)])];
    return [{ name: NAME, ok: true, detail: `${words.join(', ')}.` }];
  } catch (error) {
    return [faultCheck(NAME, error)];
  }
}

function kindWords(auth: Job['target']['auth']): readonly string[] {
  switch (auth.type) {
    case 'bearer':
      return ['bearer token'];
    case 'basic':
      return [`user ${auth.username} with a password`];
    case 'oauth2ClientCredentials':
      return [`OAuth 2.0 client ${auth.clientId} by ${proofWords(auth)}`];
    case 'workloadIdentity':
      return [`OAuth 2.0 client ${auth.clientId} by a token of Microsoft Entra for ${auth.audience}`];
    case 'none':
      return [];
    default:
      return auth satisfies never;
  }
}

function proofWords(auth: Extract<Job['target']['auth'], { type: 'oauth2ClientCredentials' }>): string {
  if (auth.clientSecret !== undefined) return 'client secret';
  return auth.privateKeyJwt === undefined ? 'client certificate' : 'a signed assertion';
}

function furtherWords({ headers = {}, clientCertificate, auth }: Job['target']): readonly string[] {
  const isNamed = auth.type === 'oauth2ClientCredentials' && auth.mtls !== undefined;
  return [
    ...Object.keys(headers).map((name) => `header ${name}`),
    ...(clientCertificate === undefined || isNamed ? [] : [`client certificate ${clientCertificate.file}`]),
  ];
}

/** To the minute, in UTC, as everywhere in the output. */
function tokenWords({
  lifetimeSeconds,
  ends,
}: {
  readonly lifetimeSeconds: number | null;
  readonly ends: Date | null;
}): string {
  if (lifetimeSeconds === null || ends === null)
    return 'access token issued (the endpoint does not say how long it is good; it is used until it is refused)';
  const minutes = Math.floor(lifetimeSeconds / 60);
  const lifetime = minutes < 1 ? `${Math.floor(lifetimeSeconds)} s` : `${minutes} min`;
  return `access token good for ${lifetime}, until ${ends.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
