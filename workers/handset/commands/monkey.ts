import { launchActivity } from '../android/resolve.ts';
import type { AndroidState } from '../android/state.ts';
import type { Program } from '../system.ts';
import { launchNow } from './am-start.ts';

const WITH_VALUE = [
  '-c',
  '-s',
  '--throttle',
  '--pct-syskeys',
  '--pct-touch',
  '--pct-motion',
  '--pct-appswitch',
  '--pct-anyevent',
  '--pct-nav',
  '--pct-majornav',
  '--pct-trackball',
  '--pct-flip',
  '--pct-pinchzoom',
  '--pct-rotation',
  '--pct-permission',
  '--pkg-whitelist-file',
  '--pkg-blacklist-file',
  '-f',
];

/** `monkey -p PKG -c android.intent.category.LAUNCHER 1`: launches the app; what it would press at random is not modelled. */
export function createMonkey(state: AndroidState): Program {
  return (io) => {
    const args = io.argv.slice(1);
    const packages: string[] = [];
    const pcts = new Map<string, string>();
    let count: number | null = null;
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? '';
      if (word === '-p') packages.push(args[++at] ?? '');
      else if (WITH_VALUE.includes(word)) pcts.set(word, args[++at] ?? '');
      else if (/^\d+$/.test(word)) count = Number(word);
    }
    if (count === null) {
      io.err('** Error: Count not specified\n');
      return 255;
    }
    if (state.parts.config.apiLevel >= 35 && pcts.get('--pct-syskeys') !== '0') {
      io.err('** SYS_KEYS has no physical keys but with factor 2.0%.\n');
      return 251;
    }
    const record = packages.map((name) => state.packages.get(name)).find((one) => one !== undefined && one.enabled < 2);
    const target = record && launchActivity(record);
    if (!target) {
      io.err('** No activities found to run, monkey aborted.\n');
      return 252;
    }
    launchNow(state, target, 0x10000000, true);
    io.out(`Events injected: ${count}\n## Network stats: elapsed time=4ms (0ms mobile, 0ms wifi, 4ms not connected)\n`);
    return 0;
  };
}
