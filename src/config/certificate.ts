// A client certificate: one PEM file with the certificate and its private key, in any order, with whatever other
// certificates stand there. Opened here, so that a wrong file is named before Microsoft Entra is asked.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

const MOST_BYTES = 256 * 1024;

export type CertificateReading =
  | {
      readonly ok: true;
      /** The certificate, then its key in PKCS #8 without password. */
      readonly pem: string;
      /** The certificate, then the others of the file: what it was issued by. */
      readonly chain: string;
      /** The key alone. */
      readonly key: string;
      /** Its last day as an ISO date (UTC). */
      readonly expires: string;
    }
  | { readonly ok: false; readonly message: string; readonly advice: string };

type Refusal = Extract<CertificateReading, { ok: false }>;

/** The text of a certificate file; `file` counts from the configuration directory. */
export async function readCertificateFile(
  file: string,
  directory: string,
): Promise<{ readonly ok: true; readonly text: string; readonly warning?: string } | Refusal> {
  const path = resolve(directory, file);
  const advice = 'Check the path (it counts from the configuration directory) and the rights of the file.';
  try {
    await using handle = await open(path, 'r');
    const status = await handle.stat();
    if (!status.isFile() || status.size > MOST_BYTES) return { ok: false, message: `${path} is no PEM file.`, advice };
    const text = await handle.readFile('utf8');
    if (process.platform === 'win32' || (status.mode & 0o007) === 0) return { ok: true, text };
    return { ok: true, text, warning: `The private key in ${path} can be read by every user of this machine.` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, message: `The certificate file ${path} cannot be read (${code}).`, advice };
  }
}

/** Certificate and key of a PEM text. What the cryptography library says is left out: it may quote what it was given. */
export function openCertificate(text: string, password: string | undefined): CertificateReading {
  const block = keyBlock(text);
  if (block === undefined) return refused('The certificate file holds no private key.');
  const key = openKey(block, password);
  if (!('export' in key)) return key;
  const certificates = certificatesOf(text);
  const own = certificates.find((each) => each.checkPrivateKey(key));
  if (own === undefined) {
    const what = certificates.length === 0 ? 'no certificate' : 'no certificate that belongs to its private key';
    return refused(`The certificate file holds ${what}.`);
  }
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const chain = [own, ...certificates.filter((each) => each !== own)].map(String).join('');
  return { ok: true, pem: `${own.toString()}${keyPem}`, chain, key: keyPem, expires: lastDay(own) };
}

/** A private key with or without its certificate; `pem` has the certificate first where there is one. */
export function openPrivateKey(
  text: string,
  password: string | undefined,
): { readonly ok: true; readonly pem: string; readonly key: KeyObject } | Refusal {
  const block = keyBlock(text);
  if (block === undefined) return refused('The file holds no private key.');
  const key = openKey(block, password);
  if (!('export' in key)) return key;
  const own = certificatesOf(text).find((each) => each.checkPrivateKey(key));
  const pem = `${own?.toString() ?? ''}${key.export({ type: 'pkcs8', format: 'pem' }).toString()}`;
  return { ok: true, pem, key };
}

/** The text of a certificate file and of the file of its key, which may be the same. */
export async function readCertificateFiles(
  { file, keyFile }: { readonly file: string; readonly keyFile?: string | undefined },
  directory: string,
): ReturnType<typeof readCertificateFile> {
  const certificate = await readCertificateFile(file, directory);
  if (keyFile === undefined || !certificate.ok) return certificate;
  const key = await readCertificateFile(keyFile, directory);
  if (!key.ok) return key;
  const { warning } = key;
  return { ok: true, text: `${certificate.text}\n${key.text}`, ...(warning === undefined ? {} : { warning }) };
}

function keyBlock(text: string): string | undefined {
  return /-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----/s.exec(text)?.[0];
}

/** The last day of the first certificate of a text, without opening its key; undefined when there is none. */
export function certificateExpiry(text: string): string | undefined {
  const [first] = certificatesOf(text);
  return first === undefined ? undefined : lastDay(first);
}

function lastDay(certificate: X509Certificate): string {
  return new Date(certificate.validTo).toISOString().slice(0, 10);
}

function certificatesOf(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function openKey(block: string, password: string | undefined): KeyObject | Refusal {
  try {
    return createPrivateKey({ key: block, ...(password === undefined ? {} : { passphrase: password }) });
  } catch {
    if (!block.includes('ENCRYPTED')) return refused('The private key of the certificate cannot be read.');
    const missing = 'The private key of the certificate needs a password.';
    return refused(password === undefined ? missing : 'The password does not open the private key of the certificate.');
  }
}

function refused(message: string): Refusal {
  return {
    ok: false,
    message,
    advice: 'Name one PEM file with the certificate and its private key, and its password where it has one.',
  };
}
