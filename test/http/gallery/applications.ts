// The services behind the templates, each as its documents tell (the numbers are written down here a second time, so that a
// template cannot be wrong together with its test), and how many people live there.
import type { VendorHabits } from './vendor-habits.ts';

export interface Application {
  readonly template: string;
  /** For a service without a template of its own. */
  readonly name?: string;
  /** What a job says of its target beside the template. */
  readonly profile?: object;
  readonly habits: VendorHabits;
  readonly people: number;
  /** Whether the template provisions groups. */
  readonly hasGroups?: boolean;
  /** Groups are there already, and only their members are written. */
  readonly hasFixedGroups?: boolean;
  /** The value of the app role of everybody. */
  readonly role?: string;
}

const GROUPS = ['externalId', 'displayName', 'members'];
const PLAIN = ['externalId', 'userName', 'active', 'displayName', 'name', 'emails'];
const CORE: VendorHabits['attributes'] = { Users: PLAIN, Groups: GROUPS };
const NO_GROUPS: Pick<Application, 'hasGroups'> = { hasGroups: false };
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

export const APPLICATIONS: readonly Application[] = [
  { template: 'scim', habits: {}, people: 6 },
  { template: 'scim-entra-default', habits: {}, people: 6 },
  { template: 'scim-core', habits: { attributes: CORE }, people: 6 },
  {
    template: 'slack',
    habits: {
      attributes: { Users: PLAIN, Groups: ['displayName', 'members'] },
      required: ['userName', 'emails'],
      pageCap: 1000,
      handles: true,
      deletes: 'deactivates',
      limits: [
        { requests: 180, perSeconds: 60, methods: WRITES, endpoint: 'Users' },
        { requests: 300, perSeconds: 60, methods: ['GET'], endpoint: 'Users' },
        { requests: 600, perSeconds: 60, methods: WRITES },
        { requests: 1000, perSeconds: 60, methods: ['GET'] },
      ],
    },
    people: 6,
  },
  {
    template: 'github-enterprise-managed-user',
    habits: {
      attributes: CORE,
      limits: [{ requests: 1000, perSeconds: 3600, methods: WRITES, endpoint: 'Users' }],
    },
    people: 6,
  },
  {
    template: 'github-enterprise-cloud-organization',
    habits: {
      attributes: { Users: PLAIN, Groups: [] },
      plainPaths: true,
      disableRemoves: true,
      limits: [{ requests: 1000, perSeconds: 3600, methods: WRITES, endpoint: 'Users' }],
    },
    people: 6,
    ...NO_GROUPS,
  },
  {
    template: 'atlassian',
    habits: {
      attributes: { Users: PLAIN, Groups: ['displayName', 'members'] },
      required: ['emails'],
      filterable: { Users: ['userName', 'externalId'], Groups: ['displayName'] },
      deletes: 'hides',
    },
    people: 6,
  },
  {
    template: 'databricks',
    habits: {
      attributes: { Users: PLAIN.filter((name) => name !== 'externalId'), Groups: ['displayName', 'members'] },
      pageCap: 10_000,
      atOnce: {
        requests: 4,
        says: 'REQUEST_LIMIT_EXCEEDED: the workspace has exceeded the concurrent limit of 4 requests.',
        everyWrite: 5,
      },
    },
    people: 12,
  },
  {
    template: 'aws-iam-identity-center',
    habits: {
      attributes: { Users: [...PLAIN, 'phoneNumbers', 'addresses'], Groups: GROUPS },
      required: ['name.givenName', 'name.familyName', 'displayName'],
      filterable: { Users: ['userName', 'externalId'], Groups: ['displayName', 'externalId'] },
      cursorOnly: true,
      showsMembers: 0,
      mostMemberChanges: 100,
      keepsMembers: true,
      singleValued: ['emails', 'phoneNumbers', 'addresses'],
    },
    people: 6,
  },
  {
    template: 'zscaler-zia',
    habits: {
      attributes: CORE,
      pageCap: 1000,
      filterable: { Users: ['userName', 'externalID', 'id'] },
      mostGroups: 128,
    },
    people: 6,
  },
  {
    template: 'zscaler-zpa',
    habits: {
      attributes: CORE,
      pageCap: 1000,
      filterable: { Users: ['userName', 'externalID', 'id'] },
      mostGroups: 128,
      textualActive: true,
      hidesTypes: true,
    },
    people: 6,
  },
  {
    template: 'salesforce',
    habits: {
      attributes: { Users: [...PLAIN, 'entitlements'], Groups: [] },
      required: ['entitlements'],
      pageCap: 200,
      deletes: 'deactivates',
      discoveryAt: 'ServiceProviderConfigs',
    },
    people: 6,
    role: '00e000000000001',
    ...NO_GROUPS,
  },
  {
    template: 'snowflake',
    habits: {
      attributes: CORE,
      filterable: {},
      syntheticUser: true,
      singleValued: ['emails', 'phoneNumbers', 'addresses'],
      atOnce: { requests: 500, says: '', everyWrite: Number.POSITIVE_INFINITY },
    },
    people: 6,
  },
  {
    template: 'zoom',
    habits: {
      attributes: CORE,
      filterable: { Users: ['userName', 'externalId'] },
      requiredInLists: ['startIndex'],
      patchable: ['active'],
      limits: [
        { requests: 1, perSeconds: 1, endpoint: 'Users' },
        { requests: 1, perSeconds: 1, endpoint: 'Groups' },
      ],
    },
    people: 6,
  },
  {
    template: 'miro',
    habits: {
      attributes: { Users: PLAIN, Groups: ['displayName', 'members'] },
      groupMethods: ['GET', 'PATCH'],
      mostMemberChanges: 8000,
      mostBytes: 800_000,
      limits: [
        { requests: 200, perSeconds: 30, methods: ['GET', 'POST'], endpoint: 'Users' },
        { requests: 100, perSeconds: 30, methods: ['PATCH', 'PUT'], endpoint: 'Users' },
        { requests: 20, perSeconds: 30, methods: ['DELETE'], endpoint: 'Users' },
        { requests: 5, perSeconds: 30, methods: ['GET'], endpoint: 'Groups' },
        { requests: 5, perSeconds: 30, methods: ['PATCH'], endpoint: 'Groups', bytesOver: 500 },
        { requests: 100, perSeconds: 30, methods: ['PATCH'], endpoint: 'Groups' },
      ],
    },
    people: 6,
    hasFixedGroups: true,
  },
  {
    template: 'peakon',
    habits: {
      limits: [{ requests: 25_000, perSeconds: 3600 }],
      filterable: { Users: ['userName', 'emails', 'externalId', 'id'] },
    },
    people: 6,
    ...NO_GROUPS,
  },
  {
    template: 'pagerduty',
    habits: { attributes: { Users: PLAIN, Groups: [] }, singleValued: ['roles', 'entitlements'], disableRemoves: true },
    people: 6,
    ...NO_GROUPS,
  },
  {
    template: 'figma',
    habits: { attributes: { Users: PLAIN, Groups: [] }, longest: { userName: 100, displayName: 100, externalId: 255 } },
    people: 6,
    ...NO_GROUPS,
  },
  { template: 'google-workforce-identity', habits: { attributes: CORE }, people: 6 },
  { template: 'webex', habits: { attributes: CORE, memberType: 'user' }, people: 6 },
  {
    template: 'ibm-verify',
    habits: { attributes: CORE, mostMemberChanges: 2500, showsMembers: 2 },
    people: 6,
  },
  {
    template: 'ibm-verify-identity-access',
    habits: { attributes: { Users: PLAIN, Groups: [] }, filterable: {} },
    people: 6,
    ...NO_GROUPS,
  },
  { template: 'genesys-cloud', habits: { attributes: CORE, pageCap: 25 }, people: 40, ...NO_GROUPS },
  {
    template: 'hcp-terraform',
    habits: {
      attributes: CORE,
      filterable: {
        Users: ['userName', 'externalId', 'displayName'],
        Groups: ['userName', 'externalId', 'displayName'],
      },
      pageCap: 200,
    },
    people: 6,
  },
  {
    template: 'deel',
    habits: { attributes: CORE, limits: [{ requests: 5, perSeconds: 1 }] },
    people: 12,
    ...NO_GROUPS,
  },
  { template: 'configcat', habits: { attributes: CORE }, people: 6, ...NO_GROUPS },
  {
    template: 'instaclustr',
    habits: { attributes: CORE, limits: [{ requests: 35, perSeconds: 1 }] },
    people: 40,
    ...NO_GROUPS,
  },
  { template: 'fusionauth', habits: { attributes: CORE, showsMembers: 100, mostMembers: 100 }, people: 6 },
  ...['wso2-identity-server', 'keycloak-scim', 'snipe-it'].map(
    (template): Application => ({ template, habits: { unstableLists: true }, people: 6, ...NO_GROUPS }),
  ),
  ...['Ory Polis', 'Better Auth, older versions'].map(
    (name): Application => ({
      name,
      template: 'scim',
      profile: { stableLists: false },
      habits: { unstableLists: true },
      people: 6,
    }),
  ),
  {
    template: 'microsoft-scim-reference-code',
    habits: {
      filterable: { Users: ['userName', 'externalId', 'active'] },
      emptyWithoutCount: true,
      ignoresStartIndex: true,
    },
    people: 6,
  },
];

/** @throws when there is none for the template. */
export function applicationOf(template: string): Application {
  const application = APPLICATIONS.find((each) => each.template === template);
  if (application === undefined) throw new Error(`no application for ${template}`);
  return application;
}
