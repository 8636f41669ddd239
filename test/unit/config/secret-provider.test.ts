import { describe, expect, it } from 'vitest';
import { freshSecretProvider, secretProvider } from '../../../src/config/secret-provider.ts';

/** Loads one value after the other; an error in the list is thrown. */
function loader(...values: readonly (string | Error)[]) {
  const left = [...values];
  return async () => {
    const next = left.length > 1 ? left.shift() : left[0];
    if (next instanceof Error) throw next;
    return next ?? '';
  };
}

describe('secretProvider', () => {
  it('reads once, and once more when the value was refused', async () => {
    const seen: string[] = [];
    const secret = secretProvider(loader('one', 'two', 'three'), (value) => seen.push(value));
    expect([await secret.read(), await secret.read()]).toEqual(['one', 'one']);
    expect(await secret.reread('one')).toBe('two');
    expect(await secret.read()).toBe('two');
    expect(seen).toEqual(['one', 'two']);
  });

  it('does not read again for a value that was replaced meanwhile', async () => {
    const secret = secretProvider(loader('one', 'two', 'three'), () => undefined);
    await secret.read();
    await secret.reread('one');
    expect(await secret.reread('one')).toBe('two');
  });

  it('reads once for all who were refused together', async () => {
    const secret = secretProvider(loader('one', 'two', 'three'), () => undefined);
    await secret.read();
    expect(await Promise.all([1, 2, 3].map(() => secret.reread('one')))).toEqual(['two', 'two', 'two']);
  });

  it.each([
    ['is unchanged', loader('one')],
    ['cannot be read now', loader('one', new Error('away'))],
  ])('has nothing else to try when the secret %s', async (_, load) => {
    const secret = secretProvider(load, () => undefined);
    await secret.read();
    expect(await secret.reread('one')).toBeUndefined();
    expect(await secret.read()).toBe('one');
  });

  it('says why the secret cannot be read at first', async () => {
    await expect(secretProvider(loader(new Error('away')), () => undefined).read()).rejects.toThrow('away');
  });
});

describe('freshSecretProvider', () => {
  it('reads every time', async () => {
    const secret = freshSecretProvider(loader('one', 'two', 'three'), () => undefined);
    expect([await secret.read(), await secret.read(), await secret.reread('two')]).toEqual(['one', 'two', 'three']);
    expect(await secret.reread('three')).toBeUndefined();
  });
});
