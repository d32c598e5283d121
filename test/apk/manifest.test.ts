import { describe, expect, it } from 'vitest';
import { binaryXml, type XmlNode } from '../support/apk/binary-xml.ts';
import { writeApk } from '../support/apk/write.ts';
import { factsOf } from './reading.ts';

type Attributes = NonNullable<XmlNode['attributes']>;

function node(name: string, attributes: Attributes = {}, ...children: XmlNode[]): XmlNode {
  return { name, attributes, children };
}

/** Facts of a manifest written by hand. */
async function read(
  manifest: { attributes?: Attributes; children?: XmlNode[]; application?: XmlNode },
  files: Record<string, Buffer> = {},
) {
  const root = node(
    'manifest',
    { package: 'org.example.whole', ...manifest.attributes },
    node('uses-sdk', { minSdkVersion: 24, targetSdkVersion: 34 }),
    ...(manifest.children ?? []),
    manifest.application ?? node('application'),
  );
  return factsOf(
    writeApk({ packageName: 'org.example.whole', entries: { 'AndroidManifest.xml': binaryXml(root), ...files } }),
  );
}

const details = async (...args: Parameters<typeof read>) => (await read(...args)).details;

describe('the manifest element', () => {
  it('gives split types, sandbox version and the end of a shared user', async () => {
    const attributes = {
      targetSandboxVersion: 2,
      isFeatureSplit: true,
      splitTypes: 'base__abi, base__density',
      requiredSplitTypes: 'base__abi',
      sharedUserId: 'org.example.shared',
      sharedUserMaxSdkVersion: 32,
    };
    const facts = await read({ attributes });
    expect(facts.details).toMatchObject({
      targetSandboxVersion: 2,
      isFeatureSplit: true,
      splitTypes: ['base__abi', 'base__density'],
      requiredSplitTypes: ['base__abi'],
      sharedUserMaxSdk: 32,
    });
    expect(facts).toMatchObject({ sharedUserId: 'org.example.shared', requiredSplits: true });
  });

  it('gives permissions with their bounds and flags, and those it defines', async () => {
    const children = [
      node('uses-permission', { name: 'a.PLAIN' }),
      node('uses-permission', { name: 'a.OLD', maxSdkVersion: 28 }),
      node('uses-permission-sdk-23', { name: 'a.RUNTIME' }),
      node('uses-permission', { name: 'a.SCAN', usesPermissionFlags: { flags: 0x10000 } }),
      node('permission', { name: 'a.OWN', protectionLevel: { flags: 0x2 }, permissionGroup: 'a.GROUP' }),
      node('permission', { name: 'a.SYSTEM', protectionLevel: { flags: 0x12 } }),
      node('permission', { name: 'a.FREE' }),
    ];
    const facts = await read({ children });
    expect(facts.permissions).toEqual(['a.PLAIN', 'a.OLD', 'a.RUNTIME', 'a.SCAN']);
    expect(facts.details?.permissions).toEqual([
      { name: 'a.PLAIN', maxSdk: null, fromApi23: false, flags: [] },
      { name: 'a.OLD', maxSdk: 28, fromApi23: false, flags: [] },
      { name: 'a.RUNTIME', maxSdk: null, fromApi23: true, flags: [] },
      { name: 'a.SCAN', maxSdk: null, fromApi23: false, flags: ['neverForLocation'] },
    ]);
    expect(facts.details?.definedPermissions).toEqual([
      { name: 'a.OWN', protection: 'signature', group: 'a.GROUP' },
      { name: 'a.SYSTEM', protection: 'signature|privileged', group: null },
      { name: 'a.FREE', protection: 'normal', group: null },
    ]);
  });

  it('gives what it asks to see of other apps', async () => {
    const intent = node(
      'intent',
      {},
      node('action', { name: 'android.intent.action.VIEW' }),
      node('data', { scheme: 'https', host: 'pay.example' }),
    );
    const queries = node(
      'queries',
      {},
      node('package', { name: 'com.bank.one' }),
      node('package', { name: 'com.bank.two' }),
      intent,
      node('provider', { authorities: 'a.files;b.files' }),
    );
    expect((await details({ children: [queries] }))?.queries).toEqual({
      packages: ['com.bank.one', 'com.bank.two'],
      intents: [
        {
          actions: ['android.intent.action.VIEW'],
          categories: [],
          schemes: ['https'],
          hosts: ['pay.example'],
          mimeTypes: [],
        },
      ],
      providers: ['a.files', 'b.files'],
    });
  });
});

