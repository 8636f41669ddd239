// Requests to Microsoft Graph that end in JSON or in a fault: joins transport, judgement and backoff. One requester per
// source, since an order to wait concerns all its requests ("throttling guidance").
import type { Clock } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import { judgeRefusal, type Subject } from './errors.ts';
import { parseJson } from './json.ts';
import { judgeNetworkFailure } from './network-errors.ts';
import type { Attempt, Backoff } from './retry.ts';
import type { GraphRequest, GraphTransport } from './transport.ts';

/** The requester; see its methods. */
export interface Requester {
  /** One try, judged. Throws what cannot be repeated: JobFault, ResyncRequired, ExpiredPageToken, the abort reason. */
  once(request: GraphRequest, subject: Subject, signal: AbortSignal): Promise<Attempt<unknown>>;
  /** The JSON answer after as many tries as the backoff allows. Throws as `once` does. */
  json(request: GraphRequest, subject: Subject, signal: AbortSignal): Promise<unknown>;
  readonly backoff: Backoff;
  readonly clock: Clock;
  /** Takes secrets out of what Graph says. */
  readonly redact: Redact;
}

/** A requester over a transport. */
export function createRequester(transport: GraphTransport, backoff: Backoff, clock: Clock, redact: Redact): Requester {
  async function once(request: GraphRequest, subject: Subject, signal: AbortSignal): Promise<Attempt<unknown>> {
    let answer: Awaited<ReturnType<GraphTransport['send']>>;
    try {
      answer = await transport.send(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof JobFault) throw error;
      return judgeNetworkFailure(error, subject.what);
    }
    if (answer.status < 200 || answer.status > 299) return judgeRefusal(answer, subject, clock.now(), redact);
    const value = parseJson(answer.text);
    if (value !== undefined) return { outcome: 'done', value };
    const contentType = answer.header('content-type');
    const fault = new JobFault(
      'SourceProtocolError',
      `${subject.what} was answered with ${answer.status}, but the body is no JSON (content type ${contentType ?? 'absent'}).`,
    );
    // A JSON answer that does not parse was cut on its way; anything else is the page of a proxy and stays one.
    if (contentType?.toLowerCase().includes('json')) return { outcome: 'failed', fault };
    throw fault;
  }

  return {
    once,
    json: (request, subject, signal) => backoff.run(() => once(request, subject, signal), signal),
    backoff,
    clock,
    redact,
  };
}
