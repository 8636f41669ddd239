// The secret values in use, so that they can be taken out of every text that leaves the process: by construction, not by
// guessing what a secret looks like. A target may echo its token, and a log line may quote the target.
import type { Redact } from '../model/secret.ts';

/** Registers values and takes them out of texts. */
export interface SecretValues {
  /** From now on `redact` replaces this value, and its forms in JSON and in URLs. */
  readonly remember: (value: string) => void;
  readonly redact: Redact;
}

/** Replaced ones are forgotten after so many newer ones; texts that quote them are long gone by then. */
const MOST_VALUES = 200;
/** Shorter ones are no secret, and replacing them everywhere would make texts unreadable. */
const SHORTEST = 4;
/** From here on a value is replaced inside words as well. */
const UNMISTAKABLE = 8;

/** An empty register. */
export function createSecretValues(): SecretValues {
  const values = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    remember(value) {
      if (value.length < SHORTEST) return;
      // What is in use is told again with every cycle: it becomes the newest, and is forgotten last.
      const isKnown = values.delete(value);
      values.add(value);
      if (isKnown) return;
      const [oldest] = values;
      if (values.size > MOST_VALUES && oldest !== undefined) values.delete(oldest);
      pattern = patternOf(values);
    },
    redact: (text) => (pattern === undefined ? text : text.replace(pattern, '***')),
  };
}

/** The register of this process. */
export const secretsInUse: SecretValues = createSecretValues();

/** All forms of all values, the longest first, so that nothing is left of one that contains another. */
function patternOf(values: Iterable<string>): RegExp {
  const forms = [...values].flatMap(formsOf).toSorted((one, other) => other.length - one.length);
  return new RegExp(forms.map(alternative).join('|'), 'gu');
}

function formsOf(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encoded, encoded.replaceAll('%20', '+')])];
}

/** A short secret could be an ordinary word: it is replaced where it stands alone. */
function alternative(form: string): string {
  const literal = form.toWellFormed().replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`);
  return form.length < UNMISTAKABLE ? String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])` : literal;
}