describe('the application element', () => {
  it('gives its switches', async () => {
    const application = node(
      'application',
      {
        allowBackup: false,
        hasCode: false,
        largeHeap: true,
        extractNativeLibs: false,
        dataExtractionRules: 'res/xml/rules.xml',
        localeConfig: 'res/xml/locales.xml',
      },
      node('profileable', { shell: true }),
    );
    expect(await details({ application })).toMatchObject({
      allowBackup: false,
      hasCode: false,
      largeHeap: true,
      extractNativeLibs: false,
      dataExtractionRules: 'res/xml/rules.xml',
      localeConfig: 'res/xml/locales.xml',
      profileable: true,
    });
    expect(await details({})).toMatchObject({ allowBackup: null, hasCode: true, profileable: false, largeHeap: false });
  });

  it('gives its libraries with whether it runs without them', async () => {
    const application = node(
      'application',
      {},
      node('uses-library', { name: 'org.apache.http.legacy', required: false }),
      node('uses-native-library', { name: 'libOpenCL.so' }),
      node('uses-sdk-library', { name: 'com.ads.sdk' }),
    );
    expect((await details({ application }))?.libraries).toEqual([
      { name: 'org.apache.http.legacy', kind: 'java', required: false },
      { name: 'libOpenCL.so', kind: 'native', required: true },
      { name: 'com.ads.sdk', kind: 'sdk', required: true },
    ]);
  });

  it('gives what components say beside their filters, and ports, paths and priority of these', async () => {
    const application = node(
      'application',
      {},
      node('provider', {
        name: '.P',
        authorities: 'a.one; a.two',
        readPermission: 'a.READ',
        writePermission: 'a.WRITE',
        directBootAware: true,
      }),
      node('service', { name: '.S', isolatedProcess: true }),
      node(
        'activity',
        { name: '.A' },
        node(
          'intent-filter',
          { priority: 999, autoVerify: true },
          node('action', { name: 'android.intent.action.VIEW' }),
          node('data', { scheme: 'https', host: 'h.example', port: '8443', pathPrefix: '/x' }),
          node('data', { path: '/exact', pathPattern: '/.*\\.pdf' }),
        ),
      ),
    );
    const { components } = await read({ application });
    expect(components[0]).toMatchObject({
      authorities: ['a.one', 'a.two'],
      readPermission: 'a.READ',
      writePermission: 'a.WRITE',
      directBootAware: true,
    });
    expect(components[1]).toMatchObject({ isolatedProcess: true });
    expect(components[2]?.intentFilters[0]).toMatchObject({
      priority: 999,
      autoVerify: true,
      ports: ['8443'],
      paths: ['/x*', '/exact', '~/.*\\.pdf'],
    });
  });
});

describe('a default-app role', () => {
  const filter = (action: string, ...more: XmlNode[]): XmlNode =>
    node('intent-filter', {}, node('action', { name: action }), ...more);
  const SMS = [
    node(
      'receiver',
      { name: '.D', permission: 'android.permission.BROADCAST_SMS' },
      filter('android.provider.Telephony.SMS_DELIVER'),
    ),
    node(
      'receiver',
      { name: '.W', permission: 'android.permission.BROADCAST_WAP_PUSH' },
      filter('android.provider.Telephony.WAP_PUSH_DELIVER'),
    ),
    node(
      'service',
      { name: '.R', permission: 'android.permission.SEND_RESPOND_VIA_MESSAGE' },
      filter('android.intent.action.RESPOND_VIA_MESSAGE'),
    ),
    node('activity', { name: '.C' }, filter('android.intent.action.SENDTO', node('data', { scheme: 'smsto' }))),
  ];

  it('is held where every demand of the platform is met', async () => {
    expect((await details({ application: node('application', {}, ...SMS) }))?.roles).toEqual(['sms']);
  });

  it.each([0, 1, 2, 3])('is not held where demand %i is missing', async (missing) => {
    const some = SMS.filter((_, index) => index !== missing);
    expect((await details({ application: node('application', {}, ...some) }))?.roles).toEqual([]);
  });

  it('browser needs every address, home its category', async () => {
    const browsable = node('category', { name: 'android.intent.category.BROWSABLE' });
    const view = (host?: string): XmlNode =>
      node(
        'activity',
        { name: '.V' },
        filter('android.intent.action.VIEW', browsable, node('data', { scheme: 'http', host })),
      );
    const home = node(
      'activity',
      { name: '.H' },
      filter('android.intent.action.MAIN', node('category', { name: 'android.intent.category.HOME' })),
    );
    expect((await details({ application: node('application', {}, view(), home) }))?.roles).toEqual(['browser', 'home']);
    expect((await details({ application: node('application', {}, view('a.example')) }))?.roles).toEqual([]);
  });
});

