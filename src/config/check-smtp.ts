// `smtp`: the server through which e-mail is sent, and whether jobs that want e-mail have one. A password that cannot be read
// is a warning: mail is no reason to leave people unprovisioned.
import { z } from 'zod';
import { secretReferenceSchema } from '../model/secret-reference.ts';
import type { CheckedJob } from './check-jobs.ts';
import { addFindings, type Findings, noFindings } from './fault.ts';
import type { Located } from './located.ts';
import { child, descend, faultAt, textOf } from './located.ts';
import { checkSecretNode, type SecretContext } from './secret-node.ts';
import { checkCaFile } from './trusted-file.ts';

/** The server, as written; `smtpPort` says which port is meant where none is. */
export const smtpSchema = z.strictObject({
  host: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9.:_-]+$/, 'the name or address of a machine')
    .describe('The name or address of the server.'),
  port: z.int().min(1).max(65_535).optional().describe('465 with tls, otherwise 587, unless it is written.'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('starttls never goes on without TLS; none sends everything readable for everybody in between.'),
  allowUnencrypted: z
    .boolean()
    .default(false)
    .describe('Says that none is meant although the server is another machine.'),
  user: z.string().min(1).max(255).optional().describe('The login, where the server wants one.'),
  password: secretReferenceSchema.optional().describe('Its password, as a reference.'),
  from: z.email().describe('The sender.'),
  caFile: z
    .string()
    .optional()
    .describe('A PEM file with the certificates of an authority that the machine does not trust by itself.'),
});

export type SmtpSettings = z.infer<typeof smtpSchema>;

/** The port, unless it is written: 465 for TLS from the first byte (RFC 8314), otherwise 587. */
export function smtpPort({ port, security }: Pick<SmtpSettings, 'port' | 'security'>): number {
  return port ?? (security === 'tls' ? 465 : 587);
}

/** What the schema does not say about `smtp`; its password is judged here. */
export async function checkSmtp(smtp: Located | undefined, context: SecretContext): Promise<Findings> {
  const findings = noFindings();
  if (smtp?.kind !== 'map') return findings;
  findings.faults.push(...(await checkCaFile(child(smtp, 'caFile'), context.directory)));
  const user = child(smtp, 'user');
  const password = child(smtp, 'password');
  if (password !== undefined) addFindings(findings, await checkSecretNode(password, { ...context, used: false }));
  if ((user === undefined) !== (password === undefined)) {
    const at = (user ?? password ?? smtp).at;
    const advice = 'Add the other one, or leave both out for a server without a login.';
    findings.faults.push(faultAt(at, 'user and password go together.', advice));
  }
  checkSecurity(smtp, findings);
  return findings;
}

function checkSecurity(smtp: Located, findings: Findings): void {
  const security = child(smtp, 'security');
  const host = textOf(child(smtp, 'host'));
  if (security === undefined || textOf(security) !== 'none' || host === undefined || isLoopback(host)) return;
  const allowed = child(smtp, 'allowUnencrypted');
  if (child(smtp, 'password') !== undefined)
    findings.faults.push(
      faultAt(security.at, 'The password would travel unprotected.', 'Write starttls or tls, or send without a login.'),
    );
  else if (allowed?.kind !== 'scalar' || allowed.value !== true)
    findings.faults.push(
      faultAt(
        security.at,
        'Mail to another machine would travel unprotected.',
        'Write starttls or tls; for a relay in a network of your own, add allowUnencrypted: true.',
      ),
    );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Enabled jobs whose e-mail has no server: they run, but nobody is told when they do not. */
export function checkRecipients(jobs: readonly CheckedJob[], smtp: Located | undefined): void {
  if (smtp !== undefined) return;
  for (const { draft, findings } of jobs) {
    const email = descend(draft.root, 'notifications', 'email');
    if (!draft.enabled || email?.kind !== 'list' || email.items.length === 0) continue;
    const message = 'No mail is sent to these addresses: there is no mail server.';
    findings.warnings.push(faultAt(email.at, message, 'Add smtp to scimsync.yaml: { host: …, from: … }.'));
  }
}
