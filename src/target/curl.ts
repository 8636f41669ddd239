// An exchange as a curl command that can be pasted into a POSIX shell. Credentials are variables of that shell: the command
// itself can be put into a bug report.
import type { RecordedCredential, RecordedExchange } from '../model/recorded-exchange.ts';

/** The variable that the command takes a bearer token from. */
const TOKEN_VARIABLE = 'SCIM_TOKEN';

/**
 * The command that sends the request once more, in one line or several (`separator`). Values stand in single quotes, so that
 * the shell takes every character of them as it is.
 */
export function curlCommand({ request }: Pick<RecordedExchange, 'request'>, separator = ' \\\n  '): string {
  const { method, url, headers, credentials, body } = request;
  const parts = [
    method === 'GET' ? 'curl -sS -i' : `curl -sS -i -X ${quoted(method)}`,
    // Square brackets and braces are no patterns of curl's here.
    `--globoff ${quoted(url)}`,
    ...credentials.map((credential) => `-H ${credentialText(credential)}`),
    ...headers.flatMap(({ name, value }) => {
      if (name.toLowerCase() === 'accept-encoding') return ['--compressed'];
      return [`-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`];
    }),
    ...(headers.some(({ name }) => name.toLowerCase() === 'user-agent') ? [] : [`-H 'User-Agent:'`]),
    ...(body === null ? [] : [`--data-raw ${quoted(visible(body.text))}`]),
  ];
  const note = body?.cut === true ? '# The body was longer than what was kept of it.\n' : '';
  return `${note}${parts.join(separator)}`;
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

// `$SCIM_TOKEN` for a token, `$SCIM_BASIC` for user and password, `$X_API_KEY` for a header of that name.
function credentialText({ header, scheme }: RecordedCredential): string {
  const isToken = scheme === null || scheme.toLowerCase() === 'bearer';
  const own = header
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
  const name = header.toLowerCase() === 'authorization' ? (isToken ? TOKEN_VARIABLE : 'SCIM_BASIC') : own;
  const safe = header.replaceAll(/[^\w!#%&'*+.^|~-]/g, '');
  return `"${safe}: ${scheme === null ? '' : `${scheme.replaceAll(/[^A-Za-z]/g, '')} `}$${name}"`;
}

// Characters that move or hide text on a terminal can stand only inside the strings of a JSON text, where an escape means
// the same.
function visible(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