it('an accessibility service says in its configuration whether it is a tool for people with disabilities', async () => {
  const service = node(
    'service',
    { name: '.A', permission: 'android.permission.BIND_ACCESSIBILITY_SERVICE' },
    node('meta-data', { name: 'android.accessibilityservice', resource: 'res/xml/a.xml' }),
  );
  const configuration = (isAccessibilityTool: boolean): Record<string, Buffer> => ({
    'res/xml/a.xml': binaryXml({ name: 'accessibility-service', attributes: { isAccessibilityTool } }),
  });
  const application = node('application', {}, service);
  expect((await details({ application }, configuration(true)))?.isAccessibilityTool).toBe(true);
  expect((await details({ application }, configuration(false)))?.isAccessibilityTool).toBe(false);
  expect((await details({ application }))?.isAccessibilityTool).toBe(false);
});

describe('the network security configuration', () => {
  it('is given rule by rule: cleartext, anchors, pins with their end, nested domains', async () => {
    const root = node(
      'network-security-config',
      {},
      node(
        'base-config',
        { cleartextTrafficPermitted: false },
        node('trust-anchors', {}, node('certificates', { src: 'system' }), node('certificates', { src: 'user' })),
      ),
      node(
        'domain-config',
        {},
        { name: 'domain', attributes: { includeSubdomains: true }, text: ' API.example ' },
        node('pin-set', { expiration: '2027-01-01' }, { name: 'pin', attributes: { digest: 'SHA-256' }, text: 'abc=' }),
        node('domain-config', { cleartextTrafficPermitted: true }, { name: 'domain', text: 'old.api.example' }),
      ),
      node('debug-overrides', {}, node('trust-anchors', {}, node('certificates', { src: 'user', overridePins: true }))),
    );
    const application = node('application', { networkSecurityConfig: 'res/xml/n.xml' });
    const facts = await read({ application }, { 'res/xml/n.xml': binaryXml(root) });
    const quiet = { cleartext: null, trustAnchors: null, pins: [], pinsExpire: null };
    expect(facts.networkSecurity).toEqual([
      {
        ...quiet,
        scope: 'base',
        domains: [],
        cleartext: false,
        trustAnchors: [
          { source: 'system', overridesPins: false },
          { source: 'user', overridesPins: false },
        ],
      },
      {
        ...quiet,
        scope: 'domain',
        domains: [{ host: 'api.example', includeSubdomains: true }],
        pins: ['SHA-256:abc='],
        pinsExpire: '2027-01-01',
      },
      {
        ...quiet,
        scope: 'domain',
        domains: [{ host: 'old.api.example', includeSubdomains: false }],
        cleartext: true,
        pins: ['SHA-256:abc='],
      },
      { ...quiet, scope: 'debug', domains: [], trustAnchors: [{ source: 'user', overridesPins: true }] },
    ]);
    expect(facts.pinnedHosts).toEqual(['api.example', 'old.api.example']);
  });

  it('that is not there is said', async () => {
    const facts = await read({ application: node('application', { networkSecurityConfig: 'res/xml/none.xml' }) });
    expect(facts.networkSecurity).toEqual([]);
    expect(facts.oddities).toMatchObject([{ kind: 'network-config', where: 'res/xml/none.xml' }]);
  });
});
