import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPushBroadcasts } from '../../workers/capture/broadcast-dump.ts';
import { createSessionClock } from '../../workers/capture/clock.ts';
import { readDeviceTime } from '../../workers/capture/device-log-time.ts';
import { readGcmDump } from '../../workers/capture/gcm-dump.ts';
import { createJournal } from '../../workers/capture/journal.ts';
import { keepPushLedger } from '../../workers/capture/pushes.ts';
import { readQuicCounters, watchQuic } from '../../workers/capture/quic.ts';
import { openRecorder } from '../../workers/capture/recorder.ts';
import { readRecords, type Records } from './scene.ts';

const PKG = 'org.example.chat';
const BOOT_WALL_MS = Date.UTC(2026, 5, 10, 7, 0, 0);
const zone = { offsetMinutes: 120, nowMs: Date.UTC(2026, 5, 10, 7, 30, 0) };

function gcm(lines: readonly string[], state = 'Is client connected: true'): string {
  return [
    'DeviceID: 4123',
    'connected=mtalk.google.com:5228',
    'connects=16',
    'failedLogins=0',
    state,
    ...lines,
    'Apps supporting client queue:',
  ].join('\n');
}

const delivered = `06-10 09:00:30.250 net=1: Successful broadcast to ${PKG} (id=0:11%aa time=12ms priority=high)`;

const broadcast = (header: string, queued: string, id: string | null, flags = '0x1400030'): string => `
  ${header}
    BroadcastRecord{c56465e com.google.android.c2dm.intent.RECEIVE/u0} to user 0
    Intent { act=com.google.android.c2dm.intent.RECEIVE flg=${flags} pkg=${PKG} (has extras) }
      ${id === null ? '' : `extras: Bundle[{orderId=42, google.message_id=${id}, gcm.n.e=1}]`}
    enqueueClockTime=${queued} dispatchClockTime=${queued}
    DELIVERED terminal +12ms (-1) #0: (manifest)
`;

