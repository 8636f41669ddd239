// What the tests use of the other services' packages, declared here so that type checking does not need them installed.
declare module '@better-auth/scim' {
  interface Connection {
    readonly id: string;
    readonly credentials: readonly { readonly type: 'bearer'; readonly id: string; readonly token: string }[];
  }

  export function scim(options: { readonly connections: readonly Connection[] }): unknown;
}

declare module 'better-auth' {
  interface Auth {
    readonly handler: (request: Request) => Promise<Response>;
    readonly $context: Promise<{ readonly tables: Readonly<Record<string, { readonly modelName: string }>> }>;
  }

  export function betterAuth(options: Readonly<Record<string, unknown>>): Auth;
}

declare module 'better-auth/adapters/memory' {
  export function memoryAdapter(database: Record<string, unknown[]>): unknown;
}

declare module '@boxyhq/saml-jackson' {
  interface Stored {
    readonly id: string;
    readonly name: string;
    readonly raw: Readonly<Record<string, unknown>>;
  }

  interface Resources {
    setTenantAndProduct(tenant: string, product: string): unknown;
    getAll(of: { readonly directoryId: string }): Promise<{ readonly data: readonly Stored[] }>;
  }

  interface Groups extends Resources {
    getGroupMembers(of: {
      readonly groupId: string;
    }): Promise<{ readonly data: readonly { readonly user_id: string }[] }>;
  }

  interface DirectorySync {
    readonly users: Resources;
    readonly groups: Groups;
    readonly directories: {
      create(directory: Readonly<Record<string, string>>): Promise<{
        readonly data: { readonly id: string; readonly scim: { readonly secret: string } };
      }>;
    };
    readonly requests: {
      handle(request: Readonly<Record<string, unknown>>): Promise<{ readonly status: number; readonly data: unknown }>;
    };
  }

  export function controllers(
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly directorySyncController: DirectorySync }>;
}
