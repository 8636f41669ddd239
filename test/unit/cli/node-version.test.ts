import { describe, expect, it } from 'vitest';
import { nodeVersionProblem } from '../../../src/cli/node-version.ts';

describe('the version of Node', () => {
  it.each(['20.20.2', '22.19.9', '18.0.0'])('%s is refused with a way on', (version) => {
    expect(nodeVersionProblem(version)).toContain(`this is ${version}`);
    expect(nodeVersionProblem(version)).toContain('npx scimsync');
  });

  it.each(['22.20.0', '24.21.0', '26.0.1'])('%s is accepted', (version) => {
    expect(nodeVersionProblem(version)).toBeNull();
  });
});
