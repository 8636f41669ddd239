import { expect, it } from 'vitest';
import { parseResetScopes, RESET_SCOPES, USUAL_SCOPES } from '../../../src/rules/reset-scopes.ts';

it.each([
  ['', USUAL_SCOPES],
  [' , ', USUAL_SCOPES],
  ['QuarantineState', ['QuarantineState']],
  ['escrows, watermark', ['Watermark', 'Escrows']],
  ['Watermark,Watermark', ['Watermark']],
  ['ConnectorDataStore', ['ConnectorDataStore']],
  ['Full', RESET_SCOPES],
])('%j resets %j', (text, scopes) => {
  expect(parseResetScopes(text)).toEqual({ ok: true, scopes });
});

it.each([
  ['ForceDeletes', 'approval'],
  ['Full,forcedeletes', 'approval'],
  ['None', 'start'],
  ['Links', 'unknown'],
])('%j is refused: %s', (text, because) => {
  expect(parseResetScopes(text)).toMatchObject({ ok: false, because });
});

// spec: restart
it('the usual scopes keep the links', () => {
  expect(USUAL_SCOPES).not.toContain('ConnectorDataStore');
});
