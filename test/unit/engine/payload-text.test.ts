import { describe, expect, it } from 'vitest';
import type { ChangePayload } from '../../../src/engine/change-payload.ts';
import { payloadText, readPayload } from '../../../src/engine/payload-text.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';

function path(name: string): ScimPath {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.path;
}

const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';
const email = path('emails[type eq "work" and primary eq true].value');

const payload: ChangePayload = {
  desired: [
    { path: path('userName'), value: 'path' },
    { path: email, value: 'a@example.com', flow: 'AttributeAddOnly', resend: true },
  ],
  differences: [{ path: email, oldValue: 'b', newValue: null, elementExists: true, attributeExists: true }],
  restated: [{ path: path('active'), oldValue: true, newValue: true, elementExists: false, attributeExists: true }],
  references: [{ name: MANAGER, path: path(MANAGER), form: 'id', referencedId: 'm', current: { value: '7' } }],
  redacted: ['userName'],
  matchedBy: 'created',
  approved: true,
};

describe('the payload of a change', () => {
  it('is read as it was written', () => {
    expect(readPayload(payloadText(payload))).toEqual(payload);
  });

  it('names paths in place of writing them out', () => {
    const text = payloadText(payload);
    expect(text).toContain('{"path":"userName","value":"path"}');
    expect(text).not.toContain('subAttribute');
  });

  it('keeps a path that says something else than its name', () => {
    const other: ScimPath = {
      ...path('Active'),
      text: 'urn:ietf:params:scim:schemas:core:2.0:User:Active',
      attribute: 'active',
    };
    const kept: ChangePayload = { ...payload, desired: [{ path: other, value: false }] };
    expect(readPayload(payloadText(kept))).toEqual(kept);
  });

  it('of an earlier version, with its paths written out, is read as well', () => {
    expect(readPayload(JSON.stringify(payload))).toEqual(payload);
  });

  it('that is not there says nothing', () => {
    expect(readPayload(null)).toEqual({});
  });

  it('that names no attribute is refused', () => {
    expect(() => readPayload('{"desired":[{"path":"no attribute","value":1}]}')).toThrow('no attribute');
  });
});
