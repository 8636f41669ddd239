// The requests of a dialect, from those that the client makes: form of bodies, what groups are asked for, and headers. Every
// request goes through here, whoever made it, so that plan, cycle and provisioning on demand cannot differ.
import type { DialectStrategy } from '../model/dialect.ts';
import { createBody, patchOperations, removalsAsList } from '../scim/dialect-body.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';
import type { ScimRequest } from './transport.ts';

const ENDPOINT = /^\/(User|Group)s(\/[^/]+)?$/;

/** Turns requests into those of a dialect; `root` is the SCIM root. */
export function requestShaper(strategy: DialectStrategy, root: string): (request: ScimRequest) => ScimRequest {
  return (request) => {
    const [, kind, id] = ENDPOINT.exec(request.path) ?? [];
    if (kind === undefined) return request;
    switch (request.method) {
      case 'GET':
        if (kind === 'User' || !strategy.excludesMembers) return request;
        return { ...request, query: { excludedAttributes: 'members', ...request.query } };
      case 'POST':
        return id === undefined
          ? { ...request, body: createBody(strategy, kind as ScimKind, request.body as ScimResource) }
          : request;
      case 'PATCH':
        return { ...request, body: patchBody(strategy, request.body, root) };
      case 'PUT':
      case 'DELETE':
        return request;
      default:
        return request.method satisfies never;
    }
  };
}

function patchBody({ patch, memberRemoval }: DialectStrategy, body: unknown, root: string): unknown {
  const { Operations: operations, ...rest } = body as { readonly Operations: readonly PatchOperation[] };
  const removed = memberRemoval === 'list' ? removalsAsList(operations) : operations;
  return { ...rest, Operations: patchOperations(patch, removed, root) };
}
