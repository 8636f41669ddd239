// One access token from the token endpoint of a target (RFC 6749 sections 4.4 and 5): the request, its tries, and what an
// answer means. Keeps nothing. No message holds a secret, a token or the query of the URL; redirects are not followed,
// because what proves the client would travel with them.
import axios, { type AxiosInstance } from 'axios';
import { z } from 'zod';
import type { Clock } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import type { TokenClient } from '../model/target-credential.ts';
import { ADDRESS_NOT_ALLOWED, type ConnectionAgents, viaProxy } from '../network/guarded-agents.ts';
import { parseJson } from './answer.ts';
import { ASSERTION_TYPE, signAssertion } from './client-assertion.ts';
import { excerpt } from './excerpt.ts';
import { addressForbidden } from './faults.ts';
import { backOffMilliseconds, retryAfterMilliseconds } from './retry-after.ts';

/** Who asks where, and what a request may cost. */
export interface TokenRequestSettings {
  readonly client: TokenClient;
  readonly agents: ConnectionAgents;
  readonly secrets: { readonly remember: (value: string) => void; readonly redact: Redact };
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutSeconds: number;
  readonly userAgent: string;
}

/** An access token as it was issued. */
export interface IssuedToken {
  readonly value: string;
  /** When it was asked for, so that it ends earlier than the target thinks rather than later. */
  readonly issued: Date;
  /** Null when the endpoint does not say how long it is good: it is used until it is refused. */
  readonly lifetimeSeconds: number | null;
}

/** Asks for tokens and counts the requests. */
export interface TokenRequester {
  /** Throws JobFault TargetTokenRefused, TargetTokenUnavailable, TargetAddressForbidden, or what reading a secret throws. */
  request(signal: AbortSignal): Promise<IssuedToken>;
  readonly requests: number;
}

const MOST_TRIES = 3;
const LONGEST_WAIT = 60_000;
const MAX_BODY_BYTES = 256 * 1024;

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,65536}$/),
  token_type: z.string().optional(),
  expires_in: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,12}$/)
        .transform(Number),
    ])
    .nullish()
    .catch(null),
});

const errorAnswer = z.object({ error: z.string(), error_description: z.string().optional().catch(undefined) });

/** What proves the client in one request, and whether it was replaced once it was refused. */
interface Proof {
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly isReplaced: () => Promise<boolean>;
}

/** What one try brought, unless it was thrown. */
type Try =
  | { readonly token: IssuedToken }
  | { readonly fault: JobFault; readonly waitMilliseconds: number | undefined };

/** A requester; sends nothing yet. */
export function createTokenRequester(settings: TokenRequestSettings): TokenRequester {
  const { client, clock, random, secrets } = settings;
  const place = placeOf(client.tokenUrl);
  const http = axios.create({
    httpAgent: settings.agents.httpAgent,
    httpsAgent: settings.agents.httpsAgent,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
  });
  let requests = 0;

  async function tryOnce(proof: Proof, signal: AbortSignal): Promise<Try> {
    const issued = clock.now();
    requests += 1;
    const sent = await send(http, settings, proof, signal);
    signal.throwIfAborted();
    if ('failure' in sent) return { fault: unavailable(`failed: ${sent.failure}`, place), waitMilliseconds: undefined };
    const { tokenUrlName = 'target.auth.tokenUrl' } = client;
    return judge(sent, { issued, place, tokenUrlName, redact: secrets.redact, now: clock.now() });
  }

  async function withTries(proof: Proof, signal: AbortSignal): Promise<IssuedToken> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryOnce(proof, signal);
      if ('token' in outcome) return outcome.token;
      const wait = outcome.waitMilliseconds ?? backOffMilliseconds(attempt, random);
      if (attempt >= MOST_TRIES || wait > LONGEST_WAIT) throw outcome.fault;
      await clock.sleep(wait, signal);
    }
  }

  return {
    async request(signal) {
      const proof = await proofOf(settings, signal);
      let token: IssuedToken;
      try {
        token = await withTries(proof, signal);
      } catch (error) {
        const isRefused = error instanceof JobFault && error.code === 'TargetTokenRefused';
        if (!isRefused || !(await proof.isReplaced())) throw error;
        token = await withTries(await proofOf(settings, signal), signal);
      }
      secrets.remember(token.value);
      return token;
    },
    get requests() {
      return requests;
    },
  };
}

