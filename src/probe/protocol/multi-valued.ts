// Multi-valued attributes: elements chosen by a value path (RFC 7644 section 3.5.2), of which Entra expects that they are made
// where none is chosen.
import type { Check } from '../check.ts';
import { emailsOf, patchCheck } from './patch-check.ts';

export const MULTI_VALUED_CHECKS: readonly Check[] = [
  patchCheck({
    id: 'multi-valued.value-path',
    theme: 'multi-valued',
    row: 'emails[type eq "work"].value',
    operations: (stage) => [{ op: 'replace', path: 'emails[type eq "work"].value', value: stage.address('new') }],
    applied: (account, stage) => emailsOf(account, 'work').includes(stage.address('new')),
    refused: 'value-path-refused',
    ignored: 'patch-ignored',
  }),
  patchCheck({
    id: 'multi-valued.add-new-element',
    theme: 'multi-valued',
    row: 'add emails[type eq "other"].value, no such email',
    operations: (stage) => [{ op: 'add', path: 'emails[type eq "other"].value', value: stage.address('other') }],
    applied: (account, stage) => emailsOf(account, 'other').includes(stage.address('other')),
    refused: 'value-path-adds-nothing',
    ignored: 'value-path-ignored',
  }),
  patchCheck({
    id: 'multi-valued.replace-new-element',
    theme: 'multi-valued',
    row: 'replace .., no such email',
    title: 'replace emails[type eq "other"].value, no such email',
    person: 3,
    operations: (stage) => [{ op: 'replace', path: 'emails[type eq "other"].value', value: stage.address('more') }],
    applied: (account, stage) => emailsOf(account, 'other').includes(stage.address('more')),
    refused: 'value-path-replaces-nothing',
    ignored: 'value-path-ignored',
  }),
  patchCheck({
    id: 'multi-valued.keeps-others',
    theme: 'multi-valued',
    row: null,
    title: 'changing one address leaves the others as they are',
    operations: (stage) => [{ op: 'replace', path: 'emails[type eq "work"].value', value: stage.address('again') }],
    applied: (account, stage) =>
      emailsOf(account, 'home').includes(`home-${stage.person(0).email}`) || emailsOf(account, 'work').length === 0,
    refused: null,
    ignored: 'value-path-loses-others',
  }),
];
