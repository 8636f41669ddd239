// Functions of Entra Connect sync, a different language that many people mistake for this one, each with what to write
// instead. The 51 names are those of its functions reference that app provisioning does not have.

const NO_EQUIVALENT = 'there is no equivalent';
const NO_CERTIFICATES = 'certificates cannot be read, there is no equivalent';

/** Entra Connect sync functions and what to write instead. */
export const CONNECT_ONLY_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['BitOr', NO_EQUIVALENT],
  ['CGuid', 'use Guid() for a new identifier; existing ones are texts'],
  ['CNum', 'numbers in texts are converted where a number is wanted'],
  ['CRef', 'map a reference as it is, for instance source: "[manager]"'],
  ['Contains', 'use IIF(InStr(Join(",", [attribute]), "text") > 0, ..., ...)'],
  ['ConvertFromUTF8Hex', NO_EQUIVALENT],
  ['DNComponentRev', 'use DNComponent, which counts from the left'],
  ['EscapeDNComponent', 'use nested Replace: Replace([attribute], ",", , , "\\\\,", , )'],
  ['InStrRev', 'use InStr, which searches from the start, or Replace with a regexPattern'],
  ['IsBitSet', 'use BitAnd([attribute], 2) <> 0'],
  ['IsDate', 'use Replace with a regexPattern to test what the text looks like; CDate fails for other texts'],
  ['IsEmpty', 'use IsNullOrEmpty'],
  ['IsGuid', 'use Replace with a regexPattern to test what the text looks like'],
  ['IsNumeric', 'use Replace([attribute], , "^[0-9]+$", , "", , ) = ""'],
  ['ItemOrNull', 'use IIF(Count([attribute]) >= n, Item([attribute], n), NULL)'],
  ['LCase', 'use ToLower'],
  ['Len', 'compare with Mid, for example IIF(Mid([attribute], 21, 1) = "", ..., ...) for "at most 20 characters"'],
  ['LTrim', 'use Trim'],
  ['PadLeft', 'use Replace(Join("", "00000000", [attribute]), , "^.*(?=.{8}$)", , "", , ) for eight digits'],
  ['PadRight', 'use Left(Join("", [attribute], "00000000"), 8) for eight characters'],
  ['RandomNum', 'use RandomString(6, 6, 0, 0, 0) for six digits'],
  ['ReplaceChars', 'use NormalizeDiacritics or nested Replace'],
  ['Right', 'use Replace([attribute], , "^.*(?=.{4}$)", , "", , ) for the last four characters'],
  ['RTrim', 'use Trim'],
  ['Select', 'text functions of a multi-valued attribute are applied to each value'],
  ['StringFromGuid', 'identifiers are texts already'],
  ['UCase', 'use ToUpper'],
  ['Where', NO_EQUIVALENT],
  ['With', 'write the part again wherever it is needed'],
  ...[
    'CertExtensionOids',
    'CertFormat',
    'CertFriendlyName',
    'CertHashString',
    'CertIssuer',
    'CertIssuerDN',
    'CertIssuerOid',
    'CertKeyAlgorithm',
    'CertKeyAlgorithmParams',
    'CertNameInfo',
    'CertNotAfter',
    'CertNotBefore',
    'CertPublicKeyOid',
    'CertPublicKeyParametersOid',
    'CertSerialNumber',
    'CertSignatureAlgorithmOid',
    'CertSubject',
    'CertSubjectNameDN',
    'CertSubjectNameOid',
    'CertThumbprint',
    'CertVersion',
    'IsCert',
  ].map((name) => [name, NO_CERTIFICATES] as const),
]);

const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map(
  [...CONNECT_ONLY_FUNCTIONS].map(([name, equivalent]) => [name.toLowerCase(), equivalent]),
);

/** What to write instead of an Entra Connect function; undefined for any other name. Case does not matter. */
export function connectEquivalent(name: string): string | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}
