// Target attribute names as Entra writes them: the PATH of RFC 7644 section 3.5.2 reduced to `eq` comparisons joined by
// `and`, widened by extension attribute names that hold spaces ("urn:…:User:Business Unit"), which the RFC grammar does not
// allow. It never evaluates anything; reading a resource is read.ts.

/** What one sub-attribute of an element has to be. */
export interface ElementCondition {
  readonly attribute: string;
  readonly value: string | boolean;
}

/** One element of a multi-valued attribute, chosen by one sub-attribute or, with `and`, by several. */
export interface ElementFilter extends ElementCondition {
  readonly and?: readonly ElementCondition[];
}

/** All conditions of a filter; every one has to hold. */
export function conditionsOf(filter: ElementFilter): readonly ElementCondition[] {
  return [filter, ...(filter.and ?? [])];
}

/** A parsed target attribute name. Names keep their case; they are compared without regard to it (RFC 7643 section 2.1). */
export interface ScimPath {
  /** As it was written. */
  readonly text: string;
  /** URN of the extension; absent for core attributes, also when they were written with the core URN. */
  readonly schema?: string;
  readonly attribute: string;
  readonly filter?: ElementFilter;
  readonly subAttribute?: string;
}

/** What `parsePath` answers; `position` counts characters from 0. */
export type ParsedPath =
  | { readonly ok: true; readonly path: ScimPath }
  | { readonly ok: false; readonly message: string; readonly position?: number };

