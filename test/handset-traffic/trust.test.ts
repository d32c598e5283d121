import { createHash } from 'node:crypto';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority } from '../../workers/capture/authority.ts';
import { createLeafMaker } from '../../workers/capture/leaf.ts';
import { handsetUnderTest, until, type HandsetUnderTest } from './handset-under-test.ts';

/** A server on the host's loopback with a certificate of our own authority for whatever name is asked for. */
async function interceptor({ http2 = false, name = null as string | null, maxVersion = 'TLSv1.3' as const } = {}) {
  const authority = createAuthority();
  const leaves = createLeafMaker(authority);
  const alerts: string[] = [];
  const requests: string[] = [];
  let handshakes = 0;
  const options = {
    maxVersion,
    SNICallback: (host: string, done: (error: null, context: ReturnType<typeof leaves.contextFor>) => void) =>
      done(null, leaves.contextFor(name ?? host)),
  };
  const server = http2 ? createSecureServer({ ...options, allowHTTP1: true }) : createServer(options);
  const answer = (version: string, path: string): void => void requests.push(`${version} ${path}`);
  if (http2)
    server.on('request', (request: { httpVersion: string; url: string }, response: { end(text: string): void }) => {
      answer(request.httpVersion, request.url);
      response.end('fine');
    });
  else
    server.on('request', (request: { httpVersion: string; url: string }, response: { end(text: string): void }) => {
      answer(request.httpVersion, request.url);
      response.end('fine');
    });
  server.on('tlsClientError', (error: Error & { code?: string }) => alerts.push(error.code ?? error.message));
  server.on('secureConnection', (socket: TLSSocket) => {
    handshakes += 1;
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    authority,
    alerts,
    requests,
    handshakes: () => handshakes,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Interceptor = Awaited<ReturnType<typeof interceptor>>;
const SYSTEM = '/system/etc/security/cacerts';
const APEX = '/apex/com.android.conscrypt/cacerts';

/** What a person with root does: tmpfs over the system's folder, and a bind mount over the module's in each namespace. */
function injectAuthority(handset: HandsetUnderTest, far: Interceptor, namespaces: readonly number[]): void {
  const { files } = handset;
  const own = files.list(SYSTEM).map((name) => [name, files.read(`${SYSTEM}/${name}`)] as const);
  for (const pid of namespaces) {
    const view = files.within(pid);
    view.mount('tmpfs', SYSTEM, null);
    for (const [name, bytes] of own) view.write(`${SYSTEM}/${name}`, bytes);
    view.write(`${SYSTEM}/${far.authority.fileName}`, far.authority.certificatePem);
    if (view.stat(APEX)?.kind === 'directory') view.mount('bind', APEX, SYSTEM);
  }
}

const zygotes = (handset: HandsetUnderTest): number[] =>
  handset.parts.processes
    .list()
    .filter((each) => each.name.startsWith('zygote'))
    .map((each) => each.pid);

const SCHEDULE = { id: 'tls', url: 'https://bank.example/login', everySeconds: 30 } as const;

async function oneBeat(
  handset: HandsetUnderTest,
  far: Interceptor,
  schedule: object = {},
  targetSdk = 34,
): Promise<string> {
  const uid = await handset.install({ version: 1, schedules: [{ ...SCHEDULE, ...schedule }] }, { targetSdk });
  await handset.run(
    `iptables -t nat -A OUTPUT -m owner --uid-owner ${uid} -p tcp -j DNAT --to-destination 10.0.2.2:${far.port}`,
  );
  await handset.launch();
  await handset.clock.advance(30_000);
  await until(() => handset.beats('tls').length === 1, 'the beat');
  return handset.lines().at(-1) ?? '';
}

test.each([30, 34] as const)(
  'on API %i an authority that nobody installed is refused with an alert in the handshake',
  async (apiLevel) => {
    await using far = await interceptor();
    await using handset = handsetUnderTest(apiLevel);
    expect(await oneBeat(handset, far, {}, apiLevel)).toMatch(
      /^tls GET .* failed: javax\.net\.ssl\.SSLHandshakeException: Trust anchor/,
    );
    await until(() => far.alerts.length === 1, 'the alert');
    expect(far.alerts).toEqual(['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN']);
    expect([far.handshakes(), far.requests]).toEqual([0, []]);
  },
);

test.each([30, 34] as const)(
  'on API %i an authority in the store that the app sees makes interception work',
  async (apiLevel) => {
    await using far = await interceptor();
    await using handset = handsetUnderTest(apiLevel);
    injectAuthority(handset, far, [1, ...zygotes(handset)]);
    expect(await oneBeat(handset, far, {}, apiLevel)).toMatch(/ -> 200, 4 bytes$/);
    expect([far.alerts, far.requests]).toEqual([[], ['1.1 /login']]);
  },
);

test('since Android 14 an authority in the init namespace alone is not seen by apps', async () => {
  await using far = await interceptor();
  await using handset = handsetUnderTest(34);
  injectAuthority(handset, far, [1]);
  expect(await oneBeat(handset, far)).toContain('SSLHandshakeException');
});

test.each([
  [23, / -> 200/],
  [24, /SSLHandshakeException/],
] as const)('an authority that the user added counts for target %i', async (targetSdk, expected) => {
  await using far = await interceptor();
  await using handset = handsetUnderTest(30);
  handset.files.makeDirectory('/data/misc/user/0/cacerts-added', { parents: true });
  handset.files.write(`/data/misc/user/0/cacerts-added/${far.authority.fileName}`, far.authority.certificatePem);
  expect(await oneBeat(handset, far, {}, targetSdk)).toMatch(expected);
});

test('a certificate for another name is refused although its authority is trusted', async () => {
  await using far = await interceptor({ name: 'elsewhere.example' });
  await using handset = handsetUnderTest(34);
  injectAuthority(handset, far, [1, ...zygotes(handset)]);
  expect(await oneBeat(handset, far)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  await until(() => far.alerts.length === 1, 'the alert');
});

test('a pinned https client closes after the handshake, a pinned tls client within it', async () => {
  await using far = await interceptor();
  await using okhttp = handsetUnderTest(34);
  injectAuthority(okhttp, far, [1, ...zygotes(okhttp)]);
  expect(await oneBeat(okhttp, far, { pinned: true })).toContain(
    'SSLPeerUnverifiedException: Certificate pinning failure',
  );
  await until(() => far.handshakes() === 1, 'the handshake');
  expect([far.alerts, far.requests]).toEqual([[], []]);
  await using native = handsetUnderTest(34);
  injectAuthority(native, far, [1, ...zygotes(native)]);
  await oneBeat(native, far, { pinned: true, transport: 'tls', url: 'tls://bank.example:443' });
  await until(() => far.alerts.length === 1, 'the alert');
  expect([far.alerts, far.handshakes()]).toEqual([['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'], 1]);
});

test('a pinned client accepts the one key it names', async () => {
  await using far = await interceptor();
  const probe = connect({ port: far.port, host: '127.0.0.1', servername: 'bank.example', rejectUnauthorized: false });
  await new Promise((resolve) => probe.once('secureConnect', resolve));
  const spki = probe.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0);
  probe.destroy();
  await using handset = handsetUnderTest(34);
  injectAuthority(handset, far, [1, ...zygotes(handset)]);
  const pinSha256 = createHash('sha256').update(spki).digest('hex');
  expect(await oneBeat(handset, far, { pinned: true, pinSha256 })).toMatch(/ -> 200/);
});

test('where the server chooses h2 the app speaks it, and holds the session if it is told to', async () => {
  await using far = await interceptor({ http2: true });
  await using handset = handsetUnderTest(34);
  injectAuthority(handset, far, [1, ...zygotes(handset)]);
  expect(await oneBeat(handset, far, { connection: 'keep-alive', method: 'POST', requestBytes: 100 })).toMatch(
    / -> 200, 4 bytes$/,
  );
  await handset.clock.advance(30_000);
  await until(() => far.requests.length === 2, 'the second request');
  expect(far.requests).toEqual(['2.0 /login', '2.0 /login']);
  expect(far.handshakes()).toBe(1);
});

test('with TLS 1.2 a refused certificate closes the connection after the handshake', async () => {
  await using far = await interceptor({ maxVersion: 'TLSv1.2' as never });
  await using handset = handsetUnderTest(34);
  expect(await oneBeat(handset, far)).toContain('SSLHandshakeException');
  expect([far.requests, far.handshakes()]).toEqual([[], 1]);
});
