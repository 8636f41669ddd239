// Function names users write that this version does not evaluate, each with what to tell them: functions of the
// language that come later, and functions of Entra Connect sync, a different language that many people mistake for this.

/** Functions of app provisioning that this version refuses when the expression is compiled. */
export const UNSUPPORTED_FUNCTIONS: readonly string[] = [
  'CDate',
  'DateAdd',
  'DateDiff',
  'DateFromNum',
  'DNComponent',
  'FormatDateTime',
  'Guid',
  'Now',
  'NumFromDate',
  'RandomString',
  'SelectUniqueValue',
  'StringFromSid',
];

const NO_EQUIVALENT = 'there is no equivalent';

/** Entra Connect sync functions and what to write instead. */
export const CONNECT_ONLY_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['BitOr', NO_EQUIVALENT],
  ['CGuid', NO_EQUIVALENT],
  ['CNum', 'numbers in texts are converted where a number is wanted'],
  ['CRef', NO_EQUIVALENT],
  ['Contains', 'use IIF(InStr(Join(",", [attribute]), "text") > 0, ..., ...)'],
  ['ConvertFromUTF8Hex', NO_EQUIVALENT],
  ['DNComponentRev', 'use Item(Split([attribute], ","), n)'],
  ['EscapeDNComponent', NO_EQUIVALENT],
  ['InStrRev', 'use InStr, which searches from the start'],
  ['IsBitSet', 'use BitAnd(flag, value) <> 0'],
  ['IsDate', NO_EQUIVALENT],
  ['IsEmpty', 'use IsNullOrEmpty'],
  ['IsGuid', NO_EQUIVALENT],
  ['IsNumeric', NO_EQUIVALENT],
  ['ItemOrNull', 'use IIF(Count([attribute]) >= n, Item([attribute], n), NULL)'],
  ['LCase', 'use ToLower'],
  ['Len', 'compare with Left or Mid, for example IIF(Mid([attribute], 21, 1) = "", ..., ...)'],
  ['LTrim', 'use Trim or StripSpaces'],
  ['PadLeft', NO_EQUIVALENT],
  ['PadRight', NO_EQUIVALENT],
  ['RandomNum', NO_EQUIVALENT],
  ['ReplaceChars', 'use NormalizeDiacritics or nested Replace'],
  ['Right', 'use Mid, or Item(Split(...), n) for the part behind a separator'],
  ['RTrim', 'use Trim or StripSpaces'],
  ['Select', NO_EQUIVALENT],
  ['StringFromGuid', NO_EQUIVALENT],
  ['UCase', 'use ToUpper'],
  ['Where', NO_EQUIVALENT],
  ['With', NO_EQUIVALENT],
]);

/** What to write instead of an Entra Connect function; undefined for any other name. Case does not matter. */
export function connectEquivalent(name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [connectName, equivalent] of CONNECT_ONLY_FUNCTIONS) {
    if (connectName.toLowerCase() === wanted) return equivalent;
  }
  return wanted.startsWith('cert') || wanted === 'iscert' ? NO_EQUIVALENT : undefined;
}
