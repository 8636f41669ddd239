// Discovery documents of RFC 7644 section 4: ServiceProviderConfig, ResourceTypes and Schemas. They say what the
// targets really do.
import { listResponse } from './list-response.ts';
import { type ResourceTypeDefinition, type SchemaDefinition, schemaToJson } from './schema-definition.ts';
import { scimRefusal } from './scim-error.ts';
import { readText, type ScimJson } from './scim-json.ts';

/** What a target can do. */
export interface Capabilities {
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number } | undefined;
  readonly sort: boolean;
  readonly etag: boolean;
  readonly maxResults: number;
  readonly authenticationNote: string;
}

/** ServiceProviderConfig of RFC 7643 section 5. */
export function serviceProviderConfig(capabilities: Capabilities, baseUrl: string): ScimJson {
  const { bulk } = capabilities;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.maxOperations ?? 0,
      maxPayloadSize: bulk?.maxPayloadSize ?? 0,
    },
    filter: { supported: true, maxResults: capabilities.maxResults },
    changePassword: { supported: false },
    sort: { supported: capabilities.sort },
    etag: { supported: capabilities.etag },
    authenticationSchemes: [
      { type: 'oauthbearertoken', name: 'Bearer token', description: capabilities.authenticationNote, primary: true },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

function resourceTypeJson(type: ResourceTypeDefinition, baseUrl: string): ScimJson {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.core.description,
    schema: type.core.id,
    schemaExtensions: type.extensions.map((extension) => ({ schema: extension.id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.name}` },
  };
}

/** /ResourceTypes or one of them; throws 404. */
export function resourceTypes(
  types: readonly ResourceTypeDefinition[],
  id: string | undefined,
  baseUrl: string,
): ScimJson {
  const all = types.map((type) => resourceTypeJson(type, baseUrl));
  return oneOrAll(all, id);
}

/** /Schemas or one of them; throws 404. */
export function schemas(list: readonly SchemaDefinition[], id: string | undefined, baseUrl: string): ScimJson {
  return oneOrAll(
    list.map((schema) => schemaToJson(schema, `${baseUrl}/Schemas/${schema.id}`)),
    id,
  );
}

function oneOrAll(all: ScimJson[], id: string | undefined): ScimJson {
  if (id === undefined) return listResponse(all, all.length, 1);
  const one = all.find((json) => readText(json['id']).toLowerCase() === id.toLowerCase());
  if (!one) throw scimRefusal(404, undefined, `There is no "${id}" here.`);
  return one;
}
