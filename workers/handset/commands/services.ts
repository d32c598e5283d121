import { lookUp } from '../../../orchestrator/contract/look-up.ts';
import type { Parts, Program, Programs } from '../system.ts';

/** Binder services of a booted image, with their interfaces, besides those that have a dump or a command here. */
const INTERFACES: Readonly<Record<string, string>> = {
  SurfaceFlinger: 'android.ui.ISurfaceComposer',
  accessibility: 'android.view.accessibility.IAccessibilityManager',
  account: 'android.accounts.IAccountManager',
  activity: 'android.app.IActivityManager',
  activity_task: 'android.app.IActivityTaskManager',
  alarm: 'android.app.IAlarmManager',
  appops: 'com.android.internal.app.IAppOpsService',
  audio: 'android.media.IAudioService',
  battery: '',
  clipboard: 'android.content.IClipboard',
  connectivity: 'android.net.IConnectivityManager',
  deviceidle: 'android.os.IDeviceIdleController',
  display: 'android.hardware.display.IDisplayManager',
  input: 'android.hardware.input.IInputManager',
  input_method: 'com.android.internal.view.IInputMethodManager',
  jobscheduler: 'android.app.job.IJobScheduler',
  location: 'android.location.ILocationManager',
  netstats: 'android.net.INetworkStatsService',
  network_management: 'android.os.INetworkManagementService',
  notification: 'android.app.INotificationManager',
  package: 'android.content.pm.IPackageManager',
  power: 'android.os.IPowerManager',
  statusbar: 'com.android.internal.statusbar.IStatusBarService',
  uimode: 'android.app.IUiModeManager',
  usagestats: 'android.app.usage.IUsageStatsManager',
  user: 'android.os.IUserManager',
  wifi: 'android.net.wifi.IWifiManager',
  window: 'android.view.IWindowManager',
};

/** `service list`, `service check NAME`. */
export function createService(parts: Parts): Program {
  return (io) => {
    const names = new Set([...Object.keys(INTERFACES), ...Object.keys(parts.dumps), ...Object.keys(parts.commands)]);
    const [verb, name = ''] = io.argv.slice(1);
    if (verb === 'list') {
      const sorted = [...names].sort();
      io.out(
        `Found ${sorted.length} services:\n${sorted.map((one, at) => `${at}\t${one}: [${lookUp(INTERFACES, one) ?? ''}]\n`).join('')}`,
      );
      return 0;
    }
    if (verb === 'check') {
      io.out(`Service ${name}: ${names.has(name) ? 'found' : 'not found'}\n`);
      return 0;
    }
    if (verb === 'call') {
      io.out('Result: Parcel(Error: 0xffffffffffffffb6 "Not a data message")\n');
      return 0;
    }
    io.err('Usage: service [-h|-?]\n       service list\n       service check SERVICE\n');
    return 255;
  };
}

/** `cmd [-l] SERVICE ARGS…`: runs the command of a service; argv[0] becomes the service's name. */
export function createCmd(parts: Parts): Program {
  return (io) => {
    const words = io.argv.slice(1);
    if (words[0] === '-w') words.shift();
    const [name] = words;
    if (name === undefined) {
      io.err('cmd: No service specified; use -l to list all running services. Use -w to start and wait for HAL.\n');
      return 20;
    }
    if (name === '-l') {
      io.out(
        `Currently running services:\n${Object.keys(parts.commands)
          .sort()
          .map((one) => `  ${one}\n`)
          .join('')}`,
      );
      return 0;
    }
    const command = lookUp(parts.commands, name);
    if (!command) {
      io.err(`cmd: Can't find service: ${name}\n`);
      return 20;
    }
    return command({ ...io, argv: words });
  };
}

/** Commands of services whose state nothing here depends on: they answer as the real ones do. */
export function createQuietCommands(parts: Parts): Programs {
  const silent: Program = () => 0;
  const run =
    (line: (words: readonly string[]) => string): Program =>
    (io) =>
      io.run(line(io.argv.slice(1)));
  const quoted = (words: readonly string[]): string =>
    words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return {
    notification: silent,
    overlay: silent,
    statusbar: silent,
    uimode: (io) => {
      if (io.argv[1] === 'night') io.out(`Night mode: ${io.argv[2] ?? 'no'}\n`);
      return 0;
    },
    wifi: (io) => {
      if (io.argv[1] === 'status')
        io.out(`Wifi is ${parts.settings.get('global', 'wifi_on') === '0' ? 'disabled' : 'enabled'}\n`);
      if (io.argv[1] === 'set-wifi-enabled')
        parts.settings.put('global', 'wifi_on', io.argv[2] === 'enabled' ? '1' : '0');
      return 0;
    },
    connectivity: (io) => {
      if (io.argv[1] !== 'airplane-mode') return 0;
      if (io.argv[2] === undefined)
        io.out(`${parts.settings.get('global', 'airplane_mode_on') === '1' ? 'enabled' : 'disabled'}\n`);
      else parts.settings.put('global', 'airplane_mode_on', io.argv[2] === 'enable' ? '1' : '0');
      return 0;
    },
    settings: run((words) => `settings ${quoted(words)}`),
    window: run((words) => `wm ${quoted(words)}`),
    input: run((words) => `input ${quoted(words)}`),
    input_method: silent,
    user: (io) =>
      io.argv[1] === 'list'
        ? (io.out(
            '1 users:\n\n0: id=0, name=Owner, type=full.SYSTEM, flags=ADMIN|FULL|INITIALIZED|MAIN|PRIMARY|SYSTEM (running) (current)\n',
          ),
          0)
        : 0,
    role: silent,
    locale: silent,
    media_session: silent,
    device_config: (io) => (io.argv[1] === 'get' ? (io.out('null\n'), 0) : 0),
    webviewupdate: (io) => (io.out('Success\n'), 0),
    lock_settings: (io) => (io.argv[1] === 'get-disabled' ? (io.out('false\n'), 0) : 0),
  };
}
