import { InvalidArgumentError, type Command } from 'commander';
import { readConfig } from '../../orchestrator/config.ts';
import { parseDevices } from '../../workers/config.ts';
import { giveWay } from '../../workers/give-way.ts';
import { openHealth } from '../../workers/health.ts';
import { loadProfiles } from '../../workers/profiles.ts';
import { findHome } from '../home.ts';
import type { Invocation } from '../invocation.ts';
import { openLog } from '../log.ts';
import { profileFolders, tellOverrides } from '../profile-folders.ts';
import { openStand } from '../service.ts';
import { refuseEmbedded, serveJobs } from '../serving.ts';
import { line } from '../terminal.ts';

interface WorkerFlags {
  readonly health?: { readonly host: string; readonly port: number };
  readonly home?: string;
}

/** `sleeptalk worker`: works on the jobs of a service, with the devices of this machine. */
export function addWorkerCommand(root: Command, invocation: Invocation): void {
  root
    .command('worker')
    .description(
      'Work for a service: DATABASE_URL, REDIS_URL and the store of files are those of the service, SLEEPTALK_DEVICES ' +
        'names the devices of this machine. SIGTERM gives jobs back and ends.',
    )
    .option('--health <host:port>', 'answer GET /healthz and /readyz there', hostAndPort)
    .option('--home <dir>', 'where evidence lies while it is written')
    .action(async (flags: WorkerFlags) => {
      const { terminal, environment, signal } = invocation;
      const config = readConfig(environment);
      giveWay(config.SLEEPTALK_WORKER_NICE);
      const home = findHome(environment, flags.home);
      refuseEmbedded(home);
      parseDevices(config.SLEEPTALK_DEVICES); // said now, not after everything was opened
      const { log, place } = openLog(terminal, home, config.SLEEPTALK_LOG_LEVEL);
      const profiles = await loadProfiles({ extra: profileFolders(environment) });
      tellOverrides(terminal, profiles.overrides);
      await using health = flags.health === undefined ? null : await openHealth(flags.health);
      if (health !== null) line(terminal.err, `health: ${health.address}`);
      await using stand = await openStand(home, {
        environment,
        signal,
        warn: (message) => log.warn(message),
        leftovers: 'resume',
        onStep: (step) => line(terminal.err, step),
      });
      await serveJobs({
        home,
        stand,
        profiles,
        environment,
        log,
        signal,
        onReady: () => line(terminal.err, `ready; log: ${place}`),
        ...(health === null ? {} : { onHeartbeat: (at) => health.heard(at) }),
      });
      line(terminal.err, 'stopped');
    });
}

function hostAndPort(text: string): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65535) throw new InvalidArgumentError('expected HOST:PORT.');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
