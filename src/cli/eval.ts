// `scimsync eval`: attribute-mapping expressions without a job: one with the attributes of a file, or a file of cases. Needs no
// configuration, no store and no network.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readMoment } from '../rules/scoping-moments.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import type { Circumstances } from './eval-one.ts';

interface EvalFlags {
  readonly attributes?: string;
  readonly cases?: string;
  readonly now?: Date;
  readonly taken?: readonly string[];
  readonly param?: Readonly<Record<string, string>>;
  readonly defaultDomain?: string;
}

/** Adds the command. */
export function registerEval(program: Command): void {
  const options = [
    new Option(
      '--attributes <file>',
      'attributes in JSON or YAML, or a user as Microsoft Graph answers it; - is stdin',
    ),
    new Option('--now <time>', 'the moment that Now() gives (default: this one)').argParser(parseMoment),
    new Option(
      '--taken <value>',
      'a value that the target holds already, for SelectUniqueValue; may be repeated',
    ).argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]),
    new Option('--param <name=value>', 'the value of %name%; may be repeated').argParser(parseParameter),
    new Option('--default-domain <domain>', 'what DefaultDomain() gives'),
    new Option('--cases <file>', 'evaluate a JSON array of cases instead, and print an array of results; - is stdin'),
  ];
  const command = program
    .command('eval')
    .description('evaluate an attribute-mapping expression')
    .argument('[expression]', 'the expression; - is stdin');
  for (const option of options) command.addOption(option);
  command
    .addHelpText(
      'after',
      `
A case is {id, expression, attributes?, now?, taken?, schema?, params?, tenantDefaultDomain?}; its result {id, result},
{id, flow} or {id, error: {kind, message, position?}}. Integers beyond 2^53 and dates are text.

Exit code: 0 evaluated, 1 the expression or the input is refused, 2 it cannot be evaluated with these attributes.

Examples:
  scimsync eval 'Join(" ", [givenName], [surname])' --attributes ana.json
  scimsync eval 'FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")' --now 2026-03-31T08:00:00Z
  scimsync eval --cases cases.json > results.json`,
    )
    .action(async (expression: string | undefined, _options: unknown, ran: Command) =>
      runAction(ran, async (global, terminal) => {
        const flags = ran.opts<EvalFlags>();
        if (flags.cases !== undefined) {
          refuseBesideCases(expression, flags);
          const { evaluateFile } = await import('./eval-cases.ts');
          return evaluateFile(flags.cases, terminal);
        }
        if (expression === undefined) throw new CommandFault('Give an expression, or --cases FILE. See eval --help.');
        const { evaluateOne } = await import('./eval-one.ts');
        return evaluateOne(expression, flags.attributes, circumstances(flags), global, terminal);
      }),
    );
}

function refuseBesideCases(expression: string | undefined, flags: EvalFlags): void {
  const { attributes, now, taken, param, defaultDomain } = flags;
  if ([expression, attributes, now, taken, param, defaultDomain].some((each) => each !== undefined))
    throw new CommandFault('--cases goes alone: each case says its expression, attributes and circumstances itself.');
}

function circumstances({ now, taken, param, defaultDomain }: EvalFlags): Circumstances {
  return { now: now ?? new Date(), taken: taken ?? [], params: param ?? {}, tenantDefaultDomain: defaultDomain };
}

/** An ISO time; without an offset it is UTC, as everything in expressions. */
function parseMoment(text: string): Date {
  const moment = readMoment(text);
  if (moment === undefined) throw new InvalidArgumentError('Give a moment such as 2026-03-31 or 2026-03-31T08:00:00Z.');
  return new Date(moment.at);
}

function parseParameter(text: string, before: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give NAME=VALUE, for instance Tenant=contoso.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
