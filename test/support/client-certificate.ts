// A certificate of an application, as somebody makes it with openssl: self-signed, with its key.
import { generate } from 'selfsigned';

/** Certificate and key as PEM; valid from now on for so many days. */
export async function makeClientCertificate(
  days = 100,
): Promise<{ readonly certificate: string; readonly privateKey: string }> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'scimsync' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: new Date(Date.now() + days * 86_400_000),
  });
  return { certificate: cert, privateKey };
}
