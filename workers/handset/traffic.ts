import { Apps } from './apps/apps.ts';
import { createBroadcasts } from './gms/broadcasts.ts';
import { PlayServices } from './gms/play-services.ts';
import { trafficConsole } from './gms/push-console.ts';
import { iptables, iptablesSave } from './net/iptables.ts';
import { nc, ping } from './net/nc.ts';
import { Network } from './net/network.ts';
import { serveProcNet } from './net/proc-net.ts';
import { connectivityText, ifconfig, ip, netstat, netstatsText, ss } from './net/text.ts';
import { idleShell } from './power/idle-shell.ts';
import { DevicePower } from './power/power.ts';
import { usageText } from './power/usage-text.ts';
import { alarmText } from './schedule/alarm-text.ts';
import { Alarms } from './schedule/alarms.ts';
import { jobShell } from './schedule/job-shell.ts';
import { jobText } from './schedule/job-text.ts';
import { Jobs } from './schedule/jobs.ts';
import type { Parts, Traffic } from './system.ts';

/**
 * What moves in the handset by itself: power and Doze, alarms and jobs, the network by uid, scripted apps, pushes.
 * Parts of others are read only through `parts`, and so only once everything is bound.
 */
export function createTraffic(parts: Parts): Traffic {
  const { bus, clock, config, files, logs, properties, listeners, signal } = parts;
  const { apiLevel } = config;
  const power = new DevicePower(withLate(parts, { bus, clock, config }));
  const network = new Network(withLate(parts, { power, listeners, clock, apiLevel }));
  const alarms = new Alarms(withLate(parts, { clock, power, apiLevel }));
  const jobs = new Jobs(withLate(parts, { clock, power, connected: () => network.connected() }));
  const broadcasts = createBroadcasts(withLate(parts, { bus, clock }));
  const base = {
    bus,
    clock,
    config,
    files,
    logs,
    properties,
    signal,
    power,
    network,
    alarms,
    jobs,
    broadcasts,
    apiLevel,
  };
  const apps = new Apps(withLate(parts, { ...base, registrar: () => playServices }));
  const playServices = new PlayServices(withLate(parts, { ...base, delivered: (name: string) => apps.pushed(name) }));

  const idle = (args: readonly string[]): string =>
    idleShell({ power, packages: parts.packages, nowMs: () => clock.elapsedMs() }, args);
  const packageArgument = (args: readonly string[]): string | null => args.find((arg) => !arg.startsWith('-')) ?? null;

  return {
    power,
    broadcasts,
    programs: {
      iptables: iptables(network.tables4),
      ip6tables: iptables(network.tables6),
      'iptables-save': iptablesSave(network.tables4),
      'ip6tables-save': iptablesSave(network.tables6),
      nc: nc(network),
      netcat: nc(network),
      ping: ping(network),
      ip,
      ifconfig,
      ss: ss(network),
      netstat: netstat(network),
    },
    dumps: {
      battery: (args) => power.batteryShell(args),
      deviceidle: idle,
      alarm: () => alarmText({ alarms, clock, properties, apiLevel }),
      jobscheduler: (args) => jobText({ jobs, power, clock, apiLevel }, packageArgument(args)),
      netstats: (args) => netstatsText(network, clock.nowMs(), args),
      connectivity: () => connectivityText(network, apiLevel),
      usagestats: () => usageText(power, parts.packages, clock.elapsedMs()),
    },
    commands: {
      jobscheduler: (io) => jobShell(jobs, parts.packages)(io),
      deviceidle: (io) => {
        io.out(idle(io.argv.slice(1)));
        return 0;
      },
      battery: (io) => {
        io.out(power.batteryShell(io.argv.slice(1)));
        return 0;
      },
    },
    serviceDumps: { 'com.google.android.gms/.gcm.GcmService': () => playServices.text() },
    console: trafficConsole(playServices, power),
    start() {
      serveProcNet(files, network.connections);
      apps.start();
      playServices.start();
      bus.on('power-changed', () => {
        alarms.rearm();
        jobs.rearm();
      });
      bus.on('time-set', () => alarms.rearm());
      bus.on('booted', () => {
        network.tables4.reset();
        network.tables6.reset();
        network.netd.flush();
        serveProcNet(files, network.connections);
      });
    },
    close() {
      apps.close();
      playServices.close();
      jobs.close();
      alarms.close();
      power.close();
      network.close();
    },
  };
}

type Late = Pick<Parts, 'packages' | 'processes' | 'services' | 'settings' | 'front'>;

/** Adds the parts of ANDROID, looked up at each use: they are not bound yet while this part is built. */
function withLate<T extends object>(parts: Parts, own: T): T & Late {
  const names = ['packages', 'processes', 'services', 'settings', 'front'] as const;
  for (const name of names) Object.defineProperty(own, name, { get: () => parts[name], enumerable: true });
  return own as T & Late;
}
