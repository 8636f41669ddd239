// Mappings against what a profile says of single attributes.
import { at, job, table } from './fault-table.ts';
import { JOB_HEAD } from './temporary-configuration.ts';

const withLimits = (limits: string, mapped: string) =>
  job(`${JOB_HEAD}profile: { attributes: { User: { ${limits} } } }
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }
      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }
${mapped}`);

// spec: attribute-limits
table('limits of attributes', [
  [
    'what is required is not mapped',
    withLimits('entitlements: { required: true }, UserName: { required: true }', ''),
    [
      at(
        11,
        5,
        'objectMappings.user.attributeMappings',
        'This target creates nothing without entitlements (profile.attributes), and nothing is mapped to it.',
      ),
    ],
  ],
  [
    'what the target does not take is mapped',
    withLimits(
      'photos: { supported: false }',
      `      - { targetAttributeName: 'photos[type eq "photo"].value', source: "[mail]" }\n`,
    ),
    [
      at(
        14,
        32,
        'objectMappings.user.attributeMappings[2].targetAttributeName',
        'This target does not take photos (profile.attributes).',
      ),
    ],
  ],
]);
