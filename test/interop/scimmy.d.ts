// What the tests use of the packages of this folder's own package.json, declared here so that type checking does not
// need them installed.
declare module 'scimmy' {
  export interface ResourceRequest {
    readonly id?: string;
    readonly filter?: { match<T>(values: readonly T[]): T[] };
  }

  export interface ResourceHandlers {
    readonly extensions?: readonly { readonly schema: unknown; readonly required: boolean }[];
    readonly ingress: (request: ResourceRequest, resource: unknown) => object;
    readonly egress: (request: ResourceRequest) => object;
    readonly degress: (request: ResourceRequest) => void;
  }

  interface Scimmy {
    readonly Resources: {
      readonly User: unknown;
      readonly Group: unknown;
      declare(resource: unknown, handlers: ResourceHandlers): unknown;
    };
    readonly Schemas: { readonly EnterpriseUser: unknown };
    readonly Types: {
      readonly Error: new (status: number, scimType: string | null, message: string) => Error;
    };
  }

  const scimmy: Scimmy;
  export default scimmy;
}

declare module 'scimmy-routers' {
  import type { RequestListener } from 'node:http';

  interface AuthenticationScheme {
    readonly type: 'bearer';
    readonly handler: (request: { header(name: string): string | undefined }) => string;
    readonly baseUri?: () => string;
  }

  const ScimmyRouters: new (scheme: AuthenticationScheme) => RequestListener;
  export default ScimmyRouters;
}

declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  interface ExpressRequest extends IncomingMessage {
    readonly query: Readonly<Record<string, unknown>>;
  }

  interface Application extends RequestListener {
    (request: IncomingMessage, response: ServerResponse): void;
    use(handler: (request: ExpressRequest, response: ServerResponse, next: () => void) => void): void;
    use(path: string, handler: RequestListener): void;
  }

  export default function express(): Application;
}
