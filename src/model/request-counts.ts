// How many requests the two sides of a job sent. Counting is theirs; here they are put together.
import type { RequestCounts } from './cycle.ts';

/** Both sides of a job. */
interface Sides {
  readonly source: { readonly requests: { readonly graph: number; readonly tokens: number } };
  readonly target: { readonly requests: { readonly scim: number; readonly tokens: number } };
}

/** All requests so far. */
export function requestCounts({ source, target }: Sides): RequestCounts {
  return {
    graph: source.requests.graph,
    scim: target.requests.scim,
    tokens: source.requests.tokens + target.requests.tokens,
  };
}

/** Those since a moment at which there were `before`. */
export function requestsSince(before: Readonly<RequestCounts>, sides: Sides): RequestCounts {
  const { graph, scim, tokens } = requestCounts(sides);
  return { graph: graph - before.graph, scim: scim - before.scim, tokens: tokens - before.tokens };
}
