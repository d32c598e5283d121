import { EventEmitter } from 'node:events';
import { openClock } from './clock.ts';
import { openConsole } from './console.ts';
import { layOut, sealSystem } from './files/layout.ts';
import { makeFileNode } from './files/node.ts';
import { openTree, type OwnedTree } from './files/tree.ts';
import { createListeners } from './listeners.ts';
import { openLogs } from './logs/ring.ts';
import { saveLog } from './logs/save.ts';
import type { Options } from './options.ts';
import { bindParts, type BoundParts, type Makers } from './parts.ts';
import type { PortPair } from './ports.ts';
import { buildProperties, markBooted, openProperties } from './properties.ts';
import { createPrograms } from './shell/programs.ts';
import type { ShellSystem } from './shell/shell.ts';
import { createTasks } from './shell/tasks.ts';
import type { Base, SystemBus } from './system.ts';
import { startDaemon, type Daemon } from './wire/daemon.ts';

/** A running handset. */
export interface RunningHandset extends AsyncDisposable {
  readonly parts: BoundParts;
  readonly serial: string;
  /** Resolves when someone said `kill` on the console. */
  readonly killed: Promise<void>;
}

/** Switches a handset on: builds every part, boots, opens adbd and the console on ports that listen already. */
export async function startHandset(options: Options, ports: PortPair, makers: Makers): Promise<RunningHandset> {
  const ending = new AbortController();
  const bootedAtMs = Date.now();
  const clock = openClock(options.clockRate, bootedAtMs);
  const files = openTree(() => clock.nowMs());
  layOut(files, { apiLevel: options.apiLevel, nowMs: bootedAtMs });
  const logs = openLogs(() => clock.nowMs());
  const timezone = options.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const stopSaving = options.logcatOutput === null ? null : saveLog(logs, options.logcatOutput, timezone);
  const properties = openProperties(
    buildProperties({
      apiLevel: options.apiLevel,
      avdName: options.avdName,
      clockRate: options.clockRate,
      seed: options.seed,
      timezone,
      bootedAtMs,
      overrides: options.properties,
    }),
  );
  const tasks = createTasks(clock);
  const base: Base = {
    config: {
      avdName: options.avdName,
      consolePort: ports.consolePort,
      adbPort: ports.adbPort,
      apiLevel: options.apiLevel,
      clockRate: options.clockRate,
      seed: options.seed,
      httpProxy: options.httpProxy,
    },
    bus: new EventEmitter().setMaxListeners(100) as SystemBus,
    clock,
    files,
    logs,
    properties,
    listeners: createListeners(),
    tasks,
    signal: ending.signal,
  };
  const programs = createPrograms({ base, clock, logs, permissive: options.permissive, all: () => parts.programs });
  const parts: BoundParts = bindParts(base, { programs }, makers);
  const shell: ShellSystem = { clock, files, tasks, programs: () => parts.programs, signal: ending.signal };
  serveSystemFiles(files, parts);
  sealSystem(files, options.writableSystem);

  // eslint-disable-next-line prefer-const -- the daemon's own reboot service needs it
  let daemon: Daemon;
  const boot = (): void => {
    markBooted(properties);
    logs.write({
      buffer: 'system',
      pid: 1,
      tid: 1,
      uid: 1000,
      priority: 'I',
      tag: 'ActivityManager',
      text: 'System now ready',
    });
    base.bus.emit('booted');
  };
  const reboot = (): void => {
    for (const task of tasks.list()) tasks.kill(task.pid, 'KILL');
    properties.set('sys.boot_completed', '');
    files.unmountAll();
    base.bus.emit('rebooting');
    boot();
    daemon.restart(2000);
  };
  const context = { shell, files, listeners: base.listeners, properties, nowMs: () => clock.nowMs(), reboot };
  const adbServerPort = options.adbServerPort;
  boot();
  daemon = startDaemon({ server: ports.adb, adbPort: ports.adbPort, adbServerPort, context });
  const console = await openConsole(ports.console, parts, options);

  return {
    parts,
    serial: `emulator-${ports.consolePort}`,
    killed: console.killed,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await console[Symbol.asyncDispose]();
      await daemon[Symbol.asyncDispose]();
      await parts.close();
      clock.close();
      stopSaving?.();
    },
  };
}

/** Files that show what the parts hold: /proc's clocks, and each program in /system/bin. */
function serveSystemFiles(files: OwnedTree, parts: BoundParts): void {
  const { clock, config } = parts;
  files.serve('/proc/uptime', () => {
    const seconds = (clock.elapsedMs() / 1000).toFixed(2);
    return `${seconds} ${(clock.elapsedMs() / 500).toFixed(2)}\n`;
  });
  files.serve('/proc/version', () => 'Linux version 6.1.23-android14-sleeptalk-simulated (no kernel)\n');
  files.serve('/proc/cmdline', () => `androidboot.hardware=ranchu qemu=1 androidboot.sleeptalk.seed=${config.seed}\n`);
  files.serve(
    '/proc/stat',
    () => `cpu  0 0 0 0 0 0 0 0 0 0\nbtime ${Math.trunc((clock.nowMs() - clock.elapsedMs()) / 1000)}\n`,
  );
  files.serve('/proc/loadavg', () => '0.00 0.00 0.00 1/200 3000\n');
  files.serve('/proc/mounts', () =>
    files
      .mounts()
      .map((mount) => `${mount.fileSystem.device} ${mount.target} ${mount.fileSystem.type} rw 0 0\n`)
      .join(''),
  );
  const owner = { mode: 0o755, uid: 0, gid: 2000, mtimeMs: clock.nowMs(), selinux: 'u:object_r:system_file:s0' };
  for (const name of [...Object.keys(parts.programs), 'sh']) {
    files.plant(`/system/bin/${name}`, (fileSystem) => makeFileNode(fileSystem, owner));
  }
}
