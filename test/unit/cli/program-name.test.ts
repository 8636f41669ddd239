import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectProgramName } from '../../../src/cli/program-name.ts';

const there = (path: string) => path === '/usr/local/bin/scimsync' || path.endsWith('.bin/scimsync');

describe('detectProgramName', () => {
  it.each<[string, readonly string[], string]>([
    ['installed', ['/usr/bin', '/usr/local/bin'], 'scimsync'],
    ['in a checkout, through npx or npm run', ['/srv/app/node_modules/.bin', '/usr/bin'], 'npx scimsync'],
    ['through npx, and installed', ['/srv/app/node_modules/.bin', '/usr/local/bin'], 'scimsync'],
    ['nowhere', ['/usr/bin', ''], 'npx scimsync'],
  ])('%s', (_name, folders, name) => {
    expect(detectProgramName({ PATH: folders.join(delimiter) }, there)).toBe(name);
  });

  it('without a PATH', () => {
    expect(detectProgramName({}, there)).toBe('npx scimsync');
  });
});
