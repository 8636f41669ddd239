// What a target says about itself (RFC 7644 section 4), asked with at most three requests. Many targets have no discovery
// or a wrong one, so what is missing or unreadable is left open (null) and never a fault; what is said only narrows.
import type { JobFault } from '../model/errors.ts';
import type { Capabilities, DiscoveredAttribute, ScimAttributeType } from '../scim/capabilities.ts';
import { NO_DISCOVERY } from '../scim/capabilities.ts';
import { isJsonObject } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { listFailed } from './faults.ts';
import { isSuccess } from './success.ts';

const MOST_ATTRIBUTES = 3000;
const LONGEST_NAME = 300;

/** Reads ServiceProviderConfig and Schemas. Throws JobFault when the target refuses the token or cannot be asked now. */
export async function discover(exchange: Exchange, signal: AbortSignal): Promise<Capabilities> {
  const config =
    (await read(exchange, '/ServiceProviderConfig', signal)) ??
    (await read(exchange, '/ServiceProviderConfigs', signal));
  const schemas = await read(exchange, '/Schemas', signal);
  return { ...capabilitiesOf(config), attributes: attributesOf(schemas) };
}

// Undefined for an endpoint that is absent, forbidden or broken; a target that cannot answer now is no target without it.
async function read(exchange: Exchange, path: string, signal: AbortSignal): Promise<unknown> {
  const exchanged = await exchange.send({ method: 'GET', path }, signal);
  if (!exchanged.ok) {
    if (exchanged.fault.code === 'IncompatibleAnswer') return undefined;
    throw notNow(exchanged.fault);
  }
  const { answer } = exchanged;
  return isSuccess(answer) ? answer.json : undefined;
}

function notNow(fault: Parameters<typeof listFailed>[0]): JobFault {
  return listFailed(fault);
}

function capabilitiesOf(json: unknown): Omit<Capabilities, 'attributes'> {
  const first = isJsonObject(json) && Array.isArray(json['Resources']) ? (json['Resources'][0] as unknown) : json;
  if (!isJsonObject(first)) return NO_DISCOVERY;
  const { patch, filter, bulk, etag } = first;
  return {
    patch: supported(patch),
    filter: supported(filter),
    filterMaxResults: positive(filter, 'maxResults') ?? null,
    bulk: bulkOf(bulk),
    etag: supported(etag),
  };
}

function bulkOf(bulk: unknown): Capabilities['bulk'] {
  const operations = positive(bulk, 'maxOperations');
  if (supported(bulk) !== true || operations === undefined) return supported(bulk) === false ? false : null;
  return { maxOperations: operations, maxPayloadSize: positive(bulk, 'maxPayloadSize') ?? 1_048_576 };
}

function supported(feature: unknown): boolean | null {
  const value = isJsonObject(feature) ? feature['supported'] : undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || !/^(true|false)$/i.test(value)) return null;
  return value.toLowerCase() === 'true';
}

function positive(feature: unknown, name: string): number | undefined {
  const value = isJsonObject(feature) ? Number(feature[name]) : Number.NaN;
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function attributesOf(json: unknown): Capabilities['attributes'] {
  const listed = isJsonObject(json) ? (json['Resources'] ?? [json]) : json;
  if (!Array.isArray(listed)) return null;
  const User: DiscoveredAttribute[] = [];
  const Group: DiscoveredAttribute[] = [];
  for (const schema of listed as unknown[]) {
    const urn = isJsonObject(schema) ? (schema['id'] ?? schema['schema']) : undefined;
    if (!isJsonObject(schema) || typeof urn !== 'string' || !Array.isArray(schema['attributes'])) continue;
    if (/:core:2\.0:(?!User$|Group$)/i.test(urn)) continue; // ServiceProviderConfig, ResourceType, Schema
    const prefix = /:core:2\.0:(User|Group)$/i.test(urn) ? '' : `${urn}:`;
    collect(schema['attributes'] as unknown[], prefix, /:Group$/i.test(urn) ? Group : User);
  }
  return User.length === 0 && Group.length === 0 ? null : { User, Group };
}

function collect(attributes: readonly unknown[], prefix: string, into: DiscoveredAttribute[]): void {
  for (const attribute of attributes) {
    const name = isJsonObject(attribute) ? attribute['name'] : undefined;
    if (!isJsonObject(attribute) || typeof name !== 'string' || name === '') continue;
    const fullName = `${prefix}${name}`;
    if (into.length >= MOST_ATTRIBUTES || fullName.length > LONGEST_NAME) continue;
    into.push({
      name: fullName,
      type: typeOf(attribute['type']),
      multiValued: attribute['multiValued'] === true,
      caseExact: attribute['caseExact'] === true,
      readOnly: String(attribute['mutability']).toLowerCase() === 'readonly',
    });
    const parts = attribute['subAttributes'];
    const isPart = /\.\w+$/.test(name) && prefix === '';
    if (Array.isArray(parts) && !isPart) collect(parts as unknown[], `${fullName}.`, into);
  }
}

const TYPES: readonly ScimAttributeType[] = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'binary',
  'reference',
  'complex',
];

function typeOf(said: unknown): ScimAttributeType {
  const wanted = String(said).toLowerCase();
  return TYPES.find((type) => type.toLowerCase() === wanted) ?? 'string';
}
