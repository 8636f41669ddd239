// What type a target attribute has, and how a mapped value becomes one of that type. Never JavaScript truthiness: "False" is
// false, and what is neither is refused. The target's own schema comes first, RFC 7643's second.
import type { Capabilities, DiscoveredAttribute, ScimAttributeType } from './capabilities.ts';
import { coreAttribute } from './core-schema.ts';
import { attributeText, type ScimPath } from './path.ts';
import type { ScimKind, ScimValue } from './resource.ts';

/** The facts about a target attribute that mapping and comparison need. */
export interface TargetAttributeType {
  readonly type: ScimAttributeType;
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly readOnly: boolean;
}

/** The value in its new type, or why it cannot have it. */
export type Coerced =
  | { readonly ok: true; readonly value: ScimValue }
  | { readonly ok: false; readonly message: string };

/**
 * The type at a path, or undefined when neither the target's schemas nor the RFC know it. What follows a filter is one
 * element, and `emails.value` without a filter asks for one element with the value, so neither is multi-valued.
 */
export function attributeType(
  kind: ScimKind,
  path: ScimPath,
  capabilities: Capabilities,
): TargetAttributeType | undefined {
  const parent = lookUp(kind, attributeText(path), capabilities);
  if (path.subAttribute === undefined) {
    return parent === undefined
      ? undefined
      : facts(parent, path.filter === undefined && parent.multiValued, parent.readOnly);
  }
  const leaf = lookUp(kind, `${attributeText(path)}.${path.subAttribute}`, capabilities);
  if (leaf === undefined) return undefined;
  return facts(leaf, leaf.multiValued, leaf.readOnly || (parent?.readOnly ?? false));
}

function facts(found: TargetAttributeType, multiValued: boolean, readOnly: boolean): TargetAttributeType {
  return { type: found.type, caseExact: found.caseExact, multiValued, readOnly };
}

// Looked up for every mapping of every object, so each discovered list is indexed once.
const indexes = new WeakMap<readonly DiscoveredAttribute[], ReadonlyMap<string, DiscoveredAttribute>>();

function indexOf(attributes: readonly DiscoveredAttribute[]): ReadonlyMap<string, DiscoveredAttribute> {
  const known = indexes.get(attributes);
  if (known !== undefined) return known;
  const index = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
  indexes.set(attributes, index);
  return index;
}

function lookUp(kind: ScimKind, name: string, capabilities: Capabilities): TargetAttributeType | undefined {
  const discovered = capabilities.attributes === null ? undefined : indexOf(capabilities.attributes[kind]);
  return discovered?.get(name.toLowerCase()) ?? coreAttribute(kind, name);
}

/**
 * A mapped value as the attribute holds it. Lists become lists for multi-valued attributes; elsewhere a list of one is its
 * element and a longer one is refused. Null stays null. Without a type, the value is kept as it is.
 */
export function coerceValue(value: unknown, type: TargetAttributeType | ScimAttributeType | undefined): Coerced {
  const wanted = typeof type === 'string' ? { type, multiValued: false } : type;
  if (value === null || value === undefined) return { ok: true, value: null };
  if (!Array.isArray(value)) {
    const single = coerceSingle(value, wanted?.type);
    return single.ok && wanted?.multiValued === true ? { ok: true, value: [single.value] } : single;
  }
  const items: ScimValue[] = [];
  for (const item of value) {
    const single = coerceSingle(item, wanted?.type);
    if (!single.ok) return single;
    items.push(single.value);
  }
  if (wanted === undefined || wanted.multiValued) return { ok: true, value: items };
  const [first, ...others] = items;
  if (others.length > 0) {
    return { ok: false, message: `The attribute holds one value, but ${items.length} were mapped to it.` };
  }
  return { ok: true, value: first ?? null };
}

function coerceSingle(value: unknown, type: ScimAttributeType | undefined): Coerced {
  if (value === null || value === undefined) return { ok: true, value: null };
  switch (type) {
    case 'boolean':
      return toBoolean(value);
    case 'integer':
      return toNumber(value, /^[+-]?\d+$/, 'an integer');
    case 'decimal':
      return toNumber(value, /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'a decimal number');
    case 'string':
    case 'dateTime':
    case 'binary':
    case 'reference':
      return toText(value);
    case 'complex':
    case undefined:
      return asItIs(value);
    default:
      return type satisfies never;
  }
}

function toBoolean(value: unknown): Coerced {
  if (typeof value === 'boolean') return { ok: true, value };
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (text === 'true' || text === 'false') return { ok: true, value: text === 'true' };
  return refused(value, 'a boolean (True or False)');
}

function toNumber(value: unknown, form: RegExp, what: string): Coerced {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'boolean' ? '' : shown(value);
  const number = form.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) return refused(value, what);
  if (Number.isInteger(number) && !Number.isSafeInteger(number))
    return refused(value, `${what} that JSON keeps exactly`);
  return { ok: true, value: number };
}

// Entra writes booleans as text in .NET's way.
function toText(value: unknown): Coerced {
  if (typeof value === 'string') return { ok: true, value };
  if (typeof value === 'boolean') return { ok: true, value: value ? 'True' : 'False' };
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) {
    return { ok: true, value: String(value) };
  }
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { ok: true, value: value.toISOString() };
  return refused(value, 'a text');
}

function asItIs(value: unknown): Coerced {
  if (typeof value === 'string' || typeof value === 'boolean') return { ok: true, value };
  if (typeof value === 'number') return Number.isFinite(value) ? { ok: true, value } : refused(value, 'a number');
  // A number that JSON does not keep exactly (a Windows file time has 18 digits) goes as the text that it is in Entra.
  if (typeof value === 'bigint')
    return { ok: true, value: Number.isSafeInteger(Number(value)) ? Number(value) : String(value) };
  if (value instanceof Date) return toText(value);
  if (typeof value !== 'object' || value === null) return refused(value, 'a value that JSON can hold');
  return complexValue(value);
}

function complexValue(value: object): Coerced {
  const entries: [string, ScimValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const items: readonly unknown[] = Array.isArray(member) ? member : [member];
    const coerced = items.map((item) => coerceSingle(item, undefined));
    const values: ScimValue[] = [];
    for (const item of coerced) {
      if (!item.ok) return item;
      values.push(item.value);
    }
    entries.push([key, Array.isArray(member) ? values : (values[0] ?? null)]);
  }
  return { ok: true, value: Object.fromEntries(entries) };
}

function shown(value: unknown): string {
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
  ) {
    return String(value);
  }
  return Array.isArray(value) ? 'a list' : typeof value;
}

function refused(value: unknown, what: string): Coerced {
  const text = shown(value);
  const short = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return { ok: false, message: `"${short}" is not ${what}.` };
}
