/** What the router knows of an endpoint. */
import type { GraphReply, GraphRequest } from './request.ts';
import type { TenantState } from './tenant-state.ts';

/** `path` is below the version; `*` stands for one segment, which the handler gets decoded, in order. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly handle: (state: TenantState, request: GraphRequest, params: readonly string[]) => GraphReply;
}
