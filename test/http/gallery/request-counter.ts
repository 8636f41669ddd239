// How often a vendor may be asked, counted at the vendor's side in the time of the test: more in any window of the documented
// length, wherever it begins, is a violation.

/** A limit as a vendor documents it, written down independently of the templates. */
export interface DocumentedLimit {
  readonly requests: number;
  readonly perSeconds: number;
  readonly methods?: readonly string[];
  readonly endpoint?: string;
  readonly bytesOver?: number;
}

/** One request as the vendor receives it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly endpoint: string;
  readonly bytes: number;
  /** Milliseconds. */
  readonly at: number;
}

interface Window {
  readonly limit: DocumentedLimit;
  readonly times: number[];
  first: number;
  most: number;
}

/** Counts what arrives, in order of time. */
export class RequestCounter {
  readonly violations: string[] = [];
  readonly #windows: readonly Window[];

  constructor(limits: readonly DocumentedLimit[]) {
    this.#windows = limits.map((limit) => ({ limit, times: [], first: 0, most: 0 }));
  }

  /** The most that was counted in any window, limit by limit. */
  get most(): readonly number[] {
    return this.#windows.map(({ most }) => most);
  }

  note(request: ReceivedRequest): void {
    for (const window of this.#windows) {
      const { limit, times } = window;
      if (!counts(limit, request)) continue;
      times.push(request.at);
      while ((times[window.first] ?? request.at) <= request.at - limit.perSeconds * 1000) window.first += 1;
      const within = times.length - window.first;
      window.most = Math.max(window.most, within);
      if (within > limit.requests)
        this.violations.push(`${within} requests within ${limit.perSeconds} s (${JSON.stringify(limit)})`);
    }
  }
}

function counts({ methods, endpoint, bytesOver }: DocumentedLimit, request: ReceivedRequest): boolean {
  if (methods?.includes(request.method) === false) return false;
  if (endpoint !== undefined && endpoint !== request.endpoint) return false;
  return bytesOver === undefined || request.bytes > bytesOver;
}
