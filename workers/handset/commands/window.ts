import type { AndroidState } from '../android/state.ts';
import type { Program } from '../system.ts';
import { DISPLAY } from '../ui/node.ts';

/** `wm size|density|dismiss-keyguard|user-rotation|…`. */
export function createWm(state: AndroidState): Program {
  return (io) => {
    const [verb = '', value] = io.argv.slice(1).filter((word, at, all) => word !== '-d' && all[at - 1] !== '-d');
    const { settings } = state;
    switch (verb) {
      case 'size': {
        if (value === 'reset') settings.remove('global', 'display_size_forced');
        else if (value !== undefined) {
          const match = /^(\d{2,5})x(\d{2,5})$/.exec(value);
          if (!match) {
            io.err(`Error: bad size ${value}\n`);
            return 255;
          }
          settings.put('global', 'display_size_forced', `${match[1]},${match[2]}`);
        } else {
          io.out(`Physical size: ${DISPLAY.widthPx}x${DISPLAY.heightPx}\n`);
          const forced = settings.get('global', 'display_size_forced');
          if (forced !== null) io.out(`Override size: ${forced.replace(',', 'x')}\n`);
        }
        return 0;
      }
      case 'density': {
        if (value === 'reset') settings.remove('secure', 'display_density_forced');
        else if (value !== undefined) {
          if (!/^\d{2,4}$/.test(value)) {
            io.err(`Error: bad density ${value}\n`);
            return 255;
          }
          settings.put('secure', 'display_density_forced', value);
        } else {
          io.out(`Physical density: ${DISPLAY.densityDpi}\n`);
          const forced = settings.get('secure', 'display_density_forced');
          if (forced !== null) io.out(`Override density: ${forced}\n`);
        }
        return 0;
      }
      case 'dismiss-keyguard':
        state.parts.power.unlock();
        return 0;
      case 'user-rotation':
        if (value === undefined) io.out('lock 0\n');
        return 0;
      case 'set-ignore-orientation-request':
      case 'fixed-to-user-rotation':
      case 'overscan':
        return 0;
      default:
        io.out(`Unknown command: ${verb}\n`);
        return 255;
    }
  };
}
