// Exchanges as an HTTP Archive (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/), which browsers, proxies and test
// tools read. Cookies are always empty: this client has none, and those of a target are not kept.
import type { RecordedBody, RecordedExchange } from '../model/recorded-exchange.ts';

/** What stands in a file before and after the entries. */
export interface HarFrame {
  readonly head: string;
  /** `own` is what this program has to say of the exchanges; readers of HAR pass over fields with an underscore. */
  readonly foot: (comment: string, own?: unknown) => string;
}

/** The frame of a file by this program in this version. */
export function harFrame(version: string): HarFrame {
  const creator = JSON.stringify({ name: 'scimsync', version });
  return {
    head: `{"log":{"version":"1.2","creator":${creator},"pages":[],"entries":[`,
    foot: (comment, own) => {
      const more = own === undefined ? '' : `,"_scimsync":${JSON.stringify(own)}`;
      return `\n],"comment":${JSON.stringify(comment)}${more}}}\n`;
    },
  };
}

/** One entry of the archive. */
export function harEntry(exchange: RecordedExchange) {
  const { request, response, milliseconds } = exchange;
  const type = request.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  return {
    startedDateTime: exchange.began,
    time: milliseconds,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: request.headers,
      queryString: queryOf(request.url),
      headersSize: -1,
      bodySize: request.body?.size ?? 0,
      ...(request.body === null
        ? {}
        : { postData: { mimeType: type, text: request.body.text, ...cutComment(request.body) } }),
    },
    response: responseOf(response),
    cache: {},
    timings: { send: 0, wait: milliseconds, receive: 0 },
    ...(exchange.job === undefined ? {} : { comment: `job ${exchange.job}` }),
    ...(exchange.failure === null ? {} : { _error: exchange.failure }),
  };
}

/** What a complete file says about itself. */
export function recordedComment(count: number): string {
  return `${count} ${count === 1 ? 'exchange' : 'exchanges'}, without credentials.`;
}

// A request without an answer has the status 0, as browsers write it.
function responseOf(response: RecordedExchange['response']) {
  const body = response?.body ?? { text: '', size: 0, cut: false };
  const headerOf = (header: string) => response?.headers.find(({ name }) => name.toLowerCase() === header)?.value ?? '';
  return {
    status: response?.status ?? 0,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: response?.headers ?? [],
    content: { size: body.size, mimeType: headerOf('content-type'), text: body.text, ...cutComment(body) },
    redirectURL: headerOf('location'),
    headersSize: -1,
    bodySize: -1,
  };
}

function cutComment({ cut }: RecordedBody): { comment?: string } {
  return cut ? { comment: 'Only the beginning of the body was kept.' } : {};
}

function queryOf(url: string): { readonly name: string; readonly value: string }[] {
  return URL.canParse(url) ? [...new URL(url).searchParams].map(([name, value]) => ({ name, value })) : [];
}