async function proofOf({ client, clock, secrets }: TokenRequestSettings, signal: AbortSignal): Promise<Proof> {
  const { proof, clientId, tokenUrl } = client;
  const own = { client_id: clientId };
  const asserted = (assertion: string, isReplaced: Proof['isReplaced']): Proof => {
    secrets.remember(assertion);
    const form = { ...own, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
    return { form, headers: {}, isReplaced };
  };
  switch (proof.kind) {
    case 'clientSecret': {
      const secret = await proof.secret.read();
      const isReplaced = async (): Promise<boolean> => (await proof.secret.reread(secret)) !== undefined;
      if (proof.sentIn === 'body') return { form: { ...own, client_secret: secret }, headers: {}, isReplaced };
      const pair = Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString('base64');
      secrets.remember(pair);
      return { form: {}, headers: { Authorization: `Basic ${pair}` }, isReplaced };
    }
    case 'privateKey': {
      const pem = await proof.pem.read();
      const { keyId, algorithm, audience = tokenUrl } = proof;
      const assertion = signAssertion({ clientId, audience, pem, keyId, algorithm, now: clock.now() });
      return asserted(assertion, async () => (await proof.pem.reread(pem)) !== undefined);
    }
    case 'assertion':
      return asserted(await proof.issue(signal), async () => false);
    case 'mtls':
      return { form: own, headers: {}, isReplaced: async () => false };
    default:
      return proof satisfies never;
  }
}

/** As a form writes it (RFC 6749 appendix B). */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

interface TokenAnswer {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

async function send(
  http: AxiosInstance,
  { client, agents, timeoutSeconds, userAgent }: TokenRequestSettings,
  proof: Proof,
  signal: AbortSignal,
): Promise<TokenAnswer | { readonly failure: string }> {
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
  const form = new URLSearchParams({ ...client.parameters, ...proof.form, grant_type: 'client_credentials' });
  try {
    const response = await http.post<string | undefined>(client.tokenUrl, form.toString(), {
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        'User-Agent': userAgent,
        ...proof.headers,
      },
      signal: AbortSignal.any([signal, deadline]),
    });
    const header = (name: string): string | undefined => {
      const value: unknown = response.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    return {
      status: response.status,
      text: response.data ?? '',
      location: header('location'),
      retryAfter: header('retry-after'),
      date: header('date'),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { failure: `no complete answer within ${timeoutSeconds} s` };
    if (!axios.isAxiosError(error)) throw error;
    if (/maxContentLength/.test(error.message)) return { failure: `an answer of more than ${MAX_BODY_BYTES} bytes` };
    // Only the code: the message of an error may hold the request with what proves the client.
    const code = error.code ?? '';
    if (code === ADDRESS_NOT_ALLOWED) throw addressForbidden(placeOf(client.tokenUrl));
    return { failure: `${/^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : 'connection lost'}${viaProxy(agents)}` };
  }
}

interface Judging {
  readonly issued: Date;
  readonly place: string;
  readonly tokenUrlName: string;
  readonly redact: Redact;
  readonly now: Date;
}

/** Throws TargetTokenRefused for what will not get better by itself. */
function judge(answer: TokenAnswer, { issued, place, tokenUrlName, redact, now }: Judging): Try {
  const { status } = answer;
  if (status === 408 || status === 429 || status >= 500) {
    const wait = retryAfterMilliseconds(answer.retryAfter, answer.date, now);
    return { fault: unavailable(`was answered with ${status}${said(answer, redact)}`, place), waitMilliseconds: wait };
  }
  if (status >= 300 && status < 400) {
    const elsewhere = `Redirects are not followed: set ${tokenUrlName} to the final address.`;
    throw refused(`was redirected (${status}). ${elsewhere}`, place);
  }
  if (status < 200 || status > 299) throw refused(`was refused with ${status}${said(answer, redact)}.`, place);
  const parsed = tokenAnswer.safeParse(parseJson(answer.text));
  if (!parsed.success) {
    // Some services refuse with status 200.
    const why = said(answer, redact) || ', but without a usable access_token';
    throw refused(`was answered with ${status}${why}. Check ${tokenUrlName}.`, place);
  }
  const { access_token: value, token_type: type, expires_in: seconds } = parsed.data;
  if (type !== undefined && type.toLowerCase() !== 'bearer')
    throw refused(
      `brought a token of the type ${excerpt(type, redact).slice(0, 40)}; only Bearer tokens can be used.`,
      place,
    );
  const lifetimeSeconds = typeof seconds === 'number' && seconds >= 1 ? seconds : null;
  return { token: { value, issued, lifetimeSeconds } };
}

/** What an error answer says (RFC 6749 section 5.2); empty for anything else, which could be a page or a token. */
function said({ text }: TokenAnswer, redact: Redact): string {
  const parsed = errorAnswer.safeParse(parseJson(text));
  if (!parsed.success) return '';
  const { error, error_description: description = '' } = parsed.data;
  const explained = excerpt(description, redact).replace(/\.$/, '');
  return ` (${excerpt(error, redact).slice(0, 100)}${explained === '' ? '' : `: ${explained}`})`;
}

/** A URL as messages may show it. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function unavailable(what: string, place: string): JobFault {
  return new JobFault('TargetTokenUnavailable', `The token request to ${place} ${what}.`);
}

function refused(what: string, place: string): JobFault {
  return new JobFault('TargetTokenRefused', `The token request to ${place} ${what}`);
}
