import type { Options } from './options.ts';
import type { BoundParts } from './parts.ts';
import type { ConsoleCommand } from './system.ts';

const RADIO_UID = 1001;

/** The commands of a real emulator's console that mean something to a handset (developer.android.com, emulator console). */
export function consoleCommands(parts: BoundParts, options: Options): Readonly<Record<string, ConsoleCommand>> {
  return {
    ping: () => 'I am alive!',
    avd: ([verb = '']) => {
      switch (verb) {
        case 'name':
          return options.avdName;
        case 'status':
          return 'virtual device is running';
        case 'start':
          return '';
        case 'stop':
          throw new Error('a simulated handset cannot be paused');
        case 'snapshot':
          throw new Error('a simulated handset has no snapshots: every start is from a clean state');
        default:
          throw new Error('missing or unknown sub-command');
      }
    },
    sms: ([verb, from, ...words]) => {
      if (verb !== 'send' || from === undefined) throw new Error("missing or unknown sub-command, try 'send'");
      parts.broadcasts.send({
        action: 'android.provider.Telephony.SMS_RECEIVED',
        packageName: null,
        component: null,
        flags: 0x9000010,
        fromUid: RADIO_UID,
        fromPid: 1,
        extras: { format: '3gpp', originatingAddress: from, messageBody: words.join(' ') },
        includeStopped: false,
      });
      return '';
    },
    geo: ([verb, longitude, latitude]) => {
      if (verb !== 'fix') throw new Error("missing or unknown sub-command, try 'fix'");
      const place = [Number(longitude), Number(latitude)];
      if (longitude === undefined || latitude === undefined || place.some(Number.isNaN)) {
        throw new Error("usage: 'geo fix <longitude> <latitude>'");
      }
      parts.properties.set('debug.sleeptalk.location', place.join(','));
      return '';
    },
    network: ([verb]) => {
      if (verb === 'status') {
        return 'Current network status:\n  download speed:          0 bits/s (0.0 KB/s)\n  upload speed:            0 bits/s (0.0 KB/s)\n  minimum latency:  0 ms\n  maximum latency:  0 ms';
      }
      throw new Error('a simulated handset does not shape its network');
    },
  };
}
