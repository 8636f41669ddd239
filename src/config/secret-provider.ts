// A secret that is read when it is needed, and again when it is refused, so that a replaced one works without a restart.
import type { SecretProvider } from '../model/secret.ts';

/**
 * A secret for the time of one cycle: read once, and again when it is refused. `load` reads it; `remember` is told of every
 * value, before anybody else gets it.
 */
export function secretProvider(load: () => Promise<string>, remember: (value: string) => void): SecretProvider {
  const loadAndRemember = async () => {
    const value = await load();
    remember(value);
    return value;
  };
  let current: Promise<string> | undefined;
  let rereading: Promise<void> | undefined;

  /** One reading for all requests that were refused together. What cannot be read now leaves things as they are. */
  const replace = (): Promise<void> => {
    rereading ??= loadAndRemember()
      .then(
        (value) => {
          current = Promise.resolve(value);
        },
        () => undefined,
      )
      .finally(() => {
        rereading = undefined;
      });
    return rereading;
  };

  const read = () => {
    current ??= loadAndRemember();
    return current;
  };
  return {
    read,
    async reread(refused) {
      if ((await read()) === refused) await replace();
      const value = await read();
      return value === refused ? undefined : value;
    },
  };
}

/** As `secretProvider`, but read anew every time: for what is renewed on its own, such as a federated token. */
export function freshSecretProvider(load: () => Promise<string>, remember: (value: string) => void): SecretProvider {
  const read = async () => {
    const value = await load();
    remember(value);
    return value;
  };
  return {
    read,
    async reread(refused) {
      const value = await read().catch(() => refused);
      return value === refused ? undefined : value;
    },
  };
}
