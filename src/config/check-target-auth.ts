// How a target knows who is asking, beyond its form: secrets that can be read, keys that go together, addresses that are
// safe, headers that are nobody else's. Nothing is sent, and no command is run.
import { algorithmsOf } from '../model/target-auth.ts';
import { openCertificate, openPrivateKey } from './certificate.ts';
import { checkCertificateNode, type OpenPem } from './check-certificate.ts';
import { addFindings, type Findings, noFindings } from './fault.ts';
import type { Located } from './located.ts';
import { child, descend, faultAt, textOf } from './located.ts';
import type { JudgedPaths } from './schema-faults.ts';
import { checkSecretNode, type SecretContext } from './secret-node.ts';

const SECRETS = [
  ['auth', 'token'],
  ['auth', 'password'],
  ['auth', 'clientSecret'],
  ['auth', 'privateKeyJwt', 'password'],
  ['clientCertificate', 'password'],
] as const;

/** Below `target`: the paths of references to secrets that are written, which the schema need not judge. */
export function targetSecretPaths(target: Located | undefined): JudgedPaths {
  const headers = child(target, 'headers');
  const names = headers?.kind === 'map' ? [...headers.entries.keys()] : [];
  return [
    ...SECRETS.filter((path) => descend(target, ...path) !== undefined),
    ...names.map((name) => ['headers', name]),
  ];
}

/** Everything about `target.auth`, `headers` and `clientCertificate` that the schema does not say. */
export async function checkTargetAuth(target: Located | undefined, context: SecretContext): Promise<Findings> {
  const findings = noFindings();
  for (const path of targetSecretPaths(target)) {
    const node = descend(target, ...path);
    // The password of a certificate is checked together with it.
    const isOfCertificate = path.at(-1) === 'password' && path[0] !== 'headers' && path[1] !== 'password';
    if (node !== undefined && !isOfCertificate) addFindings(findings, await checkSecretNode(node, context));
  }
  const certificate = child(target, 'clientCertificate');
  if (certificate?.kind === 'map')
    addFindings(findings, await checkCertificateNode(certificate, context, openCertificate));
  const key = descend(target, 'auth', 'privateKeyJwt');
  if (key?.kind === 'map') {
    const open = keyFor(textOf(child(key, 'algorithm')));
    addFindings(findings, await checkCertificateNode(key, context, open));
  }
  checkProof(target, findings);
  checkAlone(target, findings);
  checkHeaders(child(target, 'headers'), findings);
  checkTokenUrl(descend(target, 'auth', 'tokenUrl'), findings);
  checkParameters(descend(target, 'auth', 'parameters'), findings);
  checkUsername(descend(target, 'auth', 'username'), findings);
  return findings;
}

const PROOFS = ['clientSecret', 'privateKeyJwt', 'mtls'];

function checkProof(target: Located | undefined, findings: Findings): void {
  const auth = child(target, 'auth');
  if (auth?.kind !== 'map' || textOf(child(auth, 'type')) !== 'oauth2ClientCredentials') return;
  const given = PROOFS.filter((key) => auth.entries.has(key));
  if (given.length !== 1) {
    const at = auth.entries.get(given[1] ?? '')?.key ?? auth.at;
    const message = given.length === 0 ? 'Nothing proves the client.' : `${given.join(' and ')} exclude each other.`;
    findings.faults.push(faultAt(at, message, 'Give exactly one of clientSecret, privateKeyJwt or mtls.'));
  }
  const mtls = auth.entries.get('mtls');
  if (mtls !== undefined && child(target, 'clientCertificate') === undefined) {
    const message = 'mtls needs a certificate, and there is none.';
    findings.faults.push(faultAt(mtls.key, message, 'Name it in target.clientCertificate: { file: … }.'));
  }
  const place = auth.entries.get('sendSecretIn');
  if (place !== undefined && !auth.entries.has('clientSecret'))
    findings.warnings.push(faultAt(place.key, 'sendSecretIn has no effect without clientSecret.', 'Remove it.'));
}

function checkAlone(target: Located | undefined, findings: Findings): void {
  const type = descend(target, 'auth', 'type');
  if (type === undefined || textOf(type) !== 'none') return;
  const headers = child(target, 'headers');
  const isNamed = headers?.kind === 'map' && headers.entries.size > 0;
  if (isNamed || child(target, 'clientCertificate') !== undefined) return;
  const message = 'The target would not know who is asking.';
  findings.faults.push(
    faultAt(type.at, message, 'Add target.headers or target.clientCertificate, or take another type.'),
  );
}

const TAKEN: readonly string[] = [
  'authorization',
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'user-agent',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-authorization',
  'proxy-connection',
];

/** Names of headers (RFC 9110 section 5.6.2) that scimsync does not send itself, each once. */
function checkHeaders(headers: Located | undefined, findings: Findings): void {
  if (headers?.kind !== 'map') return;
  const seen = new Set<string>();
  for (const [name, { key }] of headers.entries) {
    const lower = name.toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name))
      findings.faults.push(faultAt(key, 'This is no name of a header.', 'Write for instance X-Api-Key.'));
    else if (TAKEN.includes(lower)) {
      const advice = lower === 'authorization' ? 'Write it as target.auth.' : 'Remove it.';
      findings.faults.push(faultAt(key, `scimsync sends the header ${name} itself.`, advice));
    } else if (seen.has(lower))
      findings.faults.push(faultAt(key, `The header ${name} stands here twice.`, 'Names of headers have no case.'));
    seen.add(lower);
  }
}

function checkTokenUrl(node: Located | undefined, findings: Findings): void {
  const text = textOf(node);
  if (node === undefined || text === undefined || !URL.canParse(text)) return;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    findings.faults.push(
      faultAt(node.at, 'The URL must not contain credentials.', 'Write sendSecretIn: header to send them so.'),
    );
  if (url.hash !== '') findings.faults.push(faultAt(node.at, 'The URL must not have a #.', 'Leave it out.'));
}

const OWN_PARAMETERS: readonly string[] = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'password',
];

/** What has a key of its own would be sent twice, or is a secret in the wrong place. */
function checkParameters(node: Located | undefined, findings: Findings): void {
  if (node?.kind !== 'map') return;
  for (const [name, { key }] of node.entries)
    if (OWN_PARAMETERS.includes(name.toLowerCase()))
      findings.faults.push(
        faultAt(
          key,
          `${name} is no further parameter.`,
          'Write clientId, clientSecret or scope of target.auth instead.',
        ),
      );
}

/** RFC 7617 section 2: a colon would end the user name. */
function checkUsername(node: Located | undefined, findings: Findings): void {
  const text = textOf(node);
  if (node === undefined || text === undefined || !/[:\p{Cc}]/u.test(text)) return;
  findings.faults.push(faultAt(node.at, 'The user name must not have a colon or control character.'));
}

/** Opens a key that is to sign by the algorithm `written` beside it. */
function keyFor(written: string | undefined): OpenPem {
  return (text, password) => {
    const opened = openPrivateKey(text, password);
    if (!opened.ok) return opened;
    const usable = algorithmsOf(opened.key.asymmetricKeyType, opened.key.asymmetricKeyDetails?.namedCurve);
    if (written === undefined ? usable.length > 0 : usable.some((each) => each === written)) return { ok: true };
    const advice = usable.length === 0 ? 'Take an RSA or EC key.' : `It signs by ${usable.join(', ')}.`;
    return {
      ok: false,
      message: `This key does not sign by ${written ?? 'any algorithm that is known here'}.`,
      advice,
    };
  };
}
