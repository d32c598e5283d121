import { describe, expect, it } from 'vitest';
import { parseProperties, readDeviceFacts } from '../../workers/device/device.ts';
import { explainInstallFailure } from '../../workers/device/install-codes.ts';
import { parsePackages } from '../../workers/device/packages.ts';
import { isInPhase } from '../../workers/device/phase.ts';
import {
  parseCharging,
  parseDeviceIdle,
  parseFront,
  parseKeyguard,
  parseScreen,
  type PowerState,
} from '../../workers/device/power-state.ts';
import { parseChain } from '../../workers/device/routing.ts';
import { quote, type Shell } from '../../workers/device/shell.ts';
import { parseBucket, parseForegroundServices } from '../../workers/device/state.ts';
import { parseClock } from '../../workers/device/time.ts';
import { selinuxLabel } from '../../workers/device/trust.ts';

describe('packages', () => {
  it('come with their uid; of several users the first counts', () => {
    const text = 'package:com.android.chrome uid:10123\npackage:com.two uid:10200,1010200\npackage:broken\nnoise\n';
    expect([...parsePackages(text)]).toEqual([
      ['com.android.chrome', 10123],
      ['com.two', 10200],
    ]);
  });
});

describe('foreground services', () => {
  const services = (types: string): string => `ACTIVITY MANAGER SERVICES (dumpsys activity services)
  User 0 active services:
  * ServiceRecord{ceb7f39 u0 com.example.mail/.SyncService c:com.example.home}
    app=ProcessRecord{31fa7b8 7714:com.example.mail/u0a231}
    isForeground=true foregroundId=42${types}
  * ServiceRecord{aaa u0 com.other/.Player}
    isForeground=true foregroundId=1 types=0x00000002
  * ServiceRecord{bbb u0 com.example.mail/.Quiet}
    isForeground=false foregroundId=0 types=0x00000000
`;
  it.each([
    [' types=0x00000001', ['dataSync']],
    [' types=00000009', ['dataSync', 'location']],
    [' types=0x40000000', ['specialUse']],
    [' types=0x00000000', ['none']],
    ['', ['unknown']],
    [' types=0x80000000', ['unknown']],
  ])('with "%s" are %j', (types, expected) => {
    expect(parseForegroundServices(services(types), 'com.example.mail')).toEqual(expected);
  });

  it('of nobody are none', () => {
    expect(parseForegroundServices('ACTIVITY MANAGER SERVICES\n  (nothing)\n', 'com.example.mail')).toEqual([]);
  });
});