describe('the log of Play Services', () => {
  it('tells id, priority, outcome and time of what it delivered to the app, and to no other', () => {
    const text = gcm([
      delivered,
      '06-10 09:00:31.000 net=1: Successful broadcast to org.example.chatter (id=0:12 time=1ms priority=high)',
      `06-10 09:01:00.000 net=1: Failed to broadcast to stopped app ${PKG} (id=0:13)`,
      `06-10 09:02:00.000 net=1: No response to broadcast from ${PKG} (id=0:14 time=20000ms priority=normal)`,
    ]);
    expect(readGcmDump(text, PKG, zone)).toEqual({
      service: 'connected',
      deliveries: [
        { wallMs: BOOT_WALL_MS + 30_250, messageId: '0:11%aa', priority: 'high', outcome: 'delivered' },
        { wallMs: BOOT_WALL_MS + 60_000, messageId: '0:13', priority: 'unknown', outcome: 'refused-stopped' },
        { wallMs: BOOT_WALL_MS + 120_000, messageId: '0:14', priority: 'normal', outcome: 'no-response' },
      ],
    });
  });

  it.each([
    ['', 'absent'],
    ['No services match: com.google.android.gms/.gcm.GcmService\n', 'absent'],
    ['DeviceID: 1\nIs client connected: false\n', 'not-connected'],
    ['DeviceID: 1\nNot connected\n', 'not-connected'],
  ])('%j is %s', (text, service) => {
    expect(readGcmDump(text, PKG, zone).service).toBe(service);
  });

  it('on 1 January remembers that December was last year', () => {
    const newYear = { offsetMinutes: 0, nowMs: Date.UTC(2027, 0, 1, 0, 5) };
    expect(readDeviceTime('12-31 23:59:00.000', newYear)).toBe(Date.UTC(2026, 11, 31, 23, 59));
    expect(readDeviceTime('01-01 00:04:00.000', newYear)).toBe(Date.UTC(2027, 0, 1, 0, 4));
    expect(readDeviceTime('13-01 00:04:00.000', newYear)).toBeNull();
  });

  it('cannot be made to throw or to take long', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => void readGcmDump(`${delivered}\n${text}`, PKG, zone)),
    );
    const started = Date.now();
    readGcmDump('06-10 09:00:30.250 net=1: Successful broadcast to '.repeat(100_000), PKG, zone);
    readGcmDump(`06-10 09:00:30.250 net=${'('.repeat(3_000_000)}`, PKG, zone);
    readPushBroadcasts(broadcast(`Historical Broadcast #0:`, '2026-06-10 09:00:31.000', 'x').repeat(5000), PKG, zone);
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

describe('the history of broadcasts', () => {
  it.each(['Historical Broadcast background #0:', 'Historical Broadcast modern #0:', 'Historical Broadcast #0:'])(
    'in the form %j',
    (header) => {
      const [push] = readPushBroadcasts(
        broadcast(header, '2026-06-10 09:00:31.000', '0:11%aa', '0x11080010'),
        PKG,
        zone,
      );
      expect(push).toMatchObject({
        wallMs: BOOT_WALL_MS + 31_000,
        messageId: '0:11%aa',
        priority: 'high',
        delivered: true,
      });
    },
  );

  it("without extras has no id, and another app's push is not ours", () => {
    const text =
      broadcast('Historical Broadcast #0:', '2026-06-10 09:00:31.000', null) +
      broadcast('Historical Broadcast #1:', '2026-06-10 09:00:32.000', 'x').replaceAll(PKG, 'org.other');
    expect(readPushBroadcasts(text, PKG, zone)).toMatchObject([{ messageId: null, priority: 'normal' }]);
  });
});

interface Ledger {
  gcm: string;
  broadcasts: string;
  hostMs: number;
}

async function ledgerOf(
  run: (state: Ledger, poll: () => Promise<void>) => Promise<void>,
  zoneOffsetMinutes?: number,
): Promise<Records> {
  const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-ledger-'));
  const signal = new AbortController().signal;
  const state: Ledger = { gcm: gcm([]), broadcasts: '', hostMs: 0 };
  const idle = (_ms: number, waiting?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => waiting?.addEventListener('abort', () => reject(new Error('over'))));
  const clock = createSessionClock({ clockRate: 60, hostNowMs: () => state.hostMs, waitHostMs: idle });
  clock.align([{ hostMs: 0, deviceUptimeMs: 5000, deviceWallMs: BOOT_WALL_MS }]);
  clock.start();
  const recorder = await openRecorder({
    directory,
    clock,
    signal,
    start: { package: PKG, windowMs: 1, device: { kind: 'simulated' } },
  });
  const journal = createJournal(recorder, clock);
  const ledger = keepPushLedger({
    readGcm: () => Promise.resolve(state.gcm),
    readBroadcasts: () => Promise.resolve(state.broadcasts),
    packageName: PKG,
    clock,
    journal,
    signal,
    ...(zoneOffsetMinutes === undefined ? {} : { zoneOffsetMinutes }),
  });
  await run(state, () => ledger.poll());
  await ledger.close();
  await recorder.close();
  const records = await readRecords(recorder.path);
  await rm(directory, { recursive: true });
  return records;
}

describe('the push ledger', () => {
  it('writes each push once, at its own time, however often it is seen and by whom', async () => {
    const { all, gaps } = await ledgerOf(async (state, poll) => {
      state.hostMs = 1000; // one device minute
      state.gcm = gcm([delivered]);
      state.broadcasts = broadcast('Historical Broadcast #0:', '2026-06-10 09:00:30.300', null);
      await poll();
      await poll();
    }, 120);
    expect(all.filter((record) => record.type === 'push')).toEqual([
      {
        type: 'push',
        atMs: 30_250,
        messageId: '0:11%aa',
        priority: 'high',
        outcome: 'delivered',
        source: 'GcmService',
      },
    ]);
    expect(gaps).toEqual([]);
  });

  it('knows a push from the broadcast history alone', async () => {
    const { all } = await ledgerOf(async (state, poll) => {
      state.hostMs = 1000;
      state.broadcasts = broadcast('Historical Broadcast modern #0:', '2026-06-10 09:00:40.000', '0:77');
      await poll();
    }, 120);
    expect(all.filter((record) => record.type === 'push')).toMatchObject([
      { atMs: 40_000, messageId: '0:77', source: 'broadcast history' },
    ]);
  });

  it('leaves out what was pushed before the session', async () => {
    const { all } = await ledgerOf(async (state, poll) => {
      state.gcm = gcm([delivered.replace('09:00:30', '08:59:30')]);
      await poll();
    }, 120);
    expect(all.some((record) => record.type === 'push')).toBe(false);
  });

  it("without the device's time zone says that a push is only known between two looks", async () => {
    const { all } = await ledgerOf(async (state, poll) => {
      await poll();
      state.hostMs = 2000;
      state.gcm = gcm([delivered]);
      await poll();
    });
    expect(all.filter((record) => record.type === 'push')).toMatchObject([
      { atMs: 120_000, timing: 'polled', withinMs: 30_000 },
    ]);
  });

  it('a handset without Play Services is a gap for as long as that lasts, not an absence of pushes', async () => {
    const { gaps } = await ledgerOf(async (state, poll) => {
      await poll();
      state.gcm = 'No services match: com.google.android.gms/.gcm.GcmService\n';
      state.hostMs = 100;
      await poll();
      state.hostMs = 500;
    }, 120);
    expect(gaps).toMatchObject([
      {
        kind: 'push-unavailable',
        fromMs: 6000,
        toMs: 30_000,
        because: 'the handset has no Play Services push service',
      },
    ]);
  });
});

describe('refused QUIC', () => {
  const chain = (packets: number): string => `Chain SLEEPTALK_FILTER (1 references)
    pkts      bytes target     prot opt in     out     source               destination
      ${packets}     ${packets * 1250} REJECT     udp  --  *      *       0.0.0.0/0            0.0.0.0/0            owner UID match 10143 udp dpt:443 reject-with icmp-port-unreachable
       9       900 RETURN     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0
`;
  it('is read from the counters of the rule', () => {
    expect(readQuicCounters(chain(7))).toEqual({ packets: 7, bytes: 8750 });
    expect(readQuicCounters('iptables: No chain/target/match by that name.\n')).toEqual({ packets: 0, bytes: 0 });
  });

  it('becomes one gap for each span in which it grew', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sleeptalk-quic-'));
    const signal = new AbortController().signal;
    let hostMs = 0;
    let packets = 0;
    const idle = (_ms: number, waiting?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => waiting?.addEventListener('abort', () => reject(new Error('over'))));
    const clock = createSessionClock({ clockRate: 1, hostNowMs: () => hostMs, waitHostMs: idle });
    clock.start();
    const recorder = await openRecorder({
      directory,
      clock,
      signal,
      start: { package: PKG, windowMs: 1, device: { kind: 'simulated' } },
    });
    const watch = watchQuic({
      readCounters: () => Promise.resolve(chain(packets)),
      clock,
      journal: createJournal(recorder, clock),
      signal,
    });
    await watch.poll();
    for (const [atMs, count] of [
      [10_000, 3],
      [20_000, 3],
      [30_000, 5],
    ] as const) {
      hostMs = atMs;
      packets = count;
      await watch.poll();
    }
    await watch.close();
    await recorder.close();
    const { gaps } = await readRecords(recorder.path);
    await rm(directory, { recursive: true });
    expect(gaps.map((gap) => [gap.fromMs, gap.toMs, gap.count, gap.upBytes])).toEqual([
      [0, 10_000, 3, 3750],
      [20_000, 30_000, 2, 2500],
    ]);
  });
});
