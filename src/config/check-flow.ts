// How an attribute mapping flows: flow type, flow behaviour and what an empty source does. Combinations that contradict each
// other, or that would harm accounts, are refused here, before anything is read.
import { compileExpression } from '../expressions/compile.ts';
import { appRoleForm } from '../rules/app-role-value.ts';
import { NO_DISCOVERY } from '../scim/capabilities.ts';
import { namesAnyElement } from '../scim/element.ts';
import { pathKey, type ScimPath } from '../scim/path.ts';
import { attributeType } from '../scim/types.ts';
import type { Findings } from './fault.ts';
import type { AttributeDraft, JobDraft, ObjectMappingDraft } from './job-draft.ts';
import { child, faultAt } from './located.ts';

type Key = 'flowType' | 'flowBehavior' | 'whenNull' | 'matchingPriority' | 'source';

/** What the checks of one mapping need. */
interface Flowing {
  readonly job: JobDraft;
  readonly object: ObjectMappingDraft;
  readonly attribute: AttributeDraft;
  /** Undefined when the target attribute name does not parse. */
  readonly path: ScimPath | undefined;
  readonly reference: 'manager' | 'members' | null;
  readonly appRoles: ReturnType<typeof appRoleForm>;
  readonly refuse: (key: Key, message: string, advice: string) => void;
}

/** Checks flow type, flow behaviour, null policy, and expressions that ask the target or depend on chance. */
export function checkFlow(
  job: JobDraft,
  object: ObjectMappingDraft,
  attribute: AttributeDraft,
  path: ScimPath | undefined,
  findings: Findings,
): void {
  const { source } = attribute.mapping;
  const flowing: Flowing = {
    job,
    object,
    attribute,
    path,
    reference:
      source?.type === 'Attribute' && (source.name === 'manager' || source.name === 'members') ? source.name : null,
    appRoles: source?.type === 'Function' ? appRoleForm(source.expression) : null,
    refuse: (key, message, advice) => findings.faults.push(faultAt(placeOf(attribute, key), message, advice)),
  };
  checkFlowType(flowing);
  checkFlowBehavior(flowing);
  checkWhenNull(flowing);
  const asks = checkExpressionFlow(flowing);
  if (!asks) checkMatching(flowing);
  if (flowing.appRoles === 'adding' && attribute.mapping.flowType === 'Always') {
    const message =
      'AppRoleAssignmentsComplex only adds: a role that is taken away in the directory stays in the target.';
    const advice = 'Use AssertiveAppRoleAssignmentsComplex, which also takes away the roles that this job wrote.';
    findings.warnings.push(faultAt(placeOf(attribute, 'source'), message, advice));
  }
}

function placeOf(attribute: AttributeDraft, key: Key) {
  return child(attribute.node, key)?.at ?? attribute.node.at;
}

function checkFlowType({ object, attribute, path, reference, refuse }: Flowing): void {
  const { flowType } = attribute.mapping;
  if (flowType === 'Always') return;
  if (reference === 'members') {
    refuse('flowType', 'Members are kept as the directory has them, whatever the flow type.', 'Remove flowType.');
  } else if (reference === 'manager' && flowType !== 'ObjectAddOnly') {
    const advice = 'Remove flowType, or write ObjectAddOnly.';
    refuse('flowType', 'A reference flows always, or only while the object is created.', advice);
  } else if (flowType === 'MultiValueAddOnly' && path !== undefined && isSingle(object, path)) {
    const message = `"${path.text}" holds one value, so nothing can be added to it.`;
    refuse('flowType', message, 'Write AttributeAddOnly, which fills it while it is empty.');
  }
}

/** Known to hold one value; a name that RFC 7643 does not know may be a list. */
function isSingle({ kind }: ObjectMappingDraft, path: ScimPath): boolean {
  if (path.filter !== undefined || namesAnyElement(path)) return false;
  return attributeType(kind === 'user' ? 'User' : 'Group', path, NO_DISCOVERY)?.multiValued === false;
}

function checkFlowBehavior({ attribute, reference, appRoles, refuse }: Flowing): void {
  const { flowBehavior, flowType, source } = attribute.mapping;
  if (flowBehavior === 'FlowWhenChanged') return;
  const advice = 'Remove flowBehavior.';
  if (reference !== null) refuse('flowBehavior', 'A reference is sent when it changes.', advice);
  else if (flowType !== 'Always' || source === null || appRoles !== null) {
    const message = 'FlowAlways states the attribute in every update, but this mapping only adds to what is there.';
    refuse('flowBehavior', message, advice);
  }
}

