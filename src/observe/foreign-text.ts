// What targets said in answers that are quoted in messages. They quote people ("userName ana@… is taken"), so that with
// `personalData: ids` no line of the log repeats it. The store and what is printed for somebody keep it.

/** A register of quoted texts. */
export interface ForeignText {
  /** From now on `withhold` replaces this text. */
  readonly remember: (text: string) => void;
  readonly withhold: (line: string) => string;
}

/** A line follows soon after the answer that it quotes. */
const MOST_TEXTS = 100;
/** Shorter ones are a word or a status. */
const SHORTEST = 8;
const INSTEAD = '[what the target said]';

/** An empty register. */
export function createForeignText(): ForeignText {
  const texts = new Set<string>();
  return {
    remember(text) {
      const core = text.replace(/[.…]$/, '');
      if (core.length < SHORTEST) return;
      texts.delete(core);
      texts.add(core);
      const [oldest] = texts;
      if (texts.size > MOST_TEXTS && oldest !== undefined) texts.delete(oldest);
    },
    withhold(line) {
      let shown = line;
      // The longest first, so that nothing is left of one that contains another.
      for (const text of [...texts].toSorted((one, other) => other.length - one.length))
        shown = shown.replaceAll(JSON.stringify(text).slice(1, -1), INSTEAD);
      return shown;
    },
  };
}

/** The register of this process. */
export const quotedHere: ForeignText = createForeignText();