const ATTRIBUTE_NAME = /^[A-Za-z$][\w$-]*$/;
const CORE_SCHEMA = /^urn:ietf:params:scim:schemas:core:2\.0:\w+$/i;
const FORBIDDEN_IN_EXTENSION_NAME = /[[\]"\p{Cc}]/u;
const SCHEMA_END = /^\d+\.\d+$/;
const BRACKETED = /^([^[]*)\[(.*)\](.*)$/s;
const CONDITION = /^\s*([A-Za-z$][\w$-]*)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)/is;

const fault = (message: string, position?: number): ParsedPath =>
  position === undefined ? { ok: false, message } : { ok: false, message, position };

/** Reads a target attribute name; the message of a refusal says what is wrong and what is understood. */
export function parsePath(text: string): ParsedPath {
  if (text.trim() === '') return fault('The target attribute name is empty.', 0);
  if (text !== text.trim()) return fault('The target attribute name begins or ends with a blank.', 0);
  const bracket = text.indexOf('[');
  const head = bracket < 0 ? text : text.slice(0, bracket);
  const colon = head.lastIndexOf(':');
  if (colon < 0) return parseAttribute(text, text, undefined, 0);
  if (!/^urn:/i.test(text)) return fault('A name with a colon has to begin with the URN of its schema ("urn:…").', 0);
  const schema = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (rest === '') return fault('The attribute name after the URN is missing.', colon + 1);
  if (SCHEMA_END.test(schema.slice(schema.lastIndexOf(':') + 1)) && /^(User|Group)$/i.test(rest)) {
    return fault('This names a schema, not an attribute of it: append a colon and the attribute name.', text.length);
  }
  return parseAttribute(text, rest, CORE_SCHEMA.test(schema) ? undefined : schema, colon + 1);
}

function parseAttribute(text: string, rest: string, schema: string | undefined, offset: number): ParsedPath {
  if (!rest.includes('[')) return parsePlain(text, rest, schema, offset);
  const parts = BRACKETED.exec(rest);
  const [attribute, inner, tail] = [parts?.[1], parts?.[2], parts?.[3]];
  if (attribute === undefined || inner === undefined || tail === undefined) {
    return fault('The bracket is not closed.', offset + rest.indexOf('['));
  }
  const invalid = invalidName(attribute, schema);
  if (invalid !== undefined) return fault(invalid, offset);
  const filter = parseFilter(inner);
  if (filter === undefined) {
    const understood = 'In brackets only comparisons with eq, joined by and, are understood: [type eq "work"].';
    return fault(understood, offset + attribute.length + 1);
  }
  const afterFilter = offset + rest.length - tail.length;
  if (tail === '') return done(text, schema, attribute, filter, undefined);
  const subAttribute = tail.slice(1);
  if (!tail.startsWith('.') || !ATTRIBUTE_NAME.test(subAttribute)) {
    return fault(
      'After the bracket a dot and the name of a sub-attribute are expected, for instance ".value".',
      afterFilter,
    );
  }
  return done(text, schema, attribute, filter, subAttribute);
}

// A dot ends the name of an extension attribute only when a clean sub-attribute name follows ("Dept. Name" is one name).
function parsePlain(text: string, rest: string, schema: string | undefined, offset: number): ParsedPath {
  const dot = rest.lastIndexOf('.');
  const subAttribute = dot > 0 ? rest.slice(dot + 1) : undefined;
  const splits = subAttribute !== undefined && (schema === undefined || ATTRIBUTE_NAME.test(subAttribute));
  const attribute = splits ? rest.slice(0, dot) : rest;
  const invalid = invalidName(attribute, schema);
  if (invalid !== undefined) return fault(invalid, offset);
  if (splits && !ATTRIBUTE_NAME.test(subAttribute)) {
    return fault(
      'The sub-attribute name is not a SCIM attribute name (letters, digits, $, - and _).',
      offset + dot + 1,
    );
  }
  return done(text, schema, attribute, undefined, splits ? subAttribute : undefined);
}

function invalidName(attribute: string, schema: string | undefined): string | undefined {
  if (schema === undefined) {
    return ATTRIBUTE_NAME.test(attribute)
      ? undefined
      : 'This is not a SCIM attribute name (a letter, then letters, digits, $, - and _).';
  }
  if (attribute.trim() === '' || FORBIDDEN_IN_EXTENSION_NAME.test(attribute) || attribute === '__proto__') {
    return 'This is not the name of an extension attribute (brackets, quotes and control characters are not allowed).';
  }
  return undefined;
}

function parseFilter(inner: string): ElementFilter | undefined {
  const conditions: ElementCondition[] = [];
  for (let rest = inner; ; ) {
    const parts = CONDITION.exec(rest);
    const [all, attribute, literal] = [parts?.[0], parts?.[1], parts?.[2]];
    if (all === undefined || attribute === undefined || literal === undefined) return undefined;
    const condition = parseCondition(attribute, literal);
    const isRepeated = conditions.some((each) => each.attribute.toLowerCase() === attribute.toLowerCase());
    if (condition === undefined || isRepeated) return undefined;
    conditions.push(condition);
    rest = rest.slice(all.length);
    if (rest.trim() === '') break;
    const and = /^\s+and(?=\s)/i.exec(rest);
    if (and === null) return undefined;
    rest = rest.slice(and[0].length);
  }
  const [first, ...others] = conditions;
  if (first === undefined) return undefined;
  return others.length === 0 ? first : { ...first, and: others };
}

// `roles[primary eq "True"]` is Entra's spelling of a boolean; `primary` is the only boolean sub-attribute of RFC 7643.
function parseCondition(attribute: string, literal: string): ElementCondition | undefined {
  if (/^(true|false)$/i.test(literal)) return { attribute, value: literal.toLowerCase() === 'true' };
  const value = stringLiteral(literal);
  if (value === undefined) return undefined;
  if (attribute.toLowerCase() === 'primary' && /^(true|false)$/i.test(value)) {
    return { attribute, value: value.toLowerCase() === 'true' };
  }
  return { attribute, value };
}

function stringLiteral(literal: string): string | undefined {
  if (!/^".*"$/s.test(literal)) return undefined;
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function done(
  text: string,
  schema: string | undefined,
  attribute: string,
  filter: ElementFilter | undefined,
  subAttribute: string | undefined,
): ParsedPath {
  const path: ScimPath = {
    text,
    attribute,
    ...(schema === undefined ? {} : { schema }),
    ...(filter === undefined ? {} : { filter }),
    ...(subAttribute === undefined ? {} : { subAttribute }),
  };
  return { ok: true, path };
}

/** The name up to the attribute: `emails`, or `urn:…:User:manager`; where elements are added. */
export function attributeText(path: ScimPath): string {
  return path.schema === undefined ? path.attribute : `${path.schema}:${path.attribute}`;
}

/** The path as sent in a PATCH operation: booleans without quotes, core attributes without their URN. */
export function pathText(path: ScimPath): string {
  const subAttribute = path.subAttribute === undefined ? '' : `.${path.subAttribute}`;
  return `${elementText(path)}${subAttribute}`;
}

/** The path up to the element: `emails[type eq "work"]`; for paths without filter the attribute. */
export function elementText(path: ScimPath): string {
  return path.filter === undefined ? attributeText(path) : `${attributeText(path)}[${filterText(path.filter)}]`;
}

/** The filter as sent between brackets. */
export function filterText(filter: ElementFilter): string {
  return conditionsOf(filter)
    .map(({ attribute, value }) => `${attribute} eq ${JSON.stringify(value)}`)
    .join(' and ');
}

/** Two names with the same key mean the same place: case and spelling of the filter do not matter. */
export function pathKey(path: ScimPath): string {
  return pathText(path).toLowerCase();
}