describe('the standby bucket', () => {
  it.each([
    ['5', 'exempted'],
    ['10', 'active'],
    ['20', 'working'],
    ['30', 'frequent'],
    ['40', 'rare'],
    ['45', 'restricted'],
    ['50', 'never'],
    ['Error: unknown', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (text, bucket) => {
    expect(parseBucket(`${text}\n`)).toBe(bucket);
  });
});

describe('screen, keyguard, battery and front', () => {
  it('are read from the dumps', () => {
    expect(parseScreen('POWER MANAGER\n  mWakefulness=Awake\n')).toBe(true);
    expect(parseScreen('  mWakefulness=Dozing\n')).toBe(false);
    expect(parseScreen('')).toBeNull();
    expect(parseKeyguard('  mShowingLockscreen=false mScreenOnFully=true\n')).toBe(false);
    expect(parseKeyguard('  KeyguardServiceDelegate\n    showing=true\n')).toBe(true);
    expect(parseKeyguard('  KeyguardStateMonitor\n    mIsShowing=true\n')).toBe(true);
    expect(parseKeyguard('')).toBeNull();
    expect(parseCharging('  AC powered: false\n  USB powered: true\n')).toBe(true);
    expect(parseCharging('  AC powered: false\n  USB powered: false\n  Dock powered: false\n')).toBe(false);
    expect(parseDeviceIdle('IDLE_MAINTENANCE\n')).toBe('IDLE_MAINTENANCE');
    expect(parseDeviceIdle('Unknown idle\n')).toBe('unknown');
    expect(parseFront('mCurrentFocus=Window{beef u0 com.a.b/com.a.b.Main}\n')).toBe('com.a.b');
    expect(parseFront('mCurrentFocus=null\n  mFocusedApp=ActivityRecord{c0ffee u0 com.c/.Main t12}\n')).toBe('com.c');
    expect(parseFront('mFocusedApp=AppWindowToken{1 token=Token{2 ActivityRecord{3 u0 com.d/.Main t7}}}\n')).toBe(
      'com.d',
    );
    expect(parseFront('')).toBeNull();
  });

  const awake = {
    screenOn: true,
    keyguard: false,
    charging: false,
    deviceIdle: 'ACTIVE',
    frontPackage: 'app',
  } satisfies PowerState;
  const asleep = { ...awake, screenOn: false, keyguard: true } satisfies PowerState;
  it.each([
    ['foreground', awake, true],
    ['foreground', { ...awake, keyguard: true }, false],
    ['foreground', { ...awake, frontPackage: 'launcher' }, false],
    ['foreground', { ...awake, charging: true }, false],
    ['background', { ...awake, frontPackage: 'launcher' }, true],
    ['background', awake, false],
    ['background', { ...awake, frontPackage: null }, false],
    ['locked', asleep, true],
    ['locked', { ...asleep, deviceIdle: 'IDLE' }, false],
    ['locked', { ...asleep, screenOn: null }, false],
    ['doze', { ...asleep, deviceIdle: 'IDLE' }, true],
    ['doze', asleep, false],
    ['doze', { ...asleep, deviceIdle: 'IDLE', charging: null }, false],
  ] as const)('%s with %j: %s', (phase, state, expected) => {
    expect(isInPhase(state, phase, 'app')).toBe(expected);
  });
});

describe("the device's clock", () => {
  it('is read to the millisecond, with its time zone', () => {
    expect(parseClock('8137.71 32000.10\n1795347107123456789\n+0530\n')).toEqual({
      uptimeMs: 8_137_710,
      wallMs: 1_795_347_107_123,
      zoneOffsetMinutes: 330,
    });
  });

  it('without nanoseconds is read to the second', () => {
    expect(parseClock('1.00 1.00\n1795347107%N\n-0300\n')).toMatchObject({
      wallMs: 1_795_347_107_000,
      zoneOffsetMinutes: -180,
    });
  });

  it('that makes no sense is a fault, not a zero', () => {
    expect(() => parseClock('date: not found\n')).toThrow(/adb-failed: the device does not tell the time/);
  });
});

describe('a refused installation', () => {
  it.each([
    [
      'Failure [INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113]',
      /none for the processor/,
    ],
    ['Failure [INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #99]', /newer Android/],
    ['Failure [INSTALL_FAILED_SOMETHING_NEW: x]', /refused the app/],
    ['', /refused the app/],
  ])('%s is explained', (output, sentence) => {
    expect(explainInstallFailure(output).sentence).toMatch(sentence);
  });

  it('with a code named after a property of every object is not explained by it', () => {
    expect(explainInstallFailure('Failure [constructor]').sentence).toBe('The device refused the app.');
  });
});

describe('small readers', () => {
  it('counters of a chain', () => {
    const text = `Chain SLEEPTALK_FILTER (1 references)
    pkts      bytes target     prot opt in     out     source               destination         
       3      180 RETURN     all  --  *      *       0.0.0.0/0            127.0.0.0/8         
      12     1440 REJECT     udp  --  *      *       0.0.0.0/0            0.0.0.0/0            udp dpt:443 reject-with icmp-port-unreachable
`;
    expect(parseChain(text).map(({ packets, bytes, target }) => [packets, bytes, target])).toEqual([
      [3, 180, 'RETURN'],
      [12, 1440, 'REJECT'],
    ]);
  });

  it('the label of a folder', () => {
    expect(selinuxLabel('u:object_r:system_file:s0 /system/etc/security/cacerts\n')).toBe('u:object_r:system_file:s0');
    expect(() => selinuxLabel('? /system')).toThrow(/no SELinux label/);
  });

  it('words for a shell', () => {
    expect(quote("it's $HOME")).toBe(String.raw`'it'\''s $HOME'`);
  });

  it('properties, also over several lines', () => {
    expect(parseProperties('[a.b]: [1]\n[c]: [two\nlines]\n[d]: []\n').get('c')).toBe('two\nlines');
  });

  it('a device without an API level is refused', async () => {
    const shell: Shell = async () => ({ stdout: '', stderr: '', exitCode: 0 });
    await expect(readDeviceFacts(shell)).rejects.toThrow(/names no API level/);
  });
});
