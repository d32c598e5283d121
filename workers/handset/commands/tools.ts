import type { AndroidState } from '../android/state.ts';
import type { Program, Programs } from '../system.ts';
import { drawPng } from '../ui/image.ts';
import { uiautomatorDump } from '../ui/source.ts';
import type { View } from '../ui/view.ts';

/** Programs around the screen and the settings: screencap, uiautomator, svc, ime, content, media, locale. */
export function createTools(state: AndroidState, view: View): Programs {
  return {
    screencap: (io) => {
      const path = io.argv.slice(1).find((word) => !word.startsWith('-'));
      const png = drawPng(view.tree(), state.parts.power.screenOn);
      if (path === undefined) io.out(png);
      else io.files.write(absolute(path, io.cwd), png, { mode: 0o660, uid: io.uid, gid: io.uid });
      return 0;
    },
    uiautomator: (io) => {
      if (io.argv[1] !== 'dump') {
        io.err('Usage: uiautomator <subcommand> [options]\n');
        return 1;
      }
      const path = io.argv.slice(2).find((word) => !word.startsWith('--')) ?? '/sdcard/window_dump.xml';
      const xml = uiautomatorDump(view.tree());
      if (path === '/dev/tty') {
        io.out(`${xml}UI hierchary dumped to: ${path}\n`);
        return 0;
      }
      io.files.write(absolute(path, io.cwd), xml, { mode: 0o660, uid: io.uid, gid: io.uid });
      // "hierchary" is how the real tool spells it.
      io.out(`UI hierchary dumped to: ${path}\n`);
      return 0;
    },
    svc: createSvc(state),
    ime: (io) => {
      const verb = io.argv[1];
      const ids = (state.settings.get('secure', 'enabled_input_methods') ?? '').split(':').filter((id) => id !== '');
      if (verb === 'list') {
        const short = io.argv.includes('-s');
        io.out(
          ids
            .map((id) => (short ? `${id}\n` : `${id}:\n  mId=${id} mSettingsActivityName=null mIsVrOnly=false\n`))
            .join(''),
        );
        return 0;
      }
      const id = io.argv[2] ?? '';
      if (verb === 'enable') {
        if (!ids.includes(id)) state.settings.put('secure', 'enabled_input_methods', [...ids, id].join(':'));
        io.out(`Input method ${id}: now enabled for user #0\n`);
        return 0;
      }
      if (verb === 'set') {
        state.settings.put('secure', 'default_input_method', id);
        io.out(`Input method ${id} selected for user #0\n`);
        return 0;
      }
      if (verb === 'reset' || verb === 'disable') return 0;
      io.out(`Unknown command: ${verb ?? ''}\n`);
      return 255;
    },
    content: (io) => {
      if (io.argv[1] === 'query') io.out('No result found.\n');
      return 0;
    },
    media: () => 0,
    locale: (io) => (io.out('en-US\n'), 0),
    bmgr: () => 0,
    requestsync: () => 0,
    dpm: () => 0,
  };
}

/** `svc power|wifi|data|usb|nfc …`; wifi and data are gone from API level 37 on, which this handset is not. */
function createSvc(state: AndroidState): Program {
  return (io) => {
    const [service, verb, value] = io.argv.slice(1);
    const enable = verb === 'enable' ? '1' : verb === 'disable' ? '0' : null;
    switch (service) {
      case 'wifi':
      case 'data':
        if (enable === null) break;
        state.settings.put('global', service === 'wifi' ? 'wifi_on' : 'mobile_data', enable);
        return 0;
      case 'power':
        if (verb === 'stayon') {
          state.settings.put('global', 'stay_on_while_plugged_in', value === 'true' ? '15' : '0');
          return 0;
        }
        if (verb === 'reboot' || verb === 'shutdown') return io.run('reboot');
        break;
      case 'usb':
      case 'nfc':
      case 'bluetooth':
        return 0;
      default:
    }
    io.err(
      'Available commands:\n    help     Show information about the subcommands\n    power    Control the power manager\n    data     Control mobile data connectivity\n    wifi     Control the Wi-Fi manager\n    usb      Control Usb state\n    nfc      Control NFC functions\n',
    );
    return 1;
  };
}

function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${cwd}/${path}`;
}
