// The text of a job file to begin with: short, commented, in mode observe, and with a mark at everything that a person has
// to fill in. A mark is no valid value, so that a file with one is refused and names what is missing.
import { fileURLToPath } from 'node:url';
import type { Template } from './gallery.ts';

/** What a person has to put in place of this is said behind it. */
export const FILL_IN = 'FILL_IN';

/** What is known of the new job; absent values are marked. */
export interface NewJob {
  readonly id: string;
  readonly use?: string;
  /** What `use` may name, where it is marked; absent when that is not known. */
  readonly sources?: readonly string[];
  readonly servicePrincipalId?: string;
  readonly baseUrl?: string;
  /** Where the token is read from, counted from the configuration directory; an environment variable when absent. */
  readonly tokenFile?: string;
}

/** One thing that a person still has to do. */
export interface Missing {
  /** A key of the job, or the name of an environment variable. */
  readonly what: string;
  readonly meaning: string;
}

const SCHEMA = fileURLToPath(new URL('../../config/schemas/job.schema.json', import.meta.url));

const TEST_SCHEMA = fileURLToPath(new URL('../../config/schemas/test.schema.json', import.meta.url));

const MEANING = {
  servicePrincipalId: 'object id of the enterprise application (Entra admin center, Enterprise applications, Overview)',
  baseUrl: 'SCIM root of the application, without /Users',
} as const;

type Marked = 'use' | keyof typeof MEANING;

/** What belongs in the place of a mark. */
function meaningOf({ sources }: NewJob, key: Marked): string {
  if (key !== 'use') return MEANING[key];
  if (sources === undefined) return 'the name of a source; scimsync.yaml cannot be read';
  if (sources.length === 0) return 'the name of a source; scimsync.yaml has none yet';
  return oneLine(`one of the sources of scimsync.yaml: ${sources.join(', ')}`);
}

/** The environment variable that the token of a new job is expected in. */
export function tokenVariable(id: string): string {
  return `${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_TOKEN`.replace(/^(?=\d)/, '_');
}

/** What is marked in the text, and the token. */
export function missingIn(job: NewJob): readonly Missing[] {
  const keys = {
    use: 'source.use',
    servicePrincipalId: 'source.servicePrincipalId',
    baseUrl: 'target.baseUrl',
  } as const;
  const marked = (['use', 'servicePrincipalId', 'baseUrl'] as const).filter((key) => job[key] === undefined);
  return [
    ...marked.map((key) => ({ what: keys[key], meaning: meaningOf(job, key) })),
    job.tokenFile === undefined
      ? {
          what: tokenVariable(job.id),
          meaning: 'environment variable with the token of the application (or use fromFile)',
        }
      : { what: job.tokenFile, meaning: 'file with the token of the application, for its owner only (0600)' },
  ];
}

/** The first line, by which editors know the keys. */
export function headerLine(): string {
  return `# yaml-language-server: $schema=${SCHEMA}`;
}

/** What was given, or a mark with what belongs there. */
export function valueOrMark(job: NewJob, key: Marked): string {
  const given = job[key];
  return given === undefined ? `${FILL_IN} # <- ${meaningOf(job, key)}` : scalarText(given);
}

/** The reference to the token. */
export function tokenText({ id, tokenFile }: NewJob): string {
  return tokenFile === undefined ? `{ fromEnv: ${tokenVariable(id)} }` : `{ fromFile: ${scalarText(tokenFile)} }`;
}

/** The text of the file. */
export function newJobText(job: NewJob, template: Template): string {
  const value = (key: Marked): string => valueOrMark(job, key);
  const { name, description, lifecycle, notes } = template;
  return `${headerLine()}
# ${oneLine(description)}
# What stands here wins over the template. scimsync gallery show ${name} prints it, scimsync validate --explain ${job.id} the result.
id: ${scalarText(job.id)} # its state is kept under this name
template: ${name}
mode: observe # plans on schedule and sends no write; enforce writes

source:
  use: ${value('use')}
  servicePrincipalId: ${value('servicePrincipalId')}
  # nestedGroups: transitive # as Microsoft Entra does it, only direct members of assigned groups count

target:
  baseUrl: ${value('baseUrl')}
  auth:
    type: bearer
    # The token never stands here: an environment variable, or { fromFile: /run/secrets/${job.id} }. With
    # expires: 2027-05-31 beside it, reminders go out in time.
    token: ${tokenText(job)}
  # caFile: ./internal-ca.pem # when the certificate comes from an authority of your own

# What happens to an account, per event: disable | delete | nothing, and more (docs/lifecycle.md). In effect is:
# lifecycle:
${Object.entries(lifecycle)
  .map(([event, action]) => `#   ${event}: ${typeof action === 'string' ? action : JSON.stringify(action)}`)
  .join('\n')}

# A cycle that would take away more than this is held until somebody approves it.
# guards:
#   leavers: { count: 500, percent: 10, from: 5 }
#   scopeLosses: { count: 100, percent: 10, from: 5 }

# Who, beyond assignment, and what differs from the template.
# objectMappings:
#   user:
#     scope:
#       groups:
#         - clauses:
#             - { sourceOperandName: employeeId, operatorName: IS NOT NULL }
#     omitAttributes: [title]
#     attributeMappings:
#       - { targetAttributeName: nickName, source: "[mailNickname]" }
${notes.length === 0 ? '' : `\n# Before the first cycle:\n${notes.map((note) => `# - ${oneLine(note)}\n`).join('')}`}`;
}

/** The text of the tests that go with it: the template's, with the schema found from wherever they stand. */
export function newTestText(text: string): string {
  const rest = text.replace(/^# yaml-language-server:[^\n]*\n/, '');
  return `# yaml-language-server: $schema=${TEST_SCHEMA}\n${rest}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');
}

/** Values come from a command line. */
function scalarText(text: string): string {
  return /^[A-Za-z][\w./@:-]*(?<!:)$/.test(text) && !/^(true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
