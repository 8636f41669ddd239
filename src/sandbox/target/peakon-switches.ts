// What Peakon's public documentation leaves open and what changes an engine's decisions. Every default is *assumed*:
// none was observed on a live Peakon tenant, so nothing here is proof of Peakon's behaviour. Tests run each switch in
// both positions. Other open points have one assumed answer, named in peakon-target.ts and peakon-rules.ts.

/** The switches; all defaults are assumed. */
export interface PeakonSwitches {
  /** A POST that meets an existing userName, e-mail, externalId or employeeNumber. Assumed default: 409 uniqueness. */
  duplicateOnPost: '409' | 'adopt';
  /** A PATCH path with a space in an extension key. Assumed default: accepted. */
  pathWithSpace: 'accept' | '400';
  /** What an employee attribute of the Peakon extension may hold. The e-mail is documented; `emailOrId` is assumed. */
  managerReference: 'email' | 'emailOrId';
  /** A reference to an employee that does not exist. Assumed default: 400 and nothing is written. */
  missingManager: '400' | 'drop';
  /** The answer to a PATCH that worked. Assumed default: 200 with the user. */
  patchAnswer: '200' | '204';
}

/** The assumed defaults. */
export const DEFAULT_PEAKON_SWITCHES: Readonly<PeakonSwitches> = {
  duplicateOnPost: '409',
  pathWithSpace: 'accept',
  managerReference: 'email',
  missingManager: '400',
  patchAnswer: '200',
};

/** The positions of every switch, for whoever sets them by name. */
export const PEAKON_SWITCH_POSITIONS: { readonly [Name in keyof PeakonSwitches]: readonly PeakonSwitches[Name][] } = {
  duplicateOnPost: ['409', 'adopt'],
  pathWithSpace: ['accept', '400'],
  managerReference: ['email', 'emailOrId'],
  missingManager: ['400', 'drop'],
  patchAnswer: ['200', '204'],
};
