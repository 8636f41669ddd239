import { describe, expect, it } from 'vitest';
import { checkStorePlace } from '../../../src/cli/store-preflight.ts';
import { sourceSchema } from '../../../src/model/job.ts';

const SOURCE = {
  type: 'graph',
  tenantId: 't',
  clientId: 'c',
  clientSecret: { fromEnv: 'SECRET' },
};
const REAL = sourceSchema.parse(SOURCE);
const SANDBOX = sourceSchema.parse({
  ...SOURCE,
  authorityHost: 'https://127.0.0.1:1',
  graphBaseUrl: 'https://127.0.0.1:2',
  scope: 'x',
});

function check(source: typeof REAL, type: string | null, storeUrl = 'sqlite:/data/scimsync.db'): string[] {
  const warnings: string[] = [];
  checkStorePlace(
    {
      storeUrl,
      sources: new Map([
        ['sandbox', SANDBOX],
        ['acme', source],
      ]),
    },
    (message) => void warnings.push(message),
    () => type,
  );
  return warnings;
}

describe('checkStorePlace', () => {
  it('refuses a network file system', () => {
    expect(() => check(REAL, 'nfs4')).toThrow(/network file system \(nfs4\).*\/data\/scimsync\.db/);
  });

  it('warns of a fleeting one, and is silent about a local disk', () => {
    expect(check(REAL, 'tmpfs')).toEqual([expect.stringContaining('in memory')]);
    expect(check(REAL, 'ext4')).toEqual([]);
    expect(check(REAL, null)).toEqual([]);
  });

  it('leaves those alone who try things on a sandbox, and a store in memory', () => {
    expect(check(SANDBOX, 'nfs4')).toEqual([]);
    expect(check(REAL, 'nfs4', 'sqlite::memory:')).toEqual([]);
  });

  it('finds out by itself where this machine keeps a folder that does not exist yet', () => {
    const sources = new Map([['acme', REAL]]);
    expect(() =>
      checkStorePlace({ storeUrl: 'sqlite:/proc/self/nothing/store.db', sources }, () => undefined),
    ).not.toThrow();
  });
});
