/**
 * Graph's error answers. Thrown by the handlers of the tenant and turned into
 * `{"error":{"code","message","innerError":{…}}}` at the edge; the inner date has no zone, as on the real service.
 */

/** A request that Graph answers with an error. */
export class GraphFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'GraphFault';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** 400 for a request that Graph's OData layer cannot parse. */
export function badRequest(message: string): GraphFault {
  return new GraphFault(400, 'BadRequest', message);
}

/** 400 for a request that parses but breaks a rule of the directory. */
export function directoryRefusal(message: string): GraphFault {
  return new GraphFault(400, 'Request_BadRequest', message);
}

/** 400 for a query the directory supports only with `ConsistencyLevel: eventual` and `$count=true`, or not at all. */
export function unsupportedQuery(message: string): GraphFault {
  return new GraphFault(400, 'Request_UnsupportedQuery', message);
}

/** 404 for an object, or a reference of it, that is not there. */
export function notFound(id: string): GraphFault {
  return new GraphFault(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** 403 for a permission the token does not carry. */
export function denied(): GraphFault {
  return new GraphFault(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}
