// Bulk requests to the strict target: users and groups, references, refusals one by one.
import { describe, expect, it } from 'vitest';
import { testClient } from './scim-client.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const user = (userName: string) => ({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName });
const group = (displayName: string, ...members: string[]) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName,
  members: members.map((value) => ({ value })),
});

describe('Bulk of the strict target', () => {
  it('creates a group with a member of the same request, and answers each operation', async () => {
    const client = await testClient({ kind: 'rfc7644' });
    const reply = await client.post('/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'ana', data: user('ana') },
        { method: 'POST', path: '/Users', bulkId: 'twin', data: user('ANA') },
        { method: 'POST', path: '/Groups', bulkId: 'staff', data: group('Staff', 'bulkId:ana') },
        { method: 'POST', path: '/Groups', bulkId: 'none', data: group('None', 'bulkId:twin') },
        {
          method: 'PATCH',
          path: '/Users/bulkId:ana',
          data: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: 'Boss' }] },
        },
        { method: 'DELETE', path: '/Schemas/x' },
      ],
    });
    expect(reply.status).toBe(200);
    const operations = reply.body['Operations'] as { status: string; bulkId?: string }[];
    expect(operations.map(({ status, bulkId }) => `${bulkId ?? '-'} ${status}`)).toEqual([
      'ana 201',
      'twin 409',
      'staff 201',
      'none 400',
      '- 200',
      '- 404',
    ]);
    const [ana] = client.target.users();
    expect(ana).toMatchObject({ userName: 'ana', title: 'Boss' });
    expect(client.target.groups()).toMatchObject([{ displayName: 'Staff', members: [{ value: ana?.['id'] }] }]);
  });
});
