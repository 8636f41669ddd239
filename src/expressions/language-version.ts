// The version of the meaning of mapping expressions and scoping filters, not of their code. It is part of a job's
// mapping hash, so that a release which changes what an expression returns is treated like an edited mapping.

/** Raised whenever the same expression may give another value for the same attributes. */
export const EXPRESSION_LANGUAGE_VERSION = '3';
