// What a refused change of the store advises can be typed as it stands.
import { expect, it, onTestFinished } from 'vitest';
import { setProgramName } from '../../../src/cli/program-name.ts';
import { refusalFault } from '../../../src/cli/stored-job.ts';
import { openStore } from '../../../src/store/database.ts';

it.each([
  [{ reason: 'exists', id: 'wiki' } as const, 'npx scimsync job forget wiki --config /etc/scimsync'],
  [{ reason: 'unknown', id: 'wiki' } as const, 'npx scimsync job list --config /etc/scimsync'],
])('%j names the command with its configuration', async (refusal, command) => {
  setProgramName('npx scimsync');
  onTestFinished(() => setProgramName('scimsync'));
  const store = await openStore('sqlite::memory:');
  onTestFinished(() => store.close());
  const { message } = await refusalFault(store, refusal, ' --config /etc/scimsync');
  expect(message).toContain(command);
});
