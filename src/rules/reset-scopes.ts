// What a restart resets. Names are those of Microsoft Graph (synchronizationJobRestartCriteria.resetScope); what each does
// here is in docs/quarantine.md.

/** What can be reset. */
export const RESET_SCOPES = ['QuarantineState', 'Watermark', 'Escrows', 'ConnectorDataStore'] as const;
export type ResetScope = (typeof RESET_SCOPES)[number];

/** What a restart resets unless somebody says otherwise: as Entra's button does; links are kept. */
export const USUAL_SCOPES: readonly ResetScope[] = ['QuarantineState', 'Watermark', 'Escrows'];

/** What a list of scopes means: those to reset, or why it is refused. */
export type ParsedScopes =
  | { readonly ok: true; readonly scopes: readonly ResetScope[] }
  | { readonly ok: false; readonly because: 'unknown' | 'approval' | 'start'; readonly name: string };

/** Reads a comma-separated list, in any case of letters; an empty one means the usual scopes. */
export function parseResetScopes(text: string): ParsedScopes {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const found = new Set<ResetScope>(names.length === 0 ? USUAL_SCOPES : []);
  for (const name of names) {
    const wanted = name.toLowerCase();
    if (wanted === 'forcedeletes') return { ok: false, because: 'approval', name };
    if (wanted === 'none') return { ok: false, because: 'start', name };
    const known = RESET_SCOPES.filter((scope) => wanted === 'full' || scope.toLowerCase() === wanted);
    if (known.length === 0) return { ok: false, because: 'unknown', name };
    for (const scope of known) found.add(scope);
  }
  return { ok: true, scopes: RESET_SCOPES.filter((scope) => found.has(scope)) };
}
