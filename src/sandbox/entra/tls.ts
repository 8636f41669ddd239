/**
 * The sandbox's own certificate authority and the server certificate it signs for the loopback names. Not for production:
 * the keys live in memory only, and a caller that wants the same CA after a restart keeps the material itself.
 */
import { generate } from 'selfsigned';

/** Everything an https server needs, and the CA a client has to trust to reach it. All texts are PEM. */
export interface TlsMaterial {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

const VALID_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Makes a fresh CA and a server certificate for `localhost` and `127.0.0.1`, both P-256 and signed with SHA-256, valid from
 * a day before `now` (clocks of containers differ) for 30 days.
 */
export async function makeTlsMaterial(now: Date = new Date()): Promise<TlsMaterial> {
  const validity = {
    notBeforeDate: new Date(now.getTime() - DAY_MS),
    notAfterDate: new Date(now.getTime() + VALID_DAYS * DAY_MS),
    keyType: 'ec' as const,
    curve: 'P-256' as const,
    algorithm: 'sha256',
  };
  const authority = await generate([{ name: 'commonName', value: 'scimsync sandbox CA' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { caPem: authority.cert, certPem: server.cert, keyPem: server.private };
}
