// Which statuses count as carried out: RFC 7644 names 200, 201 and 204; some targets answer others of the 2xx class.
import type { Answer } from './answer.ts';

/** True for 2xx. */
export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
