// Target attributes of an application that Entra reaches through SCIM have its names; those of other applications have their own.

/** Whether an application that speaks SCIM may have a target attribute of this name. */
export function isScimName(name: string): boolean {
  return /^(?:userName|displayName|externalId|active|members|name\.\w+)$/.test(name) || /\[|^urn:/.test(name);
}
