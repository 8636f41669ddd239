// How a configuration names a secret or a key: where it is, never what it is. Reading them is the configuration's affair.
import { z } from 'zod';

const lastDay = z.iso.date().optional();

const secretExpiry = lastDay.describe('The last day on which the secret is valid; reminders go out before.');

/** A secret by reference; a literal is refused with advice. */
export const secretReferenceSchema = z.union([
  z.strictObject({
    fromEnv: z.string().min(1).describe('The name of an environment variable.'),
    expires: secretExpiry,
  }),
  z.strictObject({
    fromFile: z.string().min(1).describe('A file; the path counts from the configuration directory.'),
    expires: secretExpiry,
  }),
  z.strictObject({
    fromCommand: z.array(z.string()).min(1).max(64).describe('A program and its arguments; no shell is involved.'),
    expires: secretExpiry,
  }),
]);

export type SecretReference = z.infer<typeof secretReferenceSchema>;

/** A PEM file with a certificate and its private key; `password` opens the key. */
export const certificateSchema = z.strictObject({
  file: z.string().min(1).describe('The PEM file; the path counts from the configuration directory.'),
  password: secretReferenceSchema.optional().describe('Opens the private key.'),
  expires: lastDay.describe('The last day of the certificate, when there is an earlier one than it says itself.'),
});
