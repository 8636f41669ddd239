// Whose account is it? An account that is found by a matching attribute may be somebody else's all the same: a name that was
// given again, an address that was inherited. The externalId says for whom it was made (RFC 7643 section 3.1).

/** What a person or group is known by. */
export interface Adopter {
  /** Object id in the directory. */
  readonly id: string;
  /** What the mapping writes as externalId; null where it writes nothing. */
  readonly mapped: string | null;
  /** Names in the directory, as provisioning services write them: mailNickname, userPrincipalName, mail. */
  readonly names: readonly string[];
}

/** True when an account with this externalId may be adopted: it is empty, or one of the adopter's own. */
export function mayAdopt(externalId: unknown, { id, mapped, names }: Adopter): boolean {
  if (externalId === undefined || externalId === null || externalId === '') return true;
  if (typeof externalId !== 'string' && typeof externalId !== 'number') return false;
  const held = String(externalId).toLowerCase();
  const localParts = names.flatMap((name) => (name.includes('@') ? [name.slice(0, name.indexOf('@'))] : []));
  return [id, ...(mapped === null ? [] : [mapped]), ...names, ...localParts].some(
    (each) => each !== '' && each.toLowerCase() === held,
  );
}

/** True when an account carries the object id, which the directory never gives a second time. */
export function carriesObjectId(externalId: unknown, id: string): boolean {
  return typeof externalId === 'string' && externalId.toLowerCase() === id.toLowerCase();
}