function checkWhenNull(flowing: Flowing): void {
  const { attribute, reference, refuse } = flowing;
  const { whenNull, defaultValue, flowType, source, matchingPriority } = attribute.mapping;
  if (whenNull === 'skip') return;
  const advice = 'Remove whenNull.';
  if (source === null || source.type === 'Constant') {
    refuse('whenNull', `There is no source that could be empty, so whenNull: ${whenNull} has no meaning.`, advice);
  } else if (whenNull === 'clear') {
    checkClear(flowing);
  } else if (defaultValue === null) {
    refuse('whenNull', 'whenNull: default needs a defaultValue.', 'Add defaultValue, or remove whenNull.');
  } else if (reference !== null) {
    refuse('whenNull', 'A reference has no default value.', advice);
  } else if (flowType === 'ObjectAddOnly') {
    const message = 'With ObjectAddOnly nothing is written later, so the default is used on creation anyway.';
    refuse('whenNull', message, advice);
  } else if (matchingPriority > 0) {
    const message = 'Everybody without a value would be looked for by the same default.';
    refuse('whenNull', message, 'Remove whenNull: whoever has no value is matched by the other attributes.');
  }
}

/** Attributes without which an account is none (RFC 7643 sections 4.1.1 and 4.2), or cannot be disabled. */
const INDISPENSABLE: Readonly<Record<'user' | 'group', readonly string[]>> = {
  user: ['username', 'active'],
  group: ['displayname', 'members'],
};

function checkClear({ object, attribute, path, appRoles, refuse }: Flowing): void {
  const { defaultValue, flowType, matchingPriority, targetAttributeName } = attribute.mapping;
  if (matchingPriority > 0) {
    refuse('whenNull', 'A matching attribute must not be cleared: the account is found by it.', 'Remove whenNull.');
  } else if (path !== undefined && INDISPENSABLE[object.kind].includes(pathKey(path))) {
    refuse('whenNull', `"${targetAttributeName}" must not be cleared: every account needs it.`, 'Remove whenNull.');
  } else if (defaultValue !== null) {
    const message = 'A new account would get the default and lose it again with its first update.';
    refuse('whenNull', message, 'Remove defaultValue, or write whenNull: default.');
  } else if (flowType !== 'Always' || appRoles !== null) {
    const what = appRoles === null ? flowType : 'A function that lists app roles';
    const message = `${what} decides by itself what is taken away, so whenNull: clear has no meaning.`;
    refuse('whenNull', message, 'Remove whenNull.');
  }
}

/** Expressions that ask the target, or give another value each time. True when the expression asks. */
function checkExpressionFlow({ job, object, attribute, path, refuse }: Flowing): boolean {
  const { source, flowType, matchingPriority } = attribute.mapping;
  if (source?.type !== 'Function') return false;
  const compiled = compileExpression(source.expression);
  if (!compiled.ok) return false;
  const { asksTarget, random } = compiled.expression;
  if (asksTarget) {
    const once =
      'SelectUniqueValue chooses a value for a new account, so it may only flow while the object is created.';
    if (flowType !== 'ObjectAddOnly') refuse('flowType', once, 'Write flowType: ObjectAddOnly.');
    if (matchingPriority > 0) {
      const message = 'SelectUniqueValue cannot give a matching attribute: the account is looked for before.';
      refuse('matchingPriority', message, 'Match by another attribute, for instance externalId.');
    }
    if (path !== undefined && !isFilterable(job, object, path)) {
      const message = `This target cannot be asked for ${path.text} (profile.filterable), so nobody knows which value is free.`;
      refuse('source', message, 'Choose another attribute, or remove SelectUniqueValue.');
    }
  } else if (random && flowType !== 'ObjectAddOnly' && flowType !== 'AttributeAddOnly') {
    const message = 'The expression gives another value each time, so the account would change with every evaluation.';
    refuse('flowType', message, 'Write flowType: ObjectAddOnly, or AttributeAddOnly to fill accounts that exist.');
  }
  return asksTarget;
}

function isFilterable({ profile }: JobDraft, { kind }: ObjectMappingDraft, path: ScimPath): boolean {
  const named = profile?.filterable[kind === 'user' ? 'User' : 'Group'] ?? [];
  return (
    named.length === 0 ||
    named.some((each) => path.text === each || path.text.startsWith(`${each}[`) || path.text.startsWith(`${each}.`))
  );
}

/** A matching attribute is looked up before the object exists, so it must always have a value of its own. */
function checkMatching({ attribute, refuse }: Flowing): void {
  const { mapping } = attribute;
  if (mapping.matchingPriority === 0) return;
  if (mapping.source === null) {
    const message = 'A matching attribute needs a source; this one has none.';
    refuse('matchingPriority', message, 'Give it a source, or remove matchingPriority.');
  } else if (mapping.flowType !== 'Always') {
    const message =
      mapping.flowType === 'ObjectAddOnly'
        ? 'A matching attribute must flow always, not only while the object is created.'
        : 'A matching attribute must flow always, not only add to what is there.';
    refuse('matchingPriority', message, `Remove flowType: ${mapping.flowType}, or matchingPriority.`);
  }
}
