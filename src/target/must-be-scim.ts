// A sign-in page or a proxy's message with status 200: what it says about one object would be true of none.
import { type Answer, isNotJson, isWebPage } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { incompatible } from './faults.ts';
import type { ScimRequest } from './transport.ts';

/**
 * A word of confirmation after PATCH, PUT or DELETE is tolerated.
 * @throws JobFault TargetIncompatible
 */
export function mustBeScim(answer: Answer, request: ScimRequest, exchange: Pick<Exchange, 'root' | 'redact'>): void {
  const confirms = ['PATCH', 'PUT', 'DELETE'].includes(request.method);
  if (answer.status === 200 && isNotJson(answer) && (!confirms || isWebPage(answer))) {
    throw incompatible(exchange.root, request, answer, exchange.redact);
  }
}
